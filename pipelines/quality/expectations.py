"""Great Expectations: judging counts in one batch, and validating relations that are small enough.

Its cost is per expectation and per batch, not per row (about 6 ms and 20 ms), so the many uniform
checks share one batch of counts.
"""

from __future__ import annotations

import importlib.util
import logging
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb

from pipelines.base.errors import ContractError
from pipelines.base.rows import fetch_value
from pipelines.quality.counted import Count
from pipelines.quality.records import Check, Severity
from pipelines.quality.suites import Expectation, Suite

# Above this a table is not read into memory: its suite must state a query of aggregates.
MAX_ROWS_READ_WHOLE = 250_000
CUSTOM_FILE = "custom_expectations.py"


@cache
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


@cache
def _open_source() -> Any:
    """Return the source that holds all batches of this process; opening one costs 0.1 s."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    # this module of it sets its own level, and tells of every temporary folder it makes
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context.data_sources.add_pandas("build")


def _get_batch(source: Any, name: str, frame: Any) -> Any:
    if name in source.get_asset_names():
        source.delete_asset(name)
    definition = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("whole")
    return definition.get_batch(batch_parameters={"dataframe": frame})


def judge_counts(counts: list[Count]) -> list[Check]:
    """Let Great Expectations judge all counted items in one batch of one row per item.

    Returns:
        One check per item; failed where violations were counted or nothing could be counted.
    """
    if not counts:
        return []
    import great_expectations as gx
    import pandas as pd

    # what could not be evaluated has no count and is judged as a violation
    frame = pd.DataFrame(
        {
            "check_name": [count.check_name for count in counts],
            "violations": [-1 if c.violations is None else c.violations for c in counts],
        }
    )
    batch = _get_batch(_open_source(), "counts", frame)
    outcome = batch.validate(
        gx.expectations.ExpectColumnValuesToBeInSet(column="violations", value_set=[0]),
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": ["check_name"],
        },
    )
    problem = _find_exception(outcome.exception_info)
    if problem:
        raise ContractError(f"the counts of the suites could not be judged: {problem}")
    bad = {entry["check_name"] for entry in outcome.result.get("unexpected_index_list") or []}
    if outcome.success != (not bad):
        raise ContractError("Great Expectations named no failed count although it found some")
    return [_to_counted_check(count, count.check_name not in bad) for count in counts]


def _to_counted_check(count: Count, passed: bool) -> Check:
    unevaluated = count.problem is not None
    return Check(
        name=count.check_name,
        table=count.suite.table,
        severity="error" if unevaluated else count.item.severity,
        passed=passed,
        observed=f"could not be evaluated: {count.problem}" if unevaluated else count.observed,
        kind="expectation",
        message=count.item.message,
    )


def validate_suites(
    connection: duckdb.DuckDBPyConnection, suites: list[Suite], expectations_dir: Path
) -> list[Check]:
    """Validate suites of Great Expectations classes on relations read through DuckDB.

    Raises:
        ContractError: a suite names an unknown expectation, or reads a too large table whole.
    """
    if not suites:
        return []
    import great_expectations as gx

    custom = load_custom_expectations(expectations_dir)
    source = _open_source()
    checks: list[Check] = []
    for suite in suites:
        made = [_make_expectation(gx, custom, suite, item) for item in suite.expectations]
        try:
            frame = _read_relation(connection, suite)
        except duckdb.Error as error:
            problem = f"could not be evaluated: {str(error).splitlines()[0]}"
            checks += [_make_check(suite, i, "error", False, problem) for i in suite.expectations]
            continue
        batch = _get_batch(source, suite.suite, frame)
        outcome = batch.validate(
            gx.ExpectationSuite(name=suite.suite, expectations=made), result_format="BASIC"
        )
        checks += [
            _to_check(suite, item, result)
            for item, result in _pair(suite.expectations, outcome.results)
        ]
    return checks


def _read_relation(connection: duckdb.DuckDBPyConnection, suite: Suite) -> Any:
    if suite.query is None:
        rows = fetch_value(connection, f"select count(*) from {suite.table}")
        if rows > MAX_ROWS_READ_WHOLE:
            raise ContractError(
                f"suite {suite.suite}: {suite.table} has {rows:,} rows; above "
                f"{MAX_ROWS_READ_WHOLE:,} a suite must state a query of aggregates, or items that "
                "DuckDB counts"
            )
    return connection.execute(f"select * from {suite.relation} as relation").df()


def _make_expectation(gx: Any, custom: ModuleType | None, suite: Suite, item: Expectation) -> Any:
    name = item.expectation or ""
    cls = getattr(gx.expectations, name, None) or getattr(custom, name, None)
    if cls is None:
        raise ContractError(
            f"suite {suite.suite}: {item.name}: unknown expectation {item.expectation}"
        )
    return cls(**item.kwargs, meta={"name": item.name})


def _pair(expectations: list[Expectation], results: list) -> list[tuple[Expectation, Any]]:
    """Match results to expectations by name: the order of results is not promised."""
    by_name = {result.expectation_config.meta["name"]: result for result in results}
    return [(item, by_name[item.name]) for item in expectations]


def _to_check(suite: Suite, item: Expectation, result: Any) -> Check:
    problem = _find_exception(result.exception_info)
    if problem:
        return _make_check(suite, item, "error", False, f"could not be evaluated: {problem}")
    return _make_check(suite, item, item.severity, bool(result.success), _describe(result.result))


def _make_check(
    suite: Suite, item: Expectation, severity: Severity, passed: bool, observed: str | None
) -> Check:
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
