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
from pipelines.base.errors import ContractError
from pipelines.base.settings import Settings
from pipelines.contracts.kept import read_kept_contract
from pipelines.contracts.load import ContractFault, discover_contracts
from pipelines.contracts.model import Contract


def find_contracts(settings: Settings) -> tuple[list[Contract], list[ContractFault]]:
    """Return the contracts of all sources, and what is wrong with some.

    A contract that cannot be read takes nothing else along: the last good one stands for it, or
    its tables are left out where there has never been one.

    Raises:
        ContractError: there is no source whose contract is right.
    """
    contracts, faults = discover_contracts(settings.sources_dir)
    if not contracts:
        raise ContractError("\n".join(fault.message for fault in faults))
    kept = [
        read_kept_contract(settings.contracts_dir, fault.source_id, fault.folder)
        for fault in faults
    ]
    return [*contracts, *(contract for contract in kept if contract)], faults


def build_definitions(settings: Settings) -> dg.Definitions:
    """Put together the definitions of one project; reads its contracts and dbt manifest."""
    contracts, faults = find_contracts(settings)
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
