"""Projects and builds that many tests start from; each is made once and copied or only read."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.base.settings import Settings
from pipelines.build.kept import get_note_path
from pipelines.build.models import run_dbt
from pipelines.run.pipeline import hold_run, run_pipeline
from pipelines.run.stages import ingest_sources, register_raw, write_meta
from pipelines.run.state import Outcome, Run, start_run
from tests.small_project.builder import SmallProject, build_project

pytest_plugins = ["pytester"]

# two days after a new rule had closed the way of the H800, and far from any quarter's end
EARLIER_DAY = date(2023, 12, 19)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker run all tests that ask the real warehouse, which takes minutes to build.

    Of the others the tests of one file stay together, so that what they share is made once.
    """
    for item in items:
        asks = "real_warehouse" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("real_warehouse" if asks else item.location[0]))


@pytest.fixture
def small_project(tmp_path: Path) -> SmallProject:
    """Give a small project of which nothing has run yet."""
    return build_project(tmp_path / "small")


@pytest.fixture(scope="session")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """Publish the small project once; tests work on copies of it."""
    project = build_project(tmp_path_factory.mktemp("published") / "small")
    project.run()
    return project


@pytest.fixture
def published(published_once: SmallProject, tmp_path: Path) -> SmallProject:
    """Give a small project with one release, to be changed freely."""
    return published_once.copy_to(tmp_path / "small")


@dataclass(frozen=True)
class RealWarehouse:
    """The repository's own facts, built twice in one folder: as of today and of an earlier day."""

    settings: Settings
    current: Outcome
    earlier: Outcome
    # of the current release, with staging and intermediate models
    current_build: Path

    def query(self, sql: str) -> list[tuple]:
        """Ask the current release."""
        return query_file(self.current.path, sql)

    def query_earlier(self, sql: str) -> list[tuple]:
        """Ask the release of the earlier day."""
        return query_file(self.earlier.path, sql)

    def query_build(self, sql: str) -> list[tuple]:
        """Ask the build file of the earlier day, in which staging and intermediate models stand."""
        return query_file(self.settings.build_path, sql)


def query_file(path: Path, sql: str) -> list[tuple]:
    """Ask a database file, read-only."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def real_warehouse(tmp_path_factory: pytest.TempPathFactory) -> RealWarehouse:
    """Build the warehouse of the repository's facts once per test run."""
    settings = Settings(warehouse_dir=tmp_path_factory.mktemp("real") / "warehouse")
    current = run_pipeline(settings)
    # the next run works in the build file that this one leaves; views inside name the file's stem
    current_build = tmp_path_factory.mktemp("current") / settings.build_path.name
    shutil.copyfile(settings.build_path, current_build)
    earlier = run_pipeline(settings, EARLIER_DAY)
    return RealWarehouse(settings, current, earlier, current_build)


@pytest.fixture(scope="session")
def second_build(real_warehouse: RealWarehouse, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Build the tables of today once more, in another folder and after another build.

    All that shapes content is done again, loading and models, and schema `meta` is filled; audit
    and copy add nothing. The release began with nothing; here incremental models carry on from the
    build of the earlier day.
    """
    folder = tmp_path_factory.mktemp("second") / "warehouse"
    run = start_run(Settings(warehouse_dir=folder), None)
    run.settings.build_dir.mkdir(parents=True)
    for path in (real_warehouse.settings.build_path, get_note_path(real_warehouse.settings)):
        shutil.copyfile(path, run.settings.build_dir / path.name)
    with hold_run(run):
        ingest_sources(run)
        register_raw(run)
        run_dbt(run.settings, ["run"])
        write_meta(run)
    return run
