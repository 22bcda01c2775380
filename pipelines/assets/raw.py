"""Source tables as assets, and the build file that begins with them.

One step takes in all sources, because ids must be known before rows that refer to them are
checked; a document that was loaded before costs nothing. The checks of the contract are reported
on each table.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta

import dagster as dg
import duckdb
from dagster._core.definitions.metadata import RawMetadataValue  # has no public name
from pydantic import Field

from pipelines.assets.keys import (
    BEGUN_KEYS,
    BUILD_GROUP,
    BUILD_KEY,
    CARRIED_KEY,
    OUTLOOKS_KEY,
    RELEASE_KEY,
    get_owner,
    get_raw_key,
)
from pipelines.assets.metadata import describe_day, describe_relation
from pipelines.base.rows import fetch_value
from pipelines.build.kept import forget_build
from pipelines.build.register import write_known_days_query, write_raw_query
from pipelines.contracts.load import ContractFault
from pipelines.contracts.model import Contract, Table
from pipelines.contracts.staging import describe_column
from pipelines.ingest.ingest import SourceLoads
from pipelines.quality.audit import check_contracts
from pipelines.quality.records import Check
from pipelines.run.pipeline import fetch_due
from pipelines.run.stages import find_unchanged, ingest_sources, register_raw
from pipelines.run.state import Run, time_stage

ROWS_CHECK = "no_row_quarantined"
DOCUMENT_CHECK = "no_document_refused"
CONTRACT_CHECK = "contract_can_be_read"
# hours within which a run should have taken in a connector: what its cadence says, and a day over
FRESH_HOURS = {
    "daily": 48,
    "weekly": 192,
    "monthly": 768,
    "quarterly": 2232,
    "yearly": 8808,
    "irregular": 768,
}


class IngestConfig(dg.Config):
    """What a run is asked to take in, and whether it may end early."""

    live: bool = Field(default=False, description="Fetch the connectors' documents first.")
    only: list[str] = Field(
        default_factory=list, description="With live: fetch only these sources or areas."
    )
    due: bool = Field(
        default=False,
        description="With live: fetch only sources that are due by their cadence.",
    )
    rebuild: bool = Field(
        default=False,
        description="Build everything from nothing and publish, even if that would only repeat "
        "the current release.",
    )


def make_raw_assets(contracts: list[Contract], faults: list[ContractFault]) -> dg.AssetsDefinition:
    """Return the step that takes in all sources and starts the build file.

    Args:
        contracts: of all sources, the last good ones of those whose contract is wrong.
        faults: what is wrong with contracts; a failed check of their tables shows it.
    """
    tables = [(contract, table) for contract in contracts for table in contract.tables]
    aside = {fault.source_id for fault in faults}

    @dg.multi_asset(
        name="raw_tables",
        specs=[*(_make_spec(contract, table) for contract, table in tables), *_make_build_specs()],
        check_specs=[
            spec
            for contract, table in tables
            for spec in _make_checks(contract, table, contract.source_id in aside)
        ],
        can_subset=True,
    )
    def raw_tables(
        context: dg.AssetExecutionContext,
        config: IngestConfig,
        warehouse_run: dg.ResourceParam[Run],
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        run = warehouse_run
        if config.live:
            with time_stage(run, "fetch"):
                fetch_due(run, config.only, config.due)
        with time_stage(run, "ingest"):
            ingest_sources(run)
        yield from _report_tables(run, context.selected_asset_keys)
        results = [*_check_tables(run), *_check_faults(run, context.selected_asset_check_keys)]
        for check, result in results:
            if check in context.selected_asset_check_keys:
                yield result
        failed = [
            check
            for check, result in results
            if not result.passed and result.severity == dg.AssetCheckSeverity.ERROR
        ]
        if failed:
            # the check is blocking: Dagster ends the run here
            names = ", ".join(check.asset_key.to_user_string() for check in failed)
            run.failure = f"{DOCUMENT_CHECK}: no good document for {names}"
        elif set(BEGUN_KEYS) & context.selected_asset_keys:
            is_release = RELEASE_KEY in context.job_def.asset_layer.executable_asset_keys
            if is_release and not config.rebuild:
                run.outcome = find_unchanged(run)
            if config.rebuild:
                forget_build(run.settings)
            if run.outcome:
                # without a new build file Dagster skips models, audit and release
                context.log.info(f"{run.outcome.message}; the rest of the run is skipped")
                return
            with time_stage(run, "register"):
                register_raw(run)
            metadata: dict[str, RawMetadataValue] = {
                "as_of": run.as_of.isoformat(),
                "draws": run.settings.draws,
                "seed": run.settings.seed,
                "fingerprint": run.fingerprint,
                "next_change_on": str(run.next_change_on),
                "path": dg.MetadataValue.path(run.settings.build_path),
            }
            for key in BEGUN_KEYS:
                if key in context.selected_asset_keys:
                    yield dg.MaterializeResult(key, metadata=metadata)

    return raw_tables


def _make_spec(contract: Contract, table: Table) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=get_raw_key(contract, table),
        description=f"{table.description.strip()}\n\n{contract.description.strip()}",
        group_name=contract.get_area(table),
        owners=[get_owner(contract.get_area(table))],
        kinds={"csv", "parquet"},
        tags={"layer": "raw", "source_kind": contract.kind},
        code_version=contract.contract_version,
        freshness_policy=dg.FreshnessPolicy.time_window(
            fail_window=timedelta(hours=FRESH_HOURS[contract.cadence])
        )
        if contract.addresses
        else None,
        metadata={
            "dagster/column_schema": dg.TableSchema(
                columns=[
                    dg.TableColumn(name, column.type, describe_column(column))
                    for name, column in table.columns.items()
                ]
            ),
            "source": contract.title,
            "publishers": ", ".join(item.name for item in contract.publishers),
            "licences": "; ".join(dict.fromkeys(item.licence for item in contract.publishers)),
            "attribution": "; ".join(
                dict.fromkeys(item.attribution for item in contract.publishers)
            ),
            "cadence": contract.cadence,
            "fresh_for_days": contract.fresh_for_days,
            "document_mode": table.document_mode,
            "key": ", ".join(table.key),
            "usage_warnings": " ".join([*contract.usage_warnings, *table.usage_warnings]),
        },
    )


def _make_build_specs() -> Iterator[dg.AssetSpec]:
    for key, description in (
        (
            BUILD_KEY,
            "One row per build (exactly one row): as-of day, draws and seed. A build file begins "
            "with it and with views of all source tables.",
        ),
        (
            CARRIED_KEY,
            "One row per input and month with what the tables rest on that the build keeps of the "
            "one before; empty where it begins with nothing.",
        ),
        (
            OUTLOOKS_KEY,
            "One row per kept outlook and row of its fct_outlook: what releases up to the as-of "
            "day said of quarters ahead.",
        ),
    ):
        yield dg.AssetSpec(
            key=key,
            description=description,
            group_name=BUILD_GROUP,
            owners=[get_owner(BUILD_GROUP)],
            kinds={"duckdb"},
            tags={"layer": "raw"},
        )


def _make_checks(contract: Contract, table: Table, is_aside: bool) -> list[dg.AssetCheckSpec]:
    key = get_raw_key(contract, table)
    described = "The source's contract can be read. Where it cannot, data of the last good one is "
    described += "in use, and the other sources go on."
    broken = [dg.AssetCheckSpec(CONTRACT_CHECK, asset=key, description=described)]
    return [
        *(broken if is_aside else []),
        dg.AssetCheckSpec(
            ROWS_CHECK,
            asset=key,
            description="Every row satisfies the contract; bad rows stand in meta.quarantine.",
        ),
        dg.AssetCheckSpec(
            DOCUMENT_CHECK,
            asset=key,
            blocking=True,
            description="Every document of the source is usable. A refused one warns while older "
            "good data is there, and ends the run where there is none.",
        ),
    ]


def _report_tables(run: Run, selected: set[dg.AssetKey]) -> Iterator[dg.MaterializeResult]:
    with duckdb.connect(":memory:") as connection:
        for loads in run.sources:
            for table in loads.contract.tables:
                key = get_raw_key(loads.contract, table)
                if key in selected:
                    metadata = _describe_table(connection, run, loads, table)
                    yield dg.MaterializeResult(key, metadata=metadata)


def _describe_table(
    connection: duckdb.DuckDBPyConnection, run: Run, loads: SourceLoads, table: Table
) -> dict[str, RawMetadataValue]:
    found = loads.list_files(table.table)
    files = loads.list_view_files(table.table)
    root = run.settings.warehouse_dir
    query = f"({write_raw_query(loads, table, root)})"
    newest = None
    if files:
        newest = fetch_value(
            connection,
            f"select max(known_on) from ({write_known_days_query(loads, table, root)})",
        )
    counts = [counted for load, _ in found if (counted := load.get_table(table.table))]
    return {
        **describe_relation(connection, query, has_preview=True),
        "newest_known_on": describe_day(newest),
        "documents": len(found),
        "document_sha256": ", ".join(load.sha256 for load, _ in found),
        "document_address": ", ".join(load.address for load, _ in found),
        "loaded_at": ", ".join(f"{load.loaded_at:%Y-%m-%d %H:%M:%S} UTC" for load, _ in found),
        "rows_read": sum(item.rows_read for item in counts),
        "rows_accepted": sum(item.rows_accepted for item in counts),
        "rows_quarantined": sum(item.rows_quarantined for item in counts),
        "rows_left_out": sum(item.rows_left_out for item in counts),
        "rows_corrected": sum(item.rows_corrected for item in counts),
        "rows_unverified": sum(item.rows_unverified for item in counts),
    }


def _check_tables(run: Run) -> Iterator[tuple[dg.AssetCheckKey, dg.AssetCheckResult]]:
    by_name: dict[str, list[Check]] = {}
    for check in check_contracts(run.sources):
        by_name.setdefault(check.name, []).append(check)
    for loads in run.sources:
        source_id = loads.contract.source_id
        (refused,) = by_name[f"{source_id}.{DOCUMENT_CHECK}"]
        for table in loads.contract.tables:
            key = get_raw_key(loads.contract, table)
            rows = by_name.get(f"{source_id}.{table.table}.{ROWS_CHECK}", [])
            yield dg.AssetCheckKey(key, ROWS_CHECK), make_check_result(key, ROWS_CHECK, rows)
            # older data makes a refusal bearable; where there is none, the table would be empty
            severity = refused.severity if loads.list_files(table.table) else "error"
            checks = [replace(refused, severity=severity)]
            yield (
                dg.AssetCheckKey(key, DOCUMENT_CHECK),
                make_check_result(key, DOCUMENT_CHECK, checks),
            )


def _check_faults(
    run: Run, selected: AbstractSet[dg.AssetCheckKey]
) -> Iterator[tuple[dg.AssetCheckKey, dg.AssetCheckResult]]:
    """Report on the sources whose contract was wrong when Dagster loaded the definitions."""
    messages = {fault.source_id: fault.message for fault in run.contract_faults}
    for check in selected:
        if check.name == CONTRACT_CHECK:
            message = messages.get(check.asset_key.path[1])
            yield (
                check,
                dg.AssetCheckResult(
                    asset_key=check.asset_key,
                    check_name=CONTRACT_CHECK,
                    passed=message is None,
                    severity=dg.AssetCheckSeverity.WARN,
                    metadata={"found": message or "the contract is right again"},
                ),
            )


def make_check_result(key: dg.AssetKey, name: str, checks: list[Check]) -> dg.AssetCheckResult:
    """Return several checks of one table as one of Dagster's; the gravest failure counts."""
    failed = [check for check in checks if not check.passed]
    is_error = any(check.severity == "error" for check in failed)
    lines = [f"- {check.message}; found {check.observed}" for check in failed]
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        metadata={
            "checks": len(checks),
            "failed": len(failed),
            "found": dg.MetadataValue.md("\n".join(lines)),
        },
    )
