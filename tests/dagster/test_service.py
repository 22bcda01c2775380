"""What happens unattended: dead runs, due sources, news, failures, broken contracts, records."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import EngineEventData
from dagster._core.test_utils import create_run_for_test
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from dagster._daemon.monitoring.run_monitoring import execute_run_monitoring_iteration

from pipelines.archive.documents import Archive, FetchNote
from pipelines.assets.home import POSTGRES, make_command, prepare_home, purge_runs
from pipelines.assets.jobs import FULL_JOB
from pipelines.assets.launcher import Worker, is_alive
from pipelines.base.errors import ComputeBalanceError
from pipelines.base.settings import Settings, now_utc
from pipelines.contracts.load import load_contracts
from pipelines.run.due import list_due
from pipelines.run.news import find_reason_to_build
from pipelines.run.reports import read_last_run
from scripts.try_dead_run import kill_all
from tests.dagster.conftest import DagsterProject, load_project
from tests.small_project.builder import SmallProject
from tests.small_project.local_server import Answer, serve

QUOTES = dg.AssetKey(["raw", "quotes", "quotes"])


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """Give an instance with the repository's settings and files of its own."""
    settings = Settings(warehouse_dir=tmp_path / "warehouse")
    home = prepare_home(settings, {"DAGSTER_HOME": str(tmp_path / "home")})
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance


def start_process() -> subprocess.Popen[bytes]:
    """Start a process that does nothing for long."""
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


def test_run_whose_process_is_gone_ends_and_one_that_lives_goes_on(
    instance: dg.DagsterInstance,
) -> None:
    processes = [start_process(), start_process()]
    runs = []
    for process in processes:
        run = create_run_for_test(instance, FULL_JOB, status=dg.DagsterRunStatus.STARTED)
        instance.report_engine_event("began", run, EngineEventData.in_process(process.pid))
        runs.append(run)
    processes[0].kill()
    # it has ended, and stays a remnant until somebody asks for its end: that counts as gone
    os.waitid(os.P_PID, processes[0].pid, os.WEXITED | os.WNOWAIT)
    try:
        with WorkspaceProcessContext(instance, EmptyWorkspaceTarget()) as context:
            logger = dg.get_dagster_logger()
            assert not [e for e in execute_run_monitoring_iteration(context, logger) if e]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    states = [record.status for run in runs if (record := instance.get_run_by_id(run.run_id))]
    assert states == [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.STARTED]


def test_number_that_was_given_out_again_is_another_process() -> None:
    process = start_process()
    try:
        now = time.time()
        assert is_alive(Worker(process.pid, now + 1))
        assert not is_alive(Worker(process.pid, now - 3600))
    finally:
        process.kill()
        process.wait()


def test_sources_are_due_by_their_cadence_and_after_a_failure(small_project: SmallProject) -> None:
    contracts = load_contracts(small_project.settings.sources_dir)
    (quotes,) = [contract for contract in contracts if contract.addresses]
    archive = Archive(small_project.settings.archive_dir)
    now = now_utc()
    assert list_due(contracts, archive, now.date()) == ["quotes"]
    assert quotes.cadence == "irregular"
    for outcome, days, is_due in (
        ("new", 0, False),
        ("unchanged", 6, False),
        ("unchanged", 7, True),
        ("failed", 0, False),
        ("failed", 1, True),
    ):
        document = quotes.addresses[0].document
        asked_at = now - timedelta(days=days)
        archive.write_fetch_note("quotes", FetchNote(document, outcome, "", asked_at))
        assert bool(list_due(contracts, archive, now.date())) == is_due, (outcome, days)
    assert list_due(contracts, archive, now.date(), "yearly") == []


def test_news_is_built_once_it_is_quiet_and_a_day_once(published: SmallProject) -> None:
    settings = published.settings
    contracts = load_contracts(settings.sources_dir)
    now = now_utc()
    assert find_reason_to_build(settings, contracts, now) is None
    day = find_reason_to_build(settings, contracts, now + timedelta(days=1))
    assert day is not None
    assert day.text == "no run has ended well today"
    with serve() as server:
        published.set_address(server.url)
        server.answers = [Answer(body=published.get_data_path().read_bytes() + b"\n")]
        published.run(live=True)
    # what a run has fetched itself it has looked at
    contracts = load_contracts(settings.sources_dir)
    assert find_reason_to_build(settings, contracts, now_utc()) is None
    archive = Archive(settings.archive_dir)
    (live,) = [d for d in archive.list_documents("quotes") if d.origin == "live"]
    later = now_utc() + timedelta(seconds=5)
    archive.withdraw("quotes", live.sha256, "a test", later)
    assert find_reason_to_build(settings, contracts, later + timedelta(minutes=9)) is None
    reason = find_reason_to_build(settings, contracts, later + timedelta(minutes=11))
    assert reason is not None
    assert reason.text == "news of quotes"


def test_schedule_fetches_what_is_due_and_the_sensor_builds_it(
    published: SmallProject, instance: dg.DagsterInstance
) -> None:
    with serve() as server:
        published.set_address(server.url)
        published.change_quote("q05", remark="from upstream")
        server.answers = [Answer(body=published.get_data_path().read_bytes())]
        settings = published.settings.model_copy(update={"quiet_minutes": 0})
        published.settings = settings
        loaded = load_project(published)
        (name,) = [
            item.name
            for item in loaded.definitions.schedules or []
            if item.name.startswith("fetch_")
        ]
        schedule = loaded.definitions.resolve_schedule_def(name)
        with dg.build_schedule_context(instance) as context:
            (request,) = schedule.evaluate_tick(context).run_requests or []
        result = loaded.launch("take_in", dict(request.run_config))
        assert result.success
        with dg.build_schedule_context(instance) as context:
            assert not schedule.evaluate_tick(context).run_requests
    assert read_last_run(settings)["status"] == "built"
    sensor = loaded.definitions.resolve_sensor_def("build_on_news")
    with dg.build_sensor_context(instance) as context:
        (build,) = sensor.evaluate_tick(context).run_requests or []
    assert (build.run_key or "").startswith("news ")
    assert loaded.launch(FULL_JOB, dict(build.run_config)).success
    with dg.build_sensor_context(instance) as context:
        assert not sensor.evaluate_tick(context).run_requests


def test_lost_run_is_reported_and_told(
    published: SmallProject, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load_project(published)
    run = create_run_for_test(instance, FULL_JOB, status=dg.DagsterRunStatus.STARTED)
    instance.report_run_failed(run, "process 4711 has ended without a word")
    failure = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)[0]
    sensor = loaded.definitions.resolve_sensor_def("tell_failure")
    with serve("/hook") as hook:
        hook.answers = [Answer(body=b"ok")]
        monkeypatch.setenv("COMPUTE_BALANCE_ALERTS", hook.url.replace("http://", "json://"))
        context = dg.build_run_status_sensor_context(
            sensor_name="tell_failure",
            dagster_instance=instance,
            dagster_run=run,
            dagster_event=failure.get_dagster_event(),
        ).for_run_failure()
        for _ in range(2):
            sensor(context)
        (message,) = [json.loads(body) for body in hook.bodies]
    assert "process 4711" in message["message"]
    report = read_last_run(published.settings)
    assert report is not None
    assert (report["status"], report["dagster_run_id"]) == ("failed", run.run_id)


def test_broken_contract_takes_nothing_else_along(launched: DagsterProject) -> None:
    project = launched.project
    project.replace_text(project.get_contract_path(), "cadence: ", "cadence: nightly # ")
    loaded = load_project(project)
    result = loaded.launch(run_config={"ops": {"raw_tables": {"config": {"rebuild": True}}}})
    assert result.success
    checks = {
        item.check_name: item
        for item in result.get_asset_check_evaluations()
        if item.asset_key == QUOTES
    }
    assert not checks["contract_can_be_read"].passed
    assert "cadence" in str(checks["contract_can_be_read"].metadata["found"].value)
    assert not checks["is_fresh"].passed


def test_records_of_old_runs_go_and_the_newest_stays(instance: dg.DagsterInstance) -> None:
    runs = [
        create_run_for_test(instance, FULL_JOB, status=dg.DagsterRunStatus.STARTED)
        for _ in range(3)
    ]
    for run in runs:
        instance.report_run_failed(run, "over")
    assert purge_runs(instance, days=30) == 0
    assert purge_runs(instance, days=-1) == 2
    assert [run.run_id for run in instance.get_runs()] == [runs[-1].run_id]
    left = {path.stem for path in Path(instance.root_directory).rglob("*.db")}
    assert runs[-1].run_id in left
    assert not left & {runs[0].run_id, runs[1].run_id}


def test_home_is_postgresql_where_the_environment_says_so(
    small_project: SmallProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = prepare_home(small_project.settings, {})
    assert home == small_project.settings.warehouse_dir / "dagster"
    assert POSTGRES not in (home / "dagster.yaml").read_text(encoding="utf-8")
    monkeypatch.setattr("pipelines.assets.home.find_spec", lambda name: None)
    address = {POSTGRES: "postgresql://someone:secret@localhost/dagster"}
    with pytest.raises(ComputeBalanceError, match="dagster-postgres is not installed"):
        prepare_home(small_project.settings, address)
    monkeypatch.setattr("pipelines.assets.home.find_spec", lambda name: object())
    text = (prepare_home(small_project.settings, address) / "dagster.yaml").read_text("utf-8")
    assert POSTGRES in text
    assert "secret" not in text
    own = tmp_path / "own"
    own.mkdir()
    (own / "dagster.yaml").write_text("{}", encoding="utf-8")
    assert prepare_home(small_project.settings, {"DAGSTER_HOME": str(own)}) == own
    assert (own / "dagster.yaml").read_text(encoding="utf-8") == "{}"


def test_programs_of_dagster_by_the_word_for_them() -> None:
    assert [Path(make_command([word])[0]).name for word in ("daemon", "webserver", "dev")] == [
        "dagster-daemon",
        "dagster-webserver",
        "dagster",
    ]
    assert make_command(["schedule", "start", "daily"])[1:] == ["schedule", "start", "daily"]


def test_killed_together_daemon_and_run_are_gone() -> None:
    idle = [sys.executable, "-c", "import time; time.sleep(600)"]
    daemon, run = (subprocess.Popen(idle, start_new_session=True) for _ in range(2))
    kill_all(daemon, run.pid)
    assert (daemon.returncode, run.wait(30)) == (-9, -9)
