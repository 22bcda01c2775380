"""The audit: the checks that others made, and the suites of expectations, in one form.

Suites are run in `expectations.py`; what an expectation is, and where suites come from, is said in
`suites.py` and `conventions.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from pipelines.base.texts import shorten
from pipelines.build.models import NodeResult
from pipelines.ingest.ingest import SourceLoads
from pipelines.quality.conventions import write_mart_suites
from pipelines.quality.counted import Count, applies, count_suite, read_as_of_day
from pipelines.quality.drift import open_previous
from pipelines.quality.expectations import judge_counts, validate_suites
from pipelines.quality.records import Check, Freshness
from pipelines.quality.suites import Expectation, Suite


def check_contracts(sources: list[SourceLoads]) -> list[Check]:
    """Report what loading found: quarantined rows and refused documents.

    They are warnings, but for rows of a table that means something else without them.
    """
    checks = []
    for loads in sources:
        source_id = loads.contract.source_id
        if loads.fault is not None:
            checks.append(report_contract_fault(source_id, loads.fault))
        for load in loads.current:
            for table in load.tables:
                bad = table.rows_quarantined
                is_needed = loads.contract.get_table(table.table).needs_every_row
                checks.append(
                    Check(
                        name=f"{source_id}.{table.table}.no_row_quarantined",
                        table=f"raw.{source_id}__{table.table}",
                        severity="error" if is_needed else "warning",
                        passed=bad == 0,
                        observed=f"{bad} of {table.rows_read} rows quarantined ({load.address})",
                        kind="contract",
                        message="every row satisfies the contract; see meta.quarantine or "
                        f"`source check {source_id}`",
                    )
                )
        if loads.contract.addresses:
            checks.append(_report_drifts(loads))
        checks.append(
            Check(
                name=f"{source_id}.no_document_refused",
                table=f"raw.{source_id}",
                severity="warning",
                passed=not loads.refused,
                observed="; ".join(load.reason or "" for load in loads.refused) or None,
                kind="contract",
                message="every document is usable; otherwise the last good data is used",
            )
        )
    return checks


def _report_drifts(loads: SourceLoads) -> Check:
    """Report what an upstream has changed, but for what somebody has accepted, as a warning."""
    open_drifts = [drift for drift in loads.drifts if drift.accepted is None]
    source_id = loads.contract.source_id
    return Check(
        name=f"{source_id}.upstream_is_as_before",
        table=f"raw.{source_id}",
        severity="warning",
        passed=not open_drifts,
        observed=shorten("; ".join(str(drift) for drift in open_drifts), 2000) or None,
        kind="contract",
        message="columns, values of closed lists, numbers of rows and the pace of news are those "
        "that the contract knows; see meta.drift",
    )


def report_contract_fault(source_id: str, message: str) -> Check:
    """Report a source that stands aside because its contract is wrong, as a warning."""
    return Check(
        name=f"{source_id}.contract_is_right",
        table=f"raw.{source_id}",
        severity="warning",
        passed=False,
        observed=shorten(message, 2000),
        kind="contract",
        message="the contract can be read and applied; otherwise the last good data is used",
    )


def check_freshness(freshness: list[Freshness]) -> list[Check]:
    """Report sources that are older than their contract allows, as warnings."""
    return [
        Check(
            name=f"{item.source_id}.is_fresh",
            table=f"raw.{item.source_id}",
            severity="warning",
            passed=item.state in ("fresh", "always_known"),
            observed=item.message,
            kind="freshness",
            message="the newest known row is not older than the contract's fresh_for_days",
        )
        for item in freshness
    ]


def report_dbt_tests(results: list[NodeResult], manifest: dict) -> list[Check]:
    """Turn dbt's test results into checks."""
    checks = []
    nodes = manifest["nodes"]
    for result in results:
        if result.kind != "test":
            continue
        node = nodes.get(result.unique_id, {})
        severity = (node.get("config") or {}).get("severity") or "error"
        tested = node.get("attached_node") or next(
            iter((node.get("depends_on") or {}).get("nodes", [])), ""
        )
        name = tested.split(".")[-1]
        schema = (nodes.get(tested) or {}).get("schema")
        checks.append(
            Check(
                name=result.name,
                table=f"{schema}.{name}" if schema else name,
                severity="warning" if str(severity).lower().startswith("warn") else "error",
                passed=result.status in ("pass", "success"),
                observed=result.message or (f"{result.failures} rows" if result.failures else None),
                kind="dbt",
                message=node.get("description") or result.name.replace("_", " "),
            )
        )
    return checks


def _soften(suite: Suite) -> Suite:
    """Return a suite as it is asked of an earlier day."""
    items = [
        item.model_copy(update={"severity": "warning"})
        if item.on_earlier_days == "warning"
        else item
        for item in suite.expectations
    ]
    return suite.model_copy(update={"expectations": items})


def run_suites(
    connection: duckdb.DuckDBPyConnection,
    suites: list[Suite],
    expectations_dir: Path,
    report: Callable[[Suite, list[Check]], None] = lambda suite, checks: None,
    previous: Path | None = None,
    with_conventions: bool = True,
    is_current: bool = True,
) -> list[Check]:
    """Run suites, and those that follow from the names of mart columns, on a build.

    DuckDB counts what can be counted, and Great Expectations judges the counts in one batch;
    expectations of its own classes see the relation itself, as long as it is small.

    Args:
        connection: connection to the build.
        suites: what to check.
        expectations_dir: folder with the project's custom expectations.
        report: called after each suite, for progress.
        previous: the published file that the build would replace; without one nothing is compared.
        with_conventions: also run the suites that follow from the names of mart columns.
        is_current: whether the build is of the present day; some demands are softer before it.

    Returns:
        One check per expectation. An expectation that could not be evaluated counts as failed
        with error severity, and the problem stands in `observed`.

    Raises:
        ContractError: a suite names an unknown expectation, or reads a too large table whole.
    """
    as_of = read_as_of_day(connection)
    everything = [*suites, *(write_mart_suites(connection) if with_conventions else [])]
    if not is_current:
        everything = [_soften(suite) for suite in everything]
    counts: list[Count] = []
    skipped: list[Check] = []
    validated: list[Suite] = []
    with open_previous(connection, previous) as compares:
        for suite in everything:
            asked = []
            for item in suite.expectations:
                if suite.compares_releases and not compares:
                    skipped.append(_skip(suite, item, "no earlier release to compare with"))
                elif not applies(item, as_of):
                    why = f"asked of builds as of {item.applies_from} and later"
                    skipped.append(_skip(suite, item, why))
                else:
                    asked.append(item)
            counts += count_suite(connection, suite, [item for item in asked if item.is_counted])
            rest = [item for item in asked if not item.is_counted]
            if rest:
                validated.append(suite.model_copy(update={"expectations": rest}))
        found = [
            *judge_counts(counts),
            *validate_suites(connection, validated, expectations_dir),
            *skipped,
        ]
    by_name = {check.name: check for check in found}
    checks = []
    for suite in everything:
        own = [by_name[f"{suite.suite}.{item.name}"] for item in suite.expectations]
        checks += own
        report(suite, own)
    return checks


def _skip(suite: Suite, item: Expectation, why: str) -> Check:
    return Check(
        name=f"{suite.suite}.{item.name}",
        table=suite.table,
        severity=item.severity,
        passed=True,
        observed=why,
        kind="expectation",
        message=item.message,
    )
