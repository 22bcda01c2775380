"""What surrounds a run: reports that are kept for some days, and a process left as it was."""

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.base.environment import set_environment
from pipelines.build.models import run_dbt
from pipelines.run.pipeline import hold_run
from pipelines.run.reports import KEPT_DAYS, describe_run, read_run_reports, write_run_report
from pipelines.run.state import start_run
from tests.small_project.builder import SmallProject


@pytest.fixture(params=["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
def local_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """Let the clock of this process show the time of a place east, west or at no distance."""
    with set_environment({"TZ": request.param}):
        time.tzset()
        yield request.param
    time.tzset()


def test_reports_go_after_some_days_wherever_the_machine_stands(
    small_project: SmallProject, local_zone: str
) -> None:
    run = start_run(small_project.settings, None)
    folder = small_project.settings.warehouse_dir / "data" / "runs"
    folder.mkdir(parents=True)
    for name, age in (("old", timedelta(days=KEPT_DAYS, hours=1)), ("young", timedelta(0))):
        (folder / f"{name}.json").write_text("{}", encoding="utf-8")
        written = datetime.now(UTC) - timedelta(days=KEPT_DAYS) + timedelta(hours=1)
        moment = (datetime.now(UTC) - age if age else written).timestamp()
        os.utime(folder / f"{name}.json", (moment, moment))
    write_run_report(run.settings, describe_run(run, "failed", "for a reason"))
    left = {path.stem for path in folder.glob("*.json")}
    assert left == {"young", run.run_id}
    report = json.loads((folder / f"{run.run_id}.json").read_text(encoding="utf-8"))
    assert report["status"] == "failed"


def test_variables_are_put_back_even_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPUTE_BALANCE_A", "before")
    monkeypatch.delenv("COMPUTE_BALANCE_B", raising=False)
    with (
        pytest.raises(ValueError, match="broken"),
        set_environment({"COMPUTE_BALANCE_A": "1", "COMPUTE_BALANCE_B": "2"}),
    ):
        assert (os.environ["COMPUTE_BALANCE_A"], os.environ["COMPUTE_BALANCE_B"]) == ("1", "2")
        raise ValueError("broken")
    assert os.environ["COMPUTE_BALANCE_A"] == "before"
    assert "COMPUTE_BALANCE_B" not in os.environ


def test_dbt_leaves_the_environment_as_it_was(small_project: SmallProject) -> None:
    before = dict(os.environ)
    run_dbt(small_project.settings, ["parse"])
    changed = {n for n in os.environ.keys() | before.keys() if os.environ.get(n) != before.get(n)}
    # what pytest says of the test that goes on is not ours
    assert changed - {"PYTEST_CURRENT_TEST"} == set()


def test_run_that_did_nothing_hides_no_failure(small_project: SmallProject) -> None:
    settings = small_project.settings
    with pytest.raises(ValueError, match="broken"), hold_run(start_run(settings, None)):
        raise ValueError("broken")
    with hold_run(start_run(settings, None)):
        pass
    assert [report["status"] for report in read_run_reports(settings)] == ["failed"]
