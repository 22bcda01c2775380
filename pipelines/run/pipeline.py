"""The main job from end to end in one process: the lock, the order of stages, the report.

What a stage does belongs in `stages.py`; the Dagster assets call the same stages under the same
lock.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

from pipelines.base.files import remove_leftovers, write_json
from pipelines.base.settings import Settings, now_utc
from pipelines.build.kept import forget_build
from pipelines.build.kept_outlooks import get_outlooks_dir
from pipelines.release.lock import hold_lock
from pipelines.release.outlooks import keep_outlooks
from pipelines.release.publish import complete_publication
from pipelines.run.alerts import tell
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

# days for which the report of a run is kept
KEPT_DAYS = 30


def run_pipeline(
    settings: Settings,
    as_of: date | None = None,
    live: bool = False,
    only: list[str] | None = None,
    progress: Callable[[str], None] = lambda line: None,
    rebuild: bool = False,
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
        master: address of a Spark cluster, or `local[N]`, where Spark is to build the models.

    Returns:
        What was published, or the release that still holds because nothing changed.

    Raises:
        LockHeld: another run works on this warehouse.
        ContractError, BuildFailed, AuditFailed: nothing was published; what was stays published.
    """
    run = start_run(settings, as_of, progress)
    run.master = master
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
            if run.failure:
                write_run_report(run, "failed", run.failure)
            elif run.outcome:
                write_run_report(run, run.outcome.status, run.outcome.message)
            else:
                write_run_report(run, "built", "nothing was to be published")
            tell(run)


def _run_stages(run: Run, live: bool, only: list[str], rebuild: bool) -> Outcome:
    if live:
        with time_stage(run, "fetch"):
            fetch_live(run, only)
    with time_stage(run, "ingest"):
        ingest_sources(run)
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
