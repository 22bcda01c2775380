"""Counting violations in DuckDB: what `forbidden` and `holds` items of suites come down to.

One query per relation counts every item of its suite, whatever the table's size; only for items
that fail are a few offending rows fetched. The counts are judged in `audit.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.base.rows import fetch_dicts, fetch_row, fetch_value
from pipelines.quality.suites import Expectation, Suite

EXAMPLES_SHOWN = 3
COLUMNS_SHOWN = 6


@dataclass(frozen=True)
class Count:
    """What DuckDB found for one item; `problem` says why it could not be evaluated.

    `rows` is how many rows the suite's relation has; None where it was not counted.
    """

    suite: Suite
    item: Expectation
    violations: int | None
    observed: str | None
    problem: str | None = None
    rows: int | None = None

    @property
    def check_name(self) -> str:
        """Name of the check, unique over all suites."""
        return f"{self.suite.suite}.{self.item.name}"


def read_as_of_day(connection: duckdb.DuckDBPyConnection) -> date:
    """Return the as-of day of a build."""
    return fetch_value(connection, "select as_of from raw.build_parameters")


def applies(item: Expectation, as_of: date) -> bool:
    """Tell whether a build as of that day is asked for this item."""
    return item.applies_from is None or as_of >= item.applies_from


def count_suite(
    connection: duckdb.DuckDBPyConnection, suite: Suite, items: list[Expectation]
) -> list[Count]:
    """Count the violations of a suite's counted items, in one query if all can be evaluated."""
    if not items:
        return []
    try:
        return _count_items(connection, suite, items)
    except duckdb.Error as error:
        if len(items) == 1:
            return [Count(suite, items[0], None, None, str(error).splitlines()[0])]
        # one of them is at fault: the others are still evaluated
        return [count for item in items for count in count_suite(connection, suite, [item])]


def _count_items(
    connection: duckdb.DuckDBPyConnection, suite: Suite, items: list[Expectation]
) -> list[Count]:
    selected = ["count(*)"]
    for item in items:
        if item.forbidden is not None:
            selected += [f"count(*) filter (where {item.forbidden})", "null"]
        else:
            # what cannot be said of a relation without rows is not violated by it
            selected += [
                f"case when count(*) = 0 then coalesce(not ({item.holds}), false) "
                f"else coalesce(not ({item.holds}), true) end::bigint",
                f"({item.shows})::varchar" if item.shows else "null",
            ]
    row = fetch_row(connection, f"select {', '.join(selected)} from {suite.relation} as relation")
    counts = []
    for index, item in enumerate(items):
        violations, shown = row[1 + 2 * index], row[2 + 2 * index]
        if violations and item.forbidden is not None:
            examples = _fetch_examples(connection, suite, item)
            shown = f"{violations} of {row[0]} rows: {examples}"
        counts.append(Count(suite, item, violations, shown, rows=row[0]))
    return counts


def _fetch_examples(connection: duckdb.DuckDBPyConnection, suite: Suite, item: Expectation) -> str:
    rows = fetch_dicts(
        connection,
        f"select * from {suite.relation} as relation where {item.forbidden} limit {EXAMPLES_SHOWN}",
    )
    names = list(rows[0]) if rows else []
    named = [name for name in names if name in (item.forbidden or "")]
    shown = list(dict.fromkeys([*names[:COLUMNS_SHOWN], *named]))
    return "; ".join(", ".join(f"{name}={row[name]}" for name in shown) for row in rows)
