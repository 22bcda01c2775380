"""The main job from end to end in one process: the lock, the order of stages, the report.

What a stage does belongs in `stages.py`; the Dagster assets call the same stages under the same
lock.
"""

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

from pipelines.base.errors import MachineFault
from pipelines.base.faults import FAULTS, describe_fault
from pipelines.base.files import read_mapping, remove_leftovers, write_json
from pipelines.base.settings import Settings, now_utc
from pipelines.build.kept import forget_build
from pipelines.build.kept_outlooks import get_outlooks_dir
from pipelines.ingest.lost_records import restore_lost_records
from pipelines.release.lock import hold_lock
from pipelines.release.manifest import read_manifest_file
from pipelines.release.mend import mend_release
from pipelines.release.outlooks import keep_outlooks
from pipelines.release.publish import CLOCK_NOTE, complete_publication, read_current_id
from pipelines.release.whole import list_release_folders
from pipelines.run.alerts import tell
from pipelines.run.held import find_held
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
from pipelines.run.state import Outcome, Run, start_run, time_stage

logger = logging.getLogger(__name__)

# days for which the report of a run is kept
KEPT_DAYS = 30


def run_pipeline(
    settings: Settings,
    as_of: date | None = None,
    live: bool = False,
    only: list[str] | None = None,
    progress: Callable[[str], None] = lambda line: None,
    rebuild: bool = False,
) -> Outcome:
    """Run the main job from end to end in this process.

    Args:
        settings: the warehouse to work on.
        as_of: build what the public knew on that day; by default the present day (UTC).
        live: fetch the connectors' documents first.
        only: with `live`, fetch only these sources or areas.
        progress: receives a line for everything worth telling while the run goes on.
        rebuild: build everything from nothing, even if that would only repeat the release.

    Returns:
        What was published, or the release that still holds because nothing changed.

    Raises:
        LockHeld: another run works on this warehouse.
        ContractError, BuildFailed, AuditFailed: nothing was published; what was stays published.
    """
    run = start_run(settings, as_of, progress)
    with hold_run(run):
        run.outcome = _run_stages(run, live, only or [], rebuild)
    return run.outcome


@contextmanager
def hold_run(run: Run) -> Iterator[None]:
    """Hold the warehouse's lock while a run goes on, and keep in the end how it went.

    What a killed run left behind is cleared first. A run that neither failed nor has an outcome
    is one that was not asked to publish.

    Raises:
        LockHeld: another run works on this warehouse.
    """
    with hold_lock(run.settings.lock_path, f"run {run.run_id} as of {run.as_of}"):
        try:
            prepare_warehouse(run)
            yield
        except BaseException as error:
            run.failure = run.failure or str(error) or type(error).__name__
            raise
        finally:
            _end_run(run)


def _end_run(run: Run) -> None:
    """Keep how a run ended, and tell it; what stands in the way of that is no failure of the run.

    A full disk that ended the run leaves no room for its report either.
    """
    status, message = "built", "nothing was to be published"
    if run.failure:
        status, message = "failed", run.failure
    elif run.outcome:
        status, message = run.outcome.status, run.outcome.message
    try:
        write_run_report(run, status, message)
        tell(run)
    except FAULTS as error:
        logger.error("the report of run %s: %s", run.run_id, describe_fault(error, run.settings))


def _run_stages(run: Run, live: bool, only: list[str], rebuild: bool) -> Outcome:
    if live:
        with time_stage(run, "fetch"):
            fetch_live(run, only)
    with time_stage(run, "ingest"):
        ingest_sources(run)
    if held := find_held(run):
        return held
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
    """Clear what a killed run left behind, and finish a publication that it had begun.

    Raises:
        MachineFault: the clock has gone back behind the current release.
    """
    settings = run.settings
    require_clock(run)
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


def write_run_report(run: Run, status: str, message: str) -> None:
    """Keep how a run ended under `runs/`, for `status`; those of the last days stay."""
    folder = run.settings.warehouse_dir / "data" / "runs"
    write_json(
        folder / f"{run.run_id}.json",
        {
            "run_id": run.run_id,
            "as_of": run.as_of,
            "ended_at": now_utc(),
            "status": status,
            "message": message,
            "stages": [asdict(stage) for stage in run.record.stages],
        },
    )
    oldest = datetime.now(UTC) - timedelta(days=KEPT_DAYS)
    for path in folder.glob("*.json"):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < oldest:
            path.unlink()
