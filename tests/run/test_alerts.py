"""Alerts: told once, told again after it was right, kept back until they arrive."""

import json
from collections.abc import Iterator

import pytest
import stamina

from pipelines.base.errors import BuildFailed
from pipelines.run.alerts import ADDRESSES, send_trial
from tests.small_project.builder import SmallProject
from tests.small_project.local_server import Answer, LocalServer, serve


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalServer]:
    """A web hook on this machine, to which alerts go."""
    with serve("/hook") as server, stamina.set_testing(True, attempts=1, cap=True):
        server.answers = [Answer(body=b"ok")]
        monkeypatch.setenv(ADDRESSES, server.url.replace("http://", "json://"))
        yield server


def read_messages(hook: LocalServer) -> list[str]:
    """Return title and text of what was sent so far."""
    return [f"{m['title']}\n{m['message']}" for m in map(json.loads, hook.bodies)]


def test_stale_source_is_told_once_and_again_after_it_was_right(
    published: SmallProject, hook: LocalServer
) -> None:
    well = Answer(body=published.get_data_path().read_bytes())
    with serve() as source:
        published.set_address(source.url)
        for answer in (Answer(status=404), Answer(status=404), well, Answer(status=404)):
            source.answers = [answer]
            published.run(live=True)
    told = [message for message in read_messages(hook) if "source quotes is stale" in message]
    assert len(told) == 2


def test_failed_run_is_told_and_its_end_too(published: SmallProject, hook: LocalServer) -> None:
    model = published.settings.dbt_dir / "models" / "marts" / "reference" / "dim_chip.sql"
    whole = model.read_text(encoding="utf-8")
    model.write_text(f"{whole}union all\n{whole}", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(BuildFailed):
            published.run()
    (failed,) = read_messages(hook)
    assert "the run failed, what was published stays" in failed
    assert "nothing was published" in failed
    model.write_text(whole, encoding="utf-8")
    published.run()
    assert "is whole again" in read_messages(hook)[-1]


def test_message_that_did_not_arrive_is_sent_again(
    published: SmallProject, hook: LocalServer
) -> None:
    hook.answers = [Answer(status=500), Answer(body=b"ok")]
    published.run(live=True)
    published.run(live=True)
    assert [("stale" in message) for message in read_messages(hook)] == [True, True]


def test_nobody_is_told_where_no_address_is_set(
    published: SmallProject, hook: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ADDRESSES)
    published.run(live=True)
    assert hook.asked == []


def test_trial_says_whether_it_arrived(
    small_project: SmallProject, hook: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert send_trial(small_project.settings)
    assert "arrive here" in read_messages(hook)[0]
    monkeypatch.setenv(ADDRESSES, "nonsense")
    assert not send_trial(small_project.settings)
