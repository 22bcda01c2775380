"""The audit: Great Expectations on the build, and the other checks in the same form."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import duckdb

from pipelines.build.models import NodeResult
from pipelines.errors import ContractError
from pipelines.ingest.ingest import SourceLoads
from pipelines.quality.results import Check
from pipelines.quality.suites import Expectation, Suite
from pipelines.release.write_meta import Freshness

# Above this a table is not read into memory: its suite must state a query of aggregates.
MAX_ROWS_READ_WHOLE = 250_000
CUSTOM_FILE = "custom_expectations.py"


def check_contracts(sources: list[SourceLoads]) -> list[Check]:
    """Report what loading found: quarantined rows and refused documents, as warnings."""
    checks = []
    for loads in sources:
        source_id = loads.contract.source_id
        for load in loads.current:
            for table in load.tables:
                bad = table.rows_quarantined
                checks.append(
                    Check(
                        name=f"{source_id}.{table.table}.no_row_quarantined",
                        table=f"raw.{source_id}__{table.table}",
                        severity="warning",
                        passed=bad == 0,
                        observed=f"{bad} of {table.rows_read} rows quarantined ({load.address})",
                        kind="contract",
                        message="every row satisfies the contract; see meta.quarantine",
                    )
                )
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
    nodes = manifest["nodes"] | manifest.get("unit_tests", {})
    for result in results:
        if result.kind not in ("test", "unit_test", "unit test"):
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


def load_custom_expectations(folder: Path) -> ModuleType | None:
    """Import `expectations/custom_expectations.py`, if there is one."""
    path = folder / CUSTOM_FILE
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location("compute_balance_expectations", path)
    if spec is None or spec.loader is None:
        raise ContractError(f"{path}: cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_suites(
    connection: duckdb.DuckDBPyConnection,
    suites: list[Suite],
    expectations_dir: Path,
    report: Callable[[Suite, list[Check]], None] = lambda suite, checks: None,
) -> list[Check]:
    """Validate suites with Great Expectations on tables read through DuckDB.

    Args:
        connection: connection to the build.
        suites: what to check.
        expectations_dir: folder with the project's custom expectations.
        report: called after each suite, for progress.

    Returns:
        One check per expectation. An expectation that could not be evaluated counts as failed
        with error severity, and its exception stands in `observed`.

    Raises:
        ContractError: a suite names an unknown expectation, or reads a too large table whole.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx

    custom = load_custom_expectations(expectations_dir)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("build")
    checks: list[Check] = []
    for suite in suites:
        frame = _read_relation(connection, suite)
        batch_definition = source.add_dataframe_asset(
            suite.suite
        ).add_batch_definition_whole_dataframe("whole")
        batch = batch_definition.get_batch(batch_parameters={"dataframe": frame})
        gx_suite = gx.ExpectationSuite(
            name=suite.suite,
            expectations=[
                _make_expectation(gx, custom, suite, item) for item in suite.expectations
            ],
        )
        outcome = batch.validate(gx_suite, result_format="BASIC")
        found = [
            _to_check(suite, item, result)
            for item, result in _pair(suite.expectations, outcome.results)
        ]
        checks += found
        report(suite, found)
    return checks


def _read_relation(connection: duckdb.DuckDBPyConnection, suite: Suite):
    if suite.query is not None:
        return connection.execute(suite.query).df()
    rows = connection.execute(f"select count(*) from {suite.table}").fetchone()[0]
    if rows > MAX_ROWS_READ_WHOLE:
        raise ContractError(
            f"suite {suite.suite}: {suite.table} has {rows:,} rows; above {MAX_ROWS_READ_WHOLE:,} "
            "a suite must state a query of aggregates"
        )
    return connection.execute(f"select * from {suite.table}").df()


def _make_expectation(gx, custom: ModuleType | None, suite: Suite, item: Expectation):
    cls = getattr(gx.expectations, item.expectation, None) or getattr(
        custom, item.expectation, None
    )
    if cls is None:
        raise ContractError(
            f"suite {suite.suite}: {item.name}: unknown expectation {item.expectation}"
        )
    return cls(**item.kwargs, meta={"name": item.name})


def _pair(expectations: list[Expectation], results: list) -> list[tuple[Expectation, object]]:
    """Match results to expectations by name: the order of results is not promised."""
    by_name = {result.expectation_config.meta["name"]: result for result in results}
    return [(item, by_name[item.name]) for item in expectations]


def _to_check(suite: Suite, item: Expectation, result) -> Check:
    problem = _find_exception(result.exception_info)
    if problem:
        observed, passed, severity = f"could not be evaluated: {problem}", False, "error"
    else:
        observed, passed, severity = _describe(result.result), bool(result.success), item.severity
    return Check(
        name=f"{suite.suite}.{item.name}",
        table=suite.table,
        severity=severity,
        passed=passed,
        observed=observed,
        kind="expectation",
        message=item.message,
    )


def _find_exception(info: dict | None) -> str | None:
    if not info:
        return None
    if "raised_exception" in info:
        return info["exception_message"] if info["raised_exception"] else None
    messages = [v["exception_message"] for v in info.values() if v.get("raised_exception")]
    return messages[0] if messages else None


def _describe(result: dict) -> str | None:
    if result.get("unexpected_count"):
        examples = ", ".join(str(v) for v in result.get("partial_unexpected_list", [])[:5])
        return f"{result['unexpected_count']} of {result['element_count']} rows: {examples}"
    if "observed_value" in result:
        return str(result["observed_value"])
    return None
