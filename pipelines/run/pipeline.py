"""The main job from end to end in one process: the lock, the order of stages, the report.

What a stage does belongs in `stages.py`; the Dagster assets call the same stages under the same
lock.
"""

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import duckdb

from pipelines.archive.documents import Archive
from pipelines.base.files import remove_leftovers
from pipelines.base.log import RUN_ID
from pipelines.base.settings import Settings, today_utc
from pipelines.build.kept import forget_build
from pipelines.build.kept_outlooks import get_outlooks_dir
from pipelines.release.lock import describe_holder, hold_lock, is_held
from pipelines.release.outlooks import keep_outlooks
from pipelines.release.publish import complete_publication
from pipelines.run.alerts import tell
from pipelines.run.due import list_due
from pipelines.run.history import write_metrics_file
from pipelines.run.reports import describe_run, write_run_report
from pipelines.run.stages import (
    audit_build,
    build_models,
    fetch_live,
    find_unchanged,
    ingest_sources,
    publish_build,
    register_raw,
    write_meta,
)
from pipelines.run.state import Outcome, Run, require_draws, start_run, time_stage
from pipelines.run.status_page import write_status_page

logger = logging.getLogger(__name__)

# seconds between two looks at a lock that somebody holds
LOOK_EVERY_S = 2.0


def run_pipeline(
    settings: Settings,
    as_of: date | None = None,
    live: bool = False,
    only: list[str] | None = None,
    progress: Callable[[str], None] = lambda line: None,
    rebuild: bool = False,
    due: bool = False,
    wait_s: float = 0.0,
) -> Outcome:
    """Run the main job from end to end in this process.

    Args:
        settings: the warehouse to work on.
        as_of: build what the public knew on that day; by default the present day (UTC).
        live: fetch the connectors' documents first.
        only: with `live`, fetch only these sources or areas.
        progress: receives a line for everything worth telling while the run goes on.
        rebuild: build everything from nothing, even if that would only repeat the release.
        due: with `live`, fetch only the sources that are due by their cadence.
        wait_s: seconds to wait for another run to end.

    Returns:
        What was published, or the release that still holds because nothing changed.

    Raises:
        LockHeld: another run works on this warehouse.
        DrawsError: the settings ask for too few draws.
        ContractError, BuildFailed, AuditFailed: nothing was published; what was stays published.
    """
    require_draws(settings)
    wait_for_lock(settings, wait_s, progress)
    run = start_run(settings, as_of, progress)
    with hold_run(run):
        run.outcome = _run_stages(run, live, only or [], rebuild, due)
    return run.outcome


def wait_for_lock(
    settings: Settings, seconds: float, progress: Callable[[str], None] = lambda line: None
) -> None:
    """Wait until no other run works on the warehouse, or the time is over."""
    ends_at = time.monotonic() + seconds
    if seconds and is_held(settings.lock_path):
        progress(f"waiting for {describe_holder(settings.lock_path)}")
    while time.monotonic() < ends_at and is_held(settings.lock_path):
        time.sleep(LOOK_EVERY_S)


def fetch_due(run: Run, only: list[str], due: bool) -> None:
    """Ask the addresses of connectors: all, some, or those of them that are due."""
    if due:
        archive = Archive(run.settings.archive_dir)
        asked = [c for c in run.contracts if not only or {c.source_id, c.area} & set(only)]
        found = list_due(asked, archive, today_utc())
        if not found:
            run.progress("  no source is due")
            return
        only = found
    fetch_live(run, only)


@contextmanager
def hold_run(run: Run) -> Iterator[None]:
    """Hold the warehouse's lock while a run goes on, and keep in the end how it went.

    What a killed run left behind is cleared first. A run that neither failed nor has an outcome
    is one that was not asked to publish.

    Raises:
        LockHeld: another run works on this warehouse.
    """
    with hold_lock(run.settings.lock_path, f"run {run.run_id} as of {run.as_of}"):
        RUN_ID.set(run.run_id)
        try:
            prepare_warehouse(run)
            yield
        except BaseException as error:
            run.failure = run.failure or str(error) or type(error).__name__
            raise
        finally:
            if run.failure:
                report = describe_run(run, "failed", run.failure)
            elif run.outcome:
                report = describe_run(run, run.outcome.status, run.outcome.message)
            else:
                report = describe_run(run, "built", "nothing was to be published")
            write_run_report(run.settings, report)
            tell(run)
            show_status(run.settings)
            RUN_ID.set(None)


def show_status(settings: Settings) -> None:
    """Write status page and metrics; one that cannot be written stops no run."""
    try:
        write_status_page(settings)
        write_metrics_file(settings)
    except (OSError, duckdb.Error) as error:
        logger.error("status page and metrics were not written: %s", error)


def _run_stages(run: Run, live: bool, only: list[str], rebuild: bool, due: bool) -> Outcome:
    if live:
        with time_stage(run, "fetch"):
            fetch_due(run, only, due)
    with time_stage(run, "ingest"):
        ingest_sources(run)
    if rebuild:
        forget_build(run.settings)
    elif unchanged := find_unchanged(run):
        return unchanged
    with time_stage(run, "register"):
        register_raw(run)
    with time_stage(run, "models"):
        build_models(run)
    with time_stage(run, "meta"):
        write_meta(run)
    with time_stage(run, "audit"):
        audit_build(run)
    with time_stage(run, "publish"):
        return publish_build(run)


def prepare_warehouse(run: Run) -> None:
    """Clear what a killed run left behind, and finish a publication that it had begun."""
    settings = run.settings
    for folder in (settings.warehouse_dir / "data", get_outlooks_dir(settings)):
        removed = remove_leftovers(folder)
        if removed:
            run.progress(f"removed {removed} unfinished files of an earlier run")
    for folder in (settings.releases_dir, settings.as_of_dir, settings.warehouse_dir):
        for path in folder.glob("*.writing-*") if folder.exists() else []:
            is_folder = path.is_dir() and not path.is_symlink()
            shutil.rmtree(path) if is_folder else path.unlink()
    completed = complete_publication(settings)
    if completed:
        run.progress(f"finished publishing release {completed.release_id} of an earlier run")
    keep_outlooks(settings)
