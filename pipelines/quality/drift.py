"""Comparing a build with the release that it would replace: rows, keys and sums of every mart.

The comparison fills two temporary tables that suites with `compares_releases` read:
`release_rows` (one row per mart) and `release_sums` (one row per mart and numeric column). Which
difference is too large is said by those suites. `has_new_table` tells that rows of a source table
have come in that had none in the last release: what such rows change is no drift.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.base.rows import fetch_row, fetch_value
from pipelines.base.sql import quote_name, quote_text

PREVIOUS = "previous_release"
_NUMERIC = ("DOUBLE", "BIGINT", "INTEGER", "HUGEINT")


@contextmanager
def open_previous(connection: duckdb.DuckDBPyConnection, path: Path | None) -> Iterator[bool]:
    """Attach the published file and fill the tables of the comparison; yields False without one.

    A file that is attached already is used and left as it is.
    """
    if path is None or not path.exists():
        yield False
        return
    is_attached = fetch_value(
        connection, "select count(*) from duckdb_databases() where database_name = ?", [PREVIOUS]
    )
    if not is_attached:
        attach_previous(connection, path)
    try:
        _compare(connection)
        yield True
    finally:
        if not is_attached:
            connection.execute(f"detach {PREVIOUS}")


def attach_previous(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Attach a published file under the name that the comparison uses."""
    connection.execute(f"attach {quote_text(str(path))} as {PREVIOUS} (read_only)")


def _compare(connection: duckdb.DuckDBPyConnection) -> None:
    before = _list_columns(connection, PREVIOUS)
    after = _list_columns(connection, None)
    connection.execute(
        "create or replace temp table release_rows "
        "(table_name varchar, rows_before bigint, rows_after bigint)"
    )
    connection.execute(
        "create or replace temp table release_sums (table_name varchar, column_name varchar, "
        "filled_before bigint, filled_after bigint, sum_before double, sum_after double, "
        "has_new_table boolean)"
    )
    new = _find_marts_with_new_tables(connection)
    for table in sorted(before):
        if table in after:
            _compare_table(connection, table, before[table], after[table], table in new)
        else:
            rows = fetch_value(
                connection, f"select count(*) from {PREVIOUS}.marts.{quote_name(table)}"
            )
            # a mart that is gone has no rows to compare; the contract forbids removing one
            connection.execute("insert into release_rows values (?, ?, null)", [table, rows])


def _find_marts_with_new_tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the marts that rest on a source table which had no rows in the last release."""
    has_lineage = fetch_value(
        connection,
        "select count(*) from duckdb_tables() where schema_name = 'meta' "
        "and table_name = 'lineage' and database_name in (?, current_database())",
        [PREVIOUS],
    )
    if has_lineage < 2:
        return set()
    known = "select table_name, source_id, raw_table from {}.lineage where rows > 0"
    rows = connection.execute(
        f"{known.format('meta')} except {known.format(f'{PREVIOUS}.meta')}"
    ).fetchall()
    return {row[0] for row in rows}


def _list_columns(
    connection: duckdb.DuckDBPyConnection, database: str | None
) -> dict[str, dict[str, str]]:
    rows = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'marts' and database_name = coalesce(?, current_database()) "
        "order by table_name, column_index",
        [database],
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, type_ in rows:
        tables.setdefault(table, {})[column] = type_
    return tables


def _compare_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    before: dict[str, str],
    after: dict[str, str],
    has_new_table: bool,
) -> None:
    numbers = [c for c, t in after.items() if t in _NUMERIC and before.get(c) in _NUMERIC]
    # absolute amounts, so that gaps of both signs do not cancel
    sums = "".join(
        f", count({quote_name(c)}), sum(abs({quote_name(c)})) filter (isfinite({quote_name(c)}))"
        for c in numbers
    )
    first, second = (
        fetch_row(connection, f"select count(*){sums} from {schema}.{quote_name(table)}")
        for schema in (f"{PREVIOUS}.marts", "marts")
    )
    connection.execute("insert into release_rows values (?, ?, ?)", [table, first[0], second[0]])
    rows = [
        (
            table,
            c,
            first[1 + 2 * i],
            second[1 + 2 * i],
            first[2 + 2 * i],
            second[2 + 2 * i],
            has_new_table,
        )
        for i, c in enumerate(numbers)
    ]
    if rows:
        connection.executemany("insert into release_sums values (?, ?, ?, ?, ?, ?, ?)", rows)
