"""What Dagster loads: assets, jobs, schedule and resources, put together and nothing else."""

import dagster as dg

from pipelines.assets.audit import make_audit_asset
from pipelines.assets.jobs import make_daily_schedule, make_fetch_schedules, make_jobs
from pipelines.assets.keys import list_areas
from pipelines.assets.manifest import parse_project
from pipelines.assets.models import make_model_assets
from pipelines.assets.raw import make_raw_assets
from pipelines.assets.release import release
from pipelines.assets.resources import Warehouse, WarehouseRun, make_dbt_resource
from pipelines.assets.sensors import make_failure_sensor, make_news_sensor
from pipelines.base.settings import Settings
from pipelines.contracts.kept import find_contracts


def build_definitions(settings: Settings) -> dg.Definitions:
    """Put together the definitions of one project; reads its contracts and dbt manifest."""
    contracts, faults = find_contracts(settings.sources_dir, settings.contracts_dir)
    parsed = parse_project(settings)
    audit = make_audit_asset(contracts, parsed.manifest)
    areas = list_areas(contracts, parsed.manifest)
    jobs = make_jobs(areas, audit)
    full, take_in, *_ = jobs
    warehouse = Warehouse.from_settings(settings)
    return dg.Definitions(
        assets=[make_raw_assets(contracts, faults), make_model_assets(parsed), audit, release],
        jobs=jobs,
        schedules=[
            make_daily_schedule(full),
            *make_fetch_schedules(settings, contracts, take_in),
        ],
        sensors=[make_news_sensor(settings, full), make_failure_sensor(settings)],
        resources={
            "warehouse": warehouse,
            "warehouse_run": WarehouseRun(warehouse=warehouse),
            "dbt": make_dbt_resource(settings),
        },
        # the steps of a run share one process, its lock and its build file
        executor=dg.in_process_executor,
    )


defs = build_definitions(Settings())
