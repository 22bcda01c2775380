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

from pipelines.archive.documents import Archive
from pipelines.base.code import keep_meanings
from pipelines.base.errors import LockHeld, MachineFault
from pipelines.base.faults import FAULTS, describe_fault
from pipelines.base.files import read_mapping, remove_leftovers
from pipelines.base.garbage import collect_rarely
from pipelines.base.log import RUN_ID
from pipelines.base.settings import Settings, today_utc
from pipelines.build.kept import forget_build
from pipelines.build.kept_outlooks import get_outlooks_dir
from pipelines.ingest.lost_records import restore_lost_records
from pipelines.release.lock import describe_holder, hold_lock, is_held
from pipelines.release.manifest import read_manifest_file
from pipelines.release.mend import mend_release
from pipelines.release.outlooks import keep_outlooks
from pipelines.release.publish import CLOCK_NOTE, complete_publication, read_current_id
from pipelines.release.whole import list_release_folders
from pipelines.run.alerts import tell
from pipelines.run.code_version import get_meanings_path
from pipelines.run.due import list_due
from pipelines.run.held import find_held
from pipelines.run.history import write_metrics_file
from pipelines.run.reports import describe_run, write_run_report
from pipelines.run.shared import find_store_writer, share_store
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
    master: str | None = None,
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
        master: address of a Spark cluster, or `local[N]`, where Spark is to build the models.

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
    run.master = master
    with hold_run(run), collect_rarely():
        run.outcome = _run_stages(run, live, only or [], rebuild, due)
    return run.outcome


def wait_for_lock(
    settings: Settings, seconds: float, progress: Callable[[str], None] = lambda line: None
) -> None:
    """Wait until no other run works on the warehouse or its store, or the time is over."""
    ends_at = time.monotonic() + seconds
    told = ""
    while time.monotonic() < ends_at and (writer := _find_other(settings)):
        if writer != told:
            progress(f"waiting: {writer}")
            told = writer
        time.sleep(LOOK_EVERY_S)


def _find_other(settings: Settings) -> str | None:
    """Return who works on the warehouse or its store; None where nobody does."""
    if is_held(settings.lock_path):
        return describe_holder(settings.lock_path)
    return find_store_writer(settings)


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

    Where there is a store, what it has is brought first and what is new is put there last. What a
    killed run left behind is cleared. A run that neither failed nor has an outcome
    is one that was not asked to publish.

    Raises:
        LockHeld: another run works on this warehouse, or writes to its store.
        StoreFault: there is no release here, and none can be brought from its store.
        StoreConflict: this folder and its store have both gone on without each other.
    """
    with hold_lock(run.settings.lock_path, f"run {run.run_id} as of {run.as_of}"):
        RUN_ID.set(run.run_id)
        try:
            with share_store(run):
                prepare_warehouse(run)
                yield
        except LockHeld:
            raise  # another machine writes to the store: nothing began, so nothing failed
        except BaseException as error:
            run.failure = run.failure or str(error) or type(error).__name__
            raise
        finally:
            _end_run(run)


def _end_run(run: Run) -> None:
    """Keep how a run ended, and tell it; what stands in the way of that is no failure of the run.

    A full disk that ended the run leaves no room for its report either.
    """
    if not (run.failure or run.outcome or run.record.stages):
        # Dagster sets its resources up once more to read a run that has ended
        RUN_ID.set(None)
        return
    status, message = "built", "nothing was to be published"
    if run.failure:
        status, message = "failed", run.failure
    elif run.outcome:
        status, message = run.outcome.status, run.outcome.message
    try:
        write_run_report(run.settings, describe_run(run, status, message))
        tell(run)
        show_status(run.settings)
    except FAULTS as error:
        logger.error("the report of run %s: %s", run.run_id, describe_fault(error, run.settings))
    finally:
        RUN_ID.set(None)


def show_status(settings: Settings) -> None:
    """Write status page and metrics; one that cannot be written stops no run."""
    try:
        write_status_page(settings)
        write_metrics_file(settings)
    except FAULTS as error:
        logger.error("status page and metrics: %s", describe_fault(error, settings))


def _run_stages(run: Run, live: bool, only: list[str], rebuild: bool, due: bool) -> Outcome:
    if live:
        with time_stage(run, "fetch"):
            fetch_due(run, only, due)
    with time_stage(run, "ingest"):
        ingest_sources(run)
    if held := find_held(run):
        return held
    if rebuild:
        forget_build(run.settings)
    elif unchanged := find_unchanged(run):
        return unchanged
    if run.master:
        # nothing is carried over between two engines
        forget_build(run.settings)
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
    """Clear what a killed run left behind, and finish a publication that it had begun.

    Raises:
        MachineFault: the clock has gone back behind the current release.
    """
    settings = run.settings
    require_clock(run)
    keep_meanings(get_meanings_path(settings))
    for folder in (settings.warehouse_dir / "data", get_outlooks_dir(settings)):
        removed = remove_leftovers(folder)
        if removed:
            run.progress(f"removed {removed} unfinished files of an earlier run")
    for folder in (settings.releases_dir, settings.as_of_dir, settings.warehouse_dir):
        for path in folder.glob("*.writing-*") if folder.exists() else []:
            is_folder = path.is_dir() and not path.is_symlink()
            shutil.rmtree(path) if is_folder else path.unlink()
    for path in restore_lost_records(settings, run.contracts):
        run.progress(f"wrote the record of an archived document again: {path.name}")
    for folder in list_release_folders(settings.releases_dir):
        if read_manifest_file(folder) is None and (mended := mend_release(folder)):
            run.progress(f"mended release {folder.name}: {', '.join(mended)}")
    completed = complete_publication(settings)
    if completed:
        run.progress(f"finished publishing release {completed.release_id} of an earlier run")
    keep_outlooks(settings)


def require_clock(run: Run) -> None:
    """Refuse to build for a present day that lies before the day of the current release.

    Raises:
        MachineFault: names both days, and the ways out.
    """
    current = read_current_id(run.settings)
    manifest = read_manifest_file(run.settings.releases_dir / (current or "none"))
    if not run.is_current or manifest is None or manifest.as_of <= run.as_of:
        return
    if read_mapping(run.settings.warehouse_dir / CLOCK_NOTE).get("release_id") == current:
        return
    raise MachineFault(
        f"the clock of this machine says {run.as_of}, and the current release {current} is as of "
        f"{manifest.as_of}; nothing was done. If the clock is wrong, set it right; if it was wrong "
        "when that release was made, run: compute-balance repair --clock"
    )
