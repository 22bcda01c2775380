"""Which assets run together, and when: the whole pipeline, one job per area, the daily run."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (  # has no public name
    UnresolvedAssetJobDefinition,
)

from pipelines.assets.keys import AUDIT_KEY, RELEASE_KEY

FULL_JOB = "full_pipeline"


def make_jobs(areas: list[str], audit: dg.AssetsDefinition) -> list[UnresolvedAssetJobDefinition]:
    """Return the job of the whole pipeline and one for each area.

    The job of an area builds its tables and all that they rest on, with contract checks and dbt
    tests. It publishes nothing: a release is whole, so the audit and the release are left out.

    Args:
        areas: those that have sources.
        audit: the audit's step; its checks of other assets need the whole build.
    """
    full = dg.define_asset_job(
        FULL_JOB,
        selection=dg.AssetSelection.all(),
        description="Take in all sources, build, audit and publish; ends early if nothing changed.",
    )
    return [full, *(_make_area_job(area, audit) for area in areas)]


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
        run_config={"ops": {"raw_tables": {"config": {"live": True}}}},
        description="Fetch the connectors' documents, build, audit and publish.",
        default_status=dg.DefaultScheduleStatus.STOPPED,
    )
