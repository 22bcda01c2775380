"""Which assets run together, and when: the whole pipeline, taking in, months, the schedules."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (  # has no public name
    UnresolvedAssetJobDefinition,
)

from pipelines.archive.documents import Archive
from pipelines.assets.keys import AUDIT_KEY, RELEASE_KEY
from pipelines.base.settings import Settings, today_utc
from pipelines.contracts.load import load_contracts
from pipelines.contracts.model import Contract
from pipelines.run.due import list_due

FULL_JOB = "full_pipeline"
TAKE_IN_JOB = "take_in"
MONTHS_JOB = "months"
# a whole run shares one process: what died begins again, no step is taken up in the middle
FROM_THE_START = {"dagster/retry_strategy": "ALL_STEPS"}
# seconds for which a launched run waits for one of the command line to end
WAIT_S = 1800
WAITING = {"resources": {"warehouse_run": {"config": {"wait_s": WAIT_S}}}}
# minute and hour (UTC) at which the sources of a cadence are looked at, every day: after the day
# has ended wherever rule-makers and publishers sit; one that is not due makes no run
LOOKED_AT = {
    "daily": "30 8 * * *",
    "weekly": "35 8 * * *",
    "monthly": "40 8 * * *",
    "quarterly": "45 8 * * *",
    "yearly": "50 8 * * *",
    "irregular": "55 8 * * *",
}
# first month whose end the job of months builds
FIRST_MONTH = "2019-01-01"


def make_jobs(areas: list[str], audit: dg.AssetsDefinition) -> list[UnresolvedAssetJobDefinition]:
    """Return the job of the whole pipeline, that of taking in, that of months, and each area's.

    The job of an area builds its tables and all that they rest on, with contract checks and dbt
    tests. It publishes nothing: a release is whole, so the audit and the release are left out.

    Args:
        areas: those that have sources.
        audit: the audit's step; its checks of other assets need the whole build.
    """
    full = dg.define_asset_job(
        FULL_JOB,
        selection=dg.AssetSelection.all(),
        tags=FROM_THE_START,
        description="Take in all sources, build, audit and publish; ends early if nothing changed.",
    )
    raw = dg.AssetSelection.key_prefixes("raw")
    take_in = dg.define_asset_job(
        TAKE_IN_JOB,
        selection=raw - dg.AssetSelection.checks(*audit.check_keys),
        tags=FROM_THE_START,
        description="Take in sources, and fetch them first where asked; builds nothing.",
    )
    return [full, take_in, make_months_job(), *(_make_area_job(area, audit) for area in areas)]


def make_months_job() -> UnresolvedAssetJobDefinition:
    """Return the job that builds what was known at the end of a month, one partition a month."""

    @dg.monthly_partitioned_config(start_date=FIRST_MONTH)
    def as_of_last_day(start: datetime, end: datetime) -> dict:
        del start
        day = (end - timedelta(days=1)).date()
        return {"resources": {"warehouse_run": {"config": {"as_of": str(day), "wait_s": WAIT_S}}}}

    return dg.define_asset_job(
        MONTHS_JOB,
        selection=dg.AssetSelection.all(),
        config=as_of_last_day,
        tags=FROM_THE_START,
        description="Build what was known at the end of a month, beside the current release.",
    )


def _make_area_job(area: str, audit: dg.AssetsDefinition) -> UnresolvedAssetJobDefinition:
    assets = dg.AssetSelection.groups(area).upstream() - dg.AssetSelection.assets(
        AUDIT_KEY, RELEASE_KEY
    )
    return dg.define_asset_job(
        f"{area}_pipeline",
        selection=assets - dg.AssetSelection.checks(*audit.check_keys),
        description=f"Build the tables of area {area} and what they rest on; publishes nothing.",
    )


def make_daily_schedule(full: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Return the daily run: fetch, check, build, audit, publish. It is off until switched on."""
    return dg.ScheduleDefinition(
        name="daily",
        job=full,
        # after the day has ended everywhere that rule-makers and publishers of the sources sit
        cron_schedule="30 8 * * *",
        execution_timezone="UTC",
        run_config=WAITING | {"ops": {"raw_tables": {"config": {"live": True}}}},
        description="Fetch the connectors' documents, build, audit and publish.",
        default_status=dg.DefaultScheduleStatus.STOPPED,
    )


def make_fetch_schedules(
    settings: Settings, contracts: Sequence[Contract], take_in: UnresolvedAssetJobDefinition
) -> list[dg.ScheduleDefinition]:
    """Return one schedule for each cadence of a connector; each fetches only what is due.

    They build nothing: the sensor `build_on_news` does. They are off until switched on.
    """
    used = {contract.cadence for contract in contracts if contract.addresses}
    return [
        dg.ScheduleDefinition(
            name=f"fetch_{cadence}",
            job=take_in,
            cron_schedule=cron,
            execution_timezone="UTC",
            execution_fn=_make_tick(settings, cadence),
            description=f"Fetch the connectors of cadence {cadence} that are due; builds nothing.",
            default_status=dg.DefaultScheduleStatus.STOPPED,
        )
        for cadence, cron in LOOKED_AT.items()
        if cadence in used
    ]


def _make_tick(
    settings: Settings, cadence: str
) -> Callable[[dg.ScheduleEvaluationContext], dg.RunRequest | dg.SkipReason]:
    def tick(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        del context
        # contracts as they stand now: one that is wrong stands aside, the others are asked
        contracts = load_contracts(settings.sources_dir)
        due = list_due(contracts, Archive(settings.archive_dir), today_utc(), cadence)
        if not due:
            return dg.SkipReason(f"no source of cadence {cadence} is due")
        return dg.RunRequest(
            run_config=WAITING | {"ops": {"raw_tables": {"config": {"live": True, "only": due}}}}
        )

    return tick
