"""Dagster's own home: its settings, where it keeps runs and events, and how they go again.

Nothing of the warehouse depends on it. By default it is SQLite below `warehouse/dagster`; with
`COMPUTE_BALANCE_DAGSTER_POSTGRES` (an address of PostgreSQL, which may hold a password and so
stands in the environment alone) it is that database.
"""

import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable  # has no public name
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage

from pipelines.base.errors import ComputeBalanceError
from pipelines.base.files import write_bytes
from pipelines.base.settings import PROJECT_DIR, Settings

SETTINGS_FILE = PROJECT_DIR / "pipelines" / "dagster.yaml"
POSTGRES = "COMPUTE_BALANCE_DAGSTER_POSTGRES"
POSTGRES_PART = f"""
# runs, events and schedules stand in the database that the environment names
storage:
  postgres:
    postgres_url:
      env: {POSTGRES}
"""
# programs beside `dagster` itself, by the word that a person says
PROGRAMS = {"daemon": ("dagster-daemon", "run"), "webserver": ("dagster-webserver",)}
FINISHED = [
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
]


def prepare_home(settings: Settings, environment: Mapping[str, str]) -> Path:
    """Write the settings of Dagster's instance and return its folder.

    A folder that the environment names by `DAGSTER_HOME` and that has settings is left as it is.

    Raises:
        ComputeBalanceError: PostgreSQL is asked for and what reaches it is not installed.
    """
    own = settings.warehouse_dir / "dagster"
    home = Path(environment.get("DAGSTER_HOME") or own).absolute()
    if home != own.absolute() and (home / "dagster.yaml").exists():
        return home
    text = SETTINGS_FILE.read_text(encoding="utf-8")
    if environment.get(POSTGRES):
        if find_spec("dagster_postgres") is None:
            raise ComputeBalanceError(
                f"{POSTGRES} is set, and dagster-postgres is not installed; run: "
                "make .venv/.installed-postgres"
            )
        text += POSTGRES_PART
    home.mkdir(parents=True, exist_ok=True)
    write_bytes(home / "dagster.yaml", text.encode())
    return home


def make_command(words: list[str]) -> list[str]:
    """Return the command line of one of Dagster's programs: `daemon`, `webserver` or `dagster`."""
    program, *first = PROGRAMS.get(words[0], ("dagster", words[0])) if words else ("dagster",)
    return [str(Path(sys.executable).with_name(program)), *first, *words[1:]]


def purge_runs(instance: dg.DagsterInstance, days: int) -> int:
    """Delete Dagster's records of runs that ended longer ago; the newest of each job stays.

    Reports, releases and manifests of the warehouse are not touched. SQLite gives the room back.

    Args:
        instance: whose records.
        days: age in days up to which runs stay.

    Returns:
        Number of runs that were deleted.
    """
    before = datetime.now(UTC) - timedelta(days=days)
    old = instance.get_runs(dg.RunsFilter(statuses=FINISHED, updated_before=before))
    newest: dict[str, str] = {}
    for run in instance.get_runs(dg.RunsFilter(statuses=FINISHED)):
        newest.setdefault(run.job_name, run.run_id)
    gone = [run.run_id for run in old if run.run_id not in newest.values()]
    storage = instance.event_log_storage
    for run_id in gone:
        instance.delete_run(run_id)
        if isinstance(storage, SqlEventLogStorage):
            with storage.index_connection() as connection:
                connection.execute(
                    AssetCheckExecutionsTable.delete().where(
                        AssetCheckExecutionsTable.c.run_id == run_id
                    )
                )
        if isinstance(storage, SqliteEventLogStorage):
            # each run has a file, which is empty now
            for path in Path(storage.path_for_shard(run_id)).parent.glob(f"{run_id}.db*"):
                path.unlink()
    if gone and isinstance(storage, SqliteEventLogStorage):
        with closing(sqlite3.connect(storage.path_for_shard("index"))) as connection:
            connection.execute("vacuum")
    return len(gone)
