"""Asking a metric of a release: SQL is put together from its parts in `meta.metric`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.answers.ask import Answer, ask, open_for_questions
from pipelines.answers.query import UnknownNameError, fetch_rows, suggest
from pipelines.base.errors import QueryError
from pipelines.base.sql import quote_name


@dataclass(frozen=True)
class Metric:
    """One metric as `meta.metric` describes it; the parts of a ratio are metrics themselves."""

    metric: str
    label: str
    label_zh: str
    description: str
    unit: str
    kind: str
    schema_name: str | None
    table_name: str | None
    expression: str | None
    condition: str | None
    time_column: str | None
    time_grain: str | None
    is_last_of_time: bool
    dimensions: str | None
    numerator: str | None
    denominator: str | None
    never_add_over: str | None


def read_metrics(path: Path) -> dict[str, Metric]:
    """Return the metrics of a published file by name.

    Raises:
        ReleaseError: there is no such file, or it is older than the metrics.
    """
    with open_for_questions(path) as connection:
        rows = fetch_rows(connection, "from meta.metric order by metric", {})
    return {row["metric"]: Metric(**row) for row in rows}


def compile_metric(
    metrics: dict[str, Metric], name: str, by: Sequence[str] = (), where: str | None = None
) -> str:
    """Return the SQL that answers a metric: a row for each combination of the columns asked for.

    A level (`is_last_of_time`) is told for the last time asked for, unless the time is one of the
    columns: times are never added.

    Args:
        metrics: the metrics of the release.
        name: metric to ask.
        by: columns to split by, among the metric's dimensions.
        where: condition on those columns, in SQL.

    Raises:
        UnknownNameError: there is no such metric or dimension.
        QueryError: the metric may not be added over a column that is neither split nor filtered.
    """
    metric = _find(metrics, name)
    for column in (metric.never_add_over or "").split(", "):
        if column and column not in by and column not in (where or ""):
            raise QueryError(
                f"{name}: must not be added over {column}; split by it (--by {column}) or keep one "
                f"value (--where \"{column} = '...'\")"
            )
    if metric.kind == "ratio":
        return _compile_ratio(metrics, metric, by, where)
    _require_dimensions(metric, by)
    table = f"{metric.schema_name}.{quote_name(metric.table_name or '')}"
    conditions = [f"({part})" for part in (metric.condition, where) if part]
    rows = f"from {table}" + (f" where {' and '.join(conditions)}" if conditions else "")
    if metric.is_last_of_time and metric.time_column not in by:
        time = quote_name(metric.time_column or "")
        joined = " and " if conditions else " where "
        rows += f"{joined}{time} = (select max({time}) {rows})"
    columns = ", ".join(quote_name(column) for column in by)
    head = f"select {columns}, " if by else "select "
    tail = f" group by {columns} order by {columns}" if by else ""
    return f"{head}{metric.expression} as {quote_name(name)} {rows}{tail}"


def _compile_ratio(
    metrics: dict[str, Metric], metric: Metric, by: Sequence[str], where: str | None
) -> str:
    parts = [_find(metrics, part or "") for part in (metric.numerator, metric.denominator)]
    inner = [
        compile_metric({part.metric: _without_limits(part)}, part.metric, by, where)
        for part in parts
    ]
    numerator, denominator = (quote_name(part.metric) for part in parts)
    value = f"{numerator} / nullif({denominator}, 0) as {quote_name(metric.metric)}"
    columns = ", ".join(quote_name(column) for column in by)
    if not by:
        return f"select {value} from ({inner[0]}) cross join ({inner[1]})"
    return (
        f"select {columns}, {value} from ({inner[0]}) full join ({inner[1]}) using ({columns}) "
        f"order by {columns}"
    )


def _without_limits(metric: Metric) -> Metric:
    """Return a part of a ratio; what it is never added over has been looked at for the whole."""
    return Metric(**{**vars(metric), "never_add_over": None})


def _find(metrics: dict[str, Metric], name: str) -> Metric:
    if name not in metrics:
        raise UnknownNameError(f"metric {name!r} is not known{suggest(name, list(metrics))}")
    return metrics[name]


def _require_dimensions(metric: Metric, by: Sequence[str]) -> None:
    known = (metric.dimensions or "").split(", ")
    for column in by:
        if column not in known:
            raise UnknownNameError(
                f"{metric.metric} has no dimension {column!r}{suggest(column, known)}; it has "
                + ", ".join(known)
            )


def ask_metric(path: Path, name: str, by: Sequence[str] = (), where: str | None = None) -> Answer:
    """Return what a metric of a published file is, split by columns.

    Raises:
        UnknownNameError: there is no such metric or dimension.
        QueryError: the condition is wrong, or the metric must not be added like that.
        ReleaseError: there is no such file, or it is older than the metrics.
    """
    return ask(path, compile_metric(read_metrics(path), name, by, where))
