"""Sensors: one builds when news has landed, one tells of runs that could not tell themselves."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (  # has no public name
    UnresolvedAssetJobDefinition,
)

from pipelines.assets.jobs import FULL_JOB, TAKE_IN_JOB, WAITING
from pipelines.base.settings import Settings, now_utc, today_utc
from pipelines.contracts.load import load_contracts
from pipelines.run.alerts import Event, tell_event
from pipelines.run.news import find_reason_to_build
from pipelines.run.pipeline import show_status
from pipelines.run.reports import read_run_reports, write_run_report

UNDER_WAY = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
MESSAGE_LENGTH = 1000


def make_news_sensor(settings: Settings, full: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Return the sensor that starts a whole run for news, and once a day without any.

    It asks no address. News is what `take_in`, the command line or a person has put into the
    archive, once nothing more has come for the setting `quiet_minutes`.
    """

    @dg.sensor(
        name="build_on_news",
        job=full,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Build, audit and publish when documents have landed and no more are coming; "
        "once a day where none have.",
    )
    def build_on_news(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        runs = context.instance.get_runs(dg.RunsFilter(statuses=UNDER_WAY))
        if any(run.job_name in (FULL_JOB, TAKE_IN_JOB) for run in runs):
            return dg.SkipReason("a run is under way")
        reason = find_reason_to_build(settings, load_contracts(settings.sources_dir), now_utc())
        if reason is None:
            return dg.SkipReason("nothing has landed, or more is still coming")
        context.log.info(reason.text)
        return dg.RunRequest(run_key=reason.key, run_config=WAITING)

    return build_on_news


def make_failure_sensor(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor that tells of failed runs that left no report.

    A run that failed by itself has written its report and sent its alert. One whose process died,
    or that never began, could do neither: it gets both here, so that `status` knows of it too.
    """

    @dg.run_failure_sensor(
        name="tell_failure",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Report and tell of a failed run that could not do so itself.",
    )
    def tell_failure(context: dg.RunFailureSensorContext) -> None:
        run_id = context.dagster_run.run_id
        if any(item.get("dagster_run_id") == run_id for item in read_run_reports(settings)):
            return
        message = context.failure_event.message or "no reason was given"
        report_lost_run(settings, context.dagster_run, message)

    return tell_failure


def report_lost_run(settings: Settings, run: dg.DagsterRun, message: str) -> None:
    """Write the report of a run that could not write one, and tell of it."""
    now = now_utc()
    text = f"Dagster's run {run.run_id[:8]} of {run.job_name} ended: {message[:MESSAGE_LENGTH]}"
    run_id = f"{now:%Y%m%dT%H%M%S}-{run.run_id[:6]}"
    write_run_report(
        settings,
        {
            "run_id": run_id,
            "as_of": today_utc(),
            "started_at": now,
            "ended_at": now,
            "status": "failed",
            "message": text,
            "release_id": None,
            "dagster_run_id": run.run_id,
            "peak_mib": None,
            "rows": None,
            "checks": None,
            "answers": {},
            "stages": [],
        },
    )
    show_status(settings)
    tell_event(settings, run_id, Event(f"failed: {run.run_id}", text))
