"""The audit as an asset: every check on the whole build, reported on the tables they look at.

An error fails the step, so that nothing is published; a warning is published with the release.
dbt's tests are reported where dbt runs them, the checks of loading with the source tables.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg

from pipelines.assets.keys import AUDIT_KEY, RELEASE_GROUP, get_mart_keys, get_owner, get_raw_key
from pipelines.assets.raw import make_check_result
from pipelines.contracts.model import Contract
from pipelines.contracts.staging import get_raw_name
from pipelines.quality.records import Check, count_checks
from pipelines.run.stages import audit_build, write_meta
from pipelines.run.state import Run, require_stage, time_stage

FRESH_CHECK = "is_fresh"
TABLE_CHECK = "expectations"
OTHER_CHECK = "other_expectations"
ERROR_CHECK = "no_check_failed"
WARNING_CHECK = "no_check_warned"


def make_audit_asset(contracts: list[Contract], manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """Return the step that fills schema `meta` and audits the build.

    Args:
        contracts: all sources; the audit looks at each of their tables.
        manifest: dbt's, for the marts.
    """
    marts = get_mart_keys(manifest)
    tables = [*_list_raw_tables(contracts), *_list_mart_tables(marts)]
    spec = dg.AssetSpec(
        key=AUDIT_KEY,
        deps=list(marts.values()),
        description="One row per check of the build, kept in meta.quality_result: contracts, "
        "freshness, dbt tests and expectations. The release waits for it.",
        group_name=RELEASE_GROUP,
        owners=[get_owner(RELEASE_GROUP)],
        kinds={"duckdb", "greatexpectations"},
        tags={"layer": "audit"},
    )

    @dg.multi_asset(
        name="audit",
        specs=[spec],
        check_specs=[*(check for table in tables for check in table.specs), *_make_own_checks()],
        # the audit looks at the tables of other steps, and reports there
        allow_arbitrary_check_specs=True,
        can_subset=True,
    )
    def audit(
        context: dg.AssetExecutionContext, warehouse_run: dg.ResourceParam[Run]
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        run = warehouse_run
        if AUDIT_KEY not in context.selected_asset_keys:
            # whoever materializes a table by itself selects its checks along
            context.log.info("checks of the audit are made on a whole build; select audit too")
            return
        with time_stage(run, "meta"):
            for stage in ("register", "models"):
                require_stage(run, stage)
            write_meta(run)
        try:
            with time_stage(run, "audit"):
                audit_build(run)
        finally:
            # without any check the audit itself broke: its error says how
            if run.checks:
                yield from _report_checks(run.checks, tables)
        yield dg.MaterializeResult(
            AUDIT_KEY, metadata={"dagster/row_count": len(run.checks), **count_checks(run.checks)}
        )

    return audit


@dataclass(frozen=True)
class AuditedTable:
    """An asset that the audit reports on, and the name that checks file it under."""

    key: dg.AssetKey
    filed_under: str
    fresh_for_days: int | None = None
    freshness_check: str | None = None

    @property
    def specs(self) -> Iterator[dg.AssetCheckSpec]:
        """Dagster's checks of the table: its expectations, and freshness where it has any."""
        yield dg.AssetCheckSpec(
            TABLE_CHECK,
            asset=self.key,
            description="Every expectation of the table holds, whether its contract, a suite or "
            "the name of a column says it.",
        )
        if self.freshness_check:
            yield dg.AssetCheckSpec(
                FRESH_CHECK,
                asset=self.key,
                description="The newest known row of the source is at most "
                f"{self.fresh_for_days} days older than the as-of day.",
            )


def _list_raw_tables(contracts: list[Contract]) -> list[AuditedTable]:
    return [
        AuditedTable(
            get_raw_key(contract, table),
            f"raw.{get_raw_name(contract, table)}",
            contract.fresh_for_days,
            f"{contract.source_id}.{FRESH_CHECK}",
        )
        for contract in contracts
        for table in contract.tables
    ]


def _list_mart_tables(marts: Mapping[str, dg.AssetKey]) -> list[AuditedTable]:
    return [AuditedTable(key, f"marts.{name}") for name, key in marts.items()]


def _make_own_checks() -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            OTHER_CHECK,
            asset=AUDIT_KEY,
            description="Every expectation of schema meta and of intermediate results holds.",
        ),
        dg.AssetCheckSpec(
            ERROR_CHECK,
            asset=AUDIT_KEY,
            blocking=True,
            description="No check of error severity failed, whoever made it.",
        ),
        dg.AssetCheckSpec(
            WARNING_CHECK,
            asset=AUDIT_KEY,
            description="No check warned; the release carries its warnings along.",
        ),
    ]


def _report_checks(
    checks: list[Check], tables: list[AuditedTable]
) -> Iterator[dg.AssetCheckResult]:
    by_name = {check.name: check for check in checks}
    by_table: dict[str, list[Check]] = {}
    for check in checks:
        if check.kind == "expectation":
            by_table.setdefault(check.table, []).append(check)
    for table in tables:
        # a table without any good document has no row that an expectation could look at
        yield make_check_result(table.key, TABLE_CHECK, by_table.pop(table.filed_under, []))
        if table.freshness_check:
            # a source without a readable contract may have no check of freshness
            found = by_name.get(table.freshness_check)
            yield make_check_result(table.key, FRESH_CHECK, [found] if found else [])
    others = [check for found in by_table.values() for check in found]
    yield make_check_result(AUDIT_KEY, OTHER_CHECK, others)
    for name, severity in ((ERROR_CHECK, "error"), (WARNING_CHECK, "warning")):
        yield make_check_result(AUDIT_KEY, name, [c for c in checks if c.severity == severity])
