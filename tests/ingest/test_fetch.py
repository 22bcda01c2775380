"""Fetching from a server on this machine: news, no news, faults, and what a release says then."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import stamina

from pipelines.archive.documents import Archive
from pipelines.archive.fetch import Fetch, fetch_source
from pipelines.contracts.load import load_contract
from tests.small_project.builder import SmallProject, format_csv
from tests.small_project.local_server import Answer, LocalServer, serve

HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Ask again at once after a failure."""
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


def fetch(project: SmallProject) -> Fetch:
    """Fetch the one address of the quotes."""
    contract = load_contract(project.get_contract_path())
    (result,) = fetch_source(contract, Archive(project.settings.archive_dir), project.settings)
    return result


def list_live(project: SmallProject) -> list[bytes]:
    """Return the bytes of all live documents of the quotes."""
    archive = Archive(project.settings.archive_dir)
    documents = archive.list_documents("quotes")
    return [archive.read(d.sha256) for d in documents if d.origin == "live"]


def make_news(project: SmallProject) -> bytes:
    """Return the quotes with q10 raised from 3.10 to 3.30 and made known on 2024-04-02."""
    rows = project.read_quotes()
    rows[-1] |= {"usd_per_hour_p50": "3.30", "published_on": "2024-04-02"}
    return format_csv(rows)


def read_price(project: SmallProject) -> float:
    """Return the published price of chip-c in 2024 Q1, which rests on q10 alone."""
    ((price,),) = project.query(
        "select usd_per_hour_p50 from marts.fct_chip_price where quarter_start = '2024-01-01'"
    )
    return price


def read_freshness(project: SmallProject) -> str:
    """Return what the release says of the quotes."""
    ((state,),) = project.query("select freshness from meta.source where source_id = 'quotes'")
    return state


def test_new_bytes_are_archived_with_address_etag_and_status(small_project: SmallProject) -> None:
    with serve() as server:
        server.answers = [Answer(body=b"a,b\n1,2\n", etag='"v1"')]
        small_project.set_address(server.url)
        assert fetch(small_project).outcome == "new"
    (document,) = Archive(small_project.settings.archive_dir).list_documents("quotes")
    assert (document.address, document.etag, document.status) == (server.url, '"v1"', 200)
    assert (document.origin, document.bytes) == ("live", 8)


def test_etag_is_sent_and_not_modified_makes_no_vintage(small_project: SmallProject) -> None:
    with serve() as server:
        server.answers = [Answer(body=b"a,b\n1,2\n", etag='"v1"')]
        small_project.set_address(server.url)
        fetch(small_project)
        again = fetch(small_project)
    assert "if-none-match" not in server.asked[0]
    assert server.asked[1]["if-none-match"] == '"v1"'
    assert (again.outcome, again.message) == ("unchanged", "the server says not modified")


def test_unchanged_bytes_are_noted_for_the_day(
    small_project: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [datetime(2024, 5, day, 12) for day in (1, 2)]
    with serve() as server:
        server.answers = [Answer(body=b"a,b\n1,2\n", etag='"v1"')]
        small_project.set_address(server.url)
        for day in days:
            monkeypatch.setattr("pipelines.archive.fetch.now_utc", lambda day=day: day)
            fetch(small_project)
    archive = Archive(small_project.settings.archive_dir)
    (document,) = archive.list_documents("quotes")
    sightings = archive.list_sightings("quotes", document.document)
    assert sightings == {day.date(): document.sha256 for day in days}
    assert len(list_live(small_project)) == 1


def test_same_bytes_without_etag_make_no_vintage(small_project: SmallProject) -> None:
    with serve() as server:
        server.answers = [Answer(body=b"a,b\n1,2\n")]
        small_project.set_address(server.url)
        fetch(small_project)
        again = fetch(small_project)
    assert (again.outcome, again.message) == ("unchanged", "same bytes as the last fetch")
    assert len(list_live(small_project)) == 1


def test_server_error_is_tried_again(small_project: SmallProject) -> None:
    with serve() as server:
        server.answers = [Answer(status=500), Answer(body=b"a,b\n1,2\n")]
        small_project.set_address(server.url)
        assert fetch(small_project).outcome == "new"
    assert len(server.asked) == 2


def test_server_error_that_stays_is_a_failure(small_project: SmallProject) -> None:
    with serve() as server:
        server.answers = [Answer(status=503)]
        small_project.set_address(server.url)
        result = fetch(small_project)
    assert result.outcome == "failed"
    assert result.message == (
        f"{server.url}: status 503; expected status 200; the last good data stays in use"
    )
    assert len(server.asked) == small_project.settings.fetch_retries


def test_missing_page_is_not_asked_for_again(small_project: SmallProject) -> None:
    with serve() as server:
        server.answers = [Answer(status=404)]
        small_project.set_address(server.url)
        assert "status 404" in fetch(small_project).message
    assert len(server.asked) == 1


def test_refused_connection_is_a_failure_and_archives_nothing(small_project: SmallProject) -> None:
    result = fetch(small_project)  # nothing listens on port 9
    assert result.outcome == "failed"
    assert "ConnectError" in result.message
    assert list_live(small_project) == []


def serve_news(project: SmallProject, server: LocalServer) -> None:
    """Publish once, then publish what the server has to tell."""
    project.set_address(server.url)
    server.answers = [Answer(body=make_news(project), etag='"news"')]


def test_live_news_reaches_the_release(published: SmallProject) -> None:
    with serve() as server:
        serve_news(published, server)
        outcome = published.run(live=True)
    assert outcome.status == "published"
    assert read_price(published) == 3.3
    assert read_freshness(published) == "fresh"
    assert any("quotes quotes: new" in line for line in published.lines)


def test_web_page_is_refused_and_the_last_good_data_stays(published: SmallProject) -> None:
    with serve() as server:
        server.answers = [Answer(body=HTML)]
        published.set_address(server.url)
        outcome = published.run(live=True)
    assert any("REFUSED" in line and "found a web page" in line for line in published.lines)
    assert read_price(published) == 3.1
    assert read_freshness(published) == "stale"
    assert outcome.manifest.checks["warned"] == 2  # document refused, source stale


def test_page_that_was_mended_is_stale_no_more(published: SmallProject) -> None:
    with serve() as server:
        serve_news(published, server)
        published.run(live=True)
        server.answers = [Answer(body=HTML)]
        published.run(live=True)
        assert (read_price(published), read_freshness(published)) == (3.3, "stale")
        server.answers = [Answer(body=make_news(published))]
        published.run(live=True)
    assert (read_price(published), read_freshness(published)) == (3.3, "fresh")


def test_refused_connection_makes_the_source_stale(published: SmallProject) -> None:
    outcome = published.run(live=True)
    assert any("quotes quotes: failed" in line for line in published.lines)
    assert read_price(published) == 3.1
    assert read_freshness(published) == "stale"
    assert any("the last fetch failed" in warning for warning in outcome.manifest.warnings)


def test_source_stays_stale_until_its_address_answers(published: SmallProject) -> None:
    published.run(live=True)
    assert published.run().status == "unchanged"
    assert read_freshness(published) == "stale"
    with serve() as server:
        serve_news(published, server)
        published.run(live=True)
    assert read_freshness(published) == "fresh"


def test_failed_fetch_changes_no_figure(published: SmallProject) -> None:
    before = published.query("select content_hash from meta.release")
    published.run(live=True)
    assert published.query("select content_hash from meta.release") == before


def test_run_without_live_asks_nobody(published: SmallProject) -> None:
    with serve() as server:
        serve_news(published, server)
        published.run()
    assert server.asked == []


def test_only_the_named_sources_are_fetched(published: SmallProject) -> None:
    from pipelines.run.pipeline import run_pipeline

    with serve() as server:
        serve_news(published, server)
        run_pipeline(published.settings, live=True, only=["chips"])
        assert server.asked == []
        run_pipeline(published.settings, live=True, only=["prices"])
        assert len(server.asked) == 1


def test_as_of_build_ignores_a_document_fetched_later(published: SmallProject) -> None:
    from datetime import date

    with serve() as server:
        serve_news(published, server)
        published.run(live=True)
    path: Path = published.run(as_of=date(2024, 4, 5)).path
    ((price,),) = published.query(
        "select usd_per_hour_p50 from marts.fct_chip_price where quarter_start = '2024-01-01'",
        path,
    )
    assert price == 3.1
