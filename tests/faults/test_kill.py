"""Processes that are really killed: release and archive stay whole, and the next run completes.

`STAGES` are killed from outside once the run says that the stage has begun. `MOMENTS` are killed
from inside, just before a file would get its final name.
"""

import signal
import subprocess
import sys
from datetime import date

import pytest

from pipelines.archive.documents import Archive
from pipelines.base.files import TEMPORARY_MARK, hash_bytes
from pipelines.base.settings import PROJECT_DIR
from tests.small_project.builder import SmallProject
from tests.small_project.local_server import Answer, serve

STAGES = ("ingest", "register", "models", "meta", "audit", "publish")
# part of the path that never gets its name
MOMENTS = {
    "archived_bytes": "/archive/documents/",
    "archive_record": "/archive/records/",
    "raw_rows": "/data/raw/",
    "load_record": "/data/loads/",
    "release_folder": "/releases/2",
}
CURRENT_FILE = "/warehouse/compute_balance.duckdb"
EARLIER_DAY = date(2023, 12, 19)


def read_prices(project: SmallProject) -> list[tuple]:
    """Return the published prices."""
    return project.query("select * from marts.fct_chip_price order by all")


def kill_at_stage(project: SmallProject, stage: str, *arguments: str) -> None:
    """Start a run and kill it as soon as it says that a stage begins."""
    process = project.start("run", *arguments)
    told = []
    for line in process.stderr:
        told.append(line)
        if line.startswith(f"{stage} ..."):
            process.kill()
            break
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, "".join(told)


def kill_before_name(project: SmallProject, part: str, *arguments: str) -> None:
    """Run a command that dies before a path containing `part` gets its name."""
    finished = subprocess.run(
        [sys.executable, "-m", "tests.faults.kill_before", part, *arguments],
        cwd=PROJECT_DIR,
        env=project.get_environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert finished.returncode == -signal.SIGKILL, finished.stderr


def assert_archive_is_whole(project: SmallProject) -> None:
    """Check that every recorded document is there with the bytes that its name promises."""
    archive = Archive(project.settings.archive_dir)
    for source in ("chips", "quotes"):
        for document in archive.list_documents(source):
            archive.read(document.sha256)


def assert_next_run_completes(project: SmallProject) -> None:
    """Check that the next run publishes the changed price and leaves nothing unfinished behind."""
    project.run()
    assert (2.4,) not in project.query("select usd_per_hour_p50 from marts.fct_chip_price")
    assert (2.5,) in project.query("select usd_per_hour_p50 from marts.fct_chip_price")
    data = project.settings.warehouse_dir
    left = [p for p in data.rglob(f"*{TEMPORARY_MARK}*") if "/build/" not in str(p)]
    assert left == []


@pytest.fixture
def changed(published: SmallProject) -> SmallProject:
    """Give a published project whose quote q05 has risen from 2.40 to 2.50 since."""
    published.change_quote("q05", usd_per_hour_p50="2.50")
    return published


@pytest.mark.parametrize("stage", STAGES)
def test_kill_in_a_stage_leaves_release_and_archive_whole(
    changed: SmallProject, stage: str
) -> None:
    before = hash_bytes(changed.settings.current_path.read_bytes())
    kill_at_stage(changed, stage)
    assert hash_bytes(changed.settings.current_path.read_bytes()) == before
    assert_archive_is_whole(changed)
    assert_next_run_completes(changed)


def test_kill_while_fetching_leaves_release_and_archive_whole(changed: SmallProject) -> None:
    before = read_prices(changed)
    with serve() as server:
        server.answers = [Answer(hangs=True)]
        changed.set_address(server.url)
        kill_at_stage(changed, "fetch", "--live")
    assert read_prices(changed) == before
    assert_archive_is_whole(changed)
    assert_next_run_completes(changed)


@pytest.mark.parametrize("moment", MOMENTS)
def test_kill_before_a_rename_leaves_release_and_archive_whole(
    changed: SmallProject, moment: str
) -> None:
    before = hash_bytes(changed.settings.current_path.read_bytes())
    kill_before_name(changed, MOMENTS[moment], "run")
    assert hash_bytes(changed.settings.current_path.read_bytes()) == before
    assert_archive_is_whole(changed)
    assert_next_run_completes(changed)


def test_release_that_was_not_made_current_is_finished_by_the_next_run(
    changed: SmallProject,
) -> None:
    before = hash_bytes(changed.settings.current_path.read_bytes())
    kill_before_name(changed, CURRENT_FILE, "run")
    assert hash_bytes(changed.settings.current_path.read_bytes()) == before
    assert_archive_is_whole(changed)
    assert len(list(changed.settings.releases_dir.iterdir())) == 2
    outcome = changed.run()
    # the release folder was whole: nothing is built again, the file is put in place
    assert outcome.status == "unchanged"
    assert any("finished publishing release" in line for line in changed.lines)
    current = changed.query("select release_id from meta.release")
    assert current == [(outcome.manifest.release_id,)]


def test_link_to_the_latest_folder_that_was_not_moved_is_moved_by_the_next_run(
    changed: SmallProject,
) -> None:
    latest = changed.settings.warehouse_dir / "latest"
    before = latest.resolve()
    kill_before_name(changed, "/warehouse/latest", "run")
    # the new release is current, the folder is still the old one and whole
    assert latest.resolve() == before
    assert (latest / "manifest.json").exists()
    assert_next_run_completes(changed)
    assert latest.resolve() != before
    assert latest.resolve().name == changed.query("select release_id from meta.release")[0][0]


def test_first_run_ever_may_be_killed(small_project: SmallProject) -> None:
    kill_before_name(small_project, MOMENTS["release_folder"], "run")
    assert not small_project.settings.current_path.exists()
    assert small_project.run().status == "published"


def test_kill_between_files_of_an_earlier_day_is_mended(published: SmallProject) -> None:
    published.run(as_of=EARLIER_DAY)
    published.change_quote("q05", usd_per_hour_p50="2.50")
    # the database of the earlier day has been replaced by then, its manifest has not
    kill_before_name(published, f"/{EARLIER_DAY}/manifest.json", "run", "--as-of", str(EARLIER_DAY))
    outcome = published.run(as_of=EARLIER_DAY)
    assert outcome.status == "published"
    assert published.query("select release_id from meta.release", outcome.path) == [
        (outcome.manifest.release_id,)
    ]
    assert published.run(as_of=EARLIER_DAY).status == "unchanged"


def test_kill_during_rollback_leaves_the_old_release(published: SmallProject) -> None:
    first = published.query("select release_id from meta.release")
    published.change_quote("q05", usd_per_hour_p50="2.50")
    published.run()
    second = published.query("select release_id from meta.release")
    kill_before_name(published, CURRENT_FILE, "release", "rollback", "--yes")
    assert published.query("select release_id from meta.release") == second
    # the rollback had been decided and written down: the next run carries it out
    published.run()
    assert published.query("select release_id from meta.release") == first
