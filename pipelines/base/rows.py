"""Taking rows from a query: the one that it must answer with, its one value, or all by column name.

Quoting what goes into a query belongs in `sql.py`.
"""

from __future__ import annotations

from typing import Any

import duckdb

from pipelines.base.errors import UnexpectedRows

Parameters = list[Any] | dict[str, Any]


def fetch_row(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Parameters | None = None
) -> tuple[Any, ...]:
    """Return the row of a query that answers with exactly one.

    Returns:
        The row's cells in the order of the query's columns; a cell is None where SQL says NULL.

    Raises:
        UnexpectedRows: there is no row, or more than one; names the columns.
    """
    found = connection.execute(query, parameters)
    columns = ", ".join(column[0] for column in found.description or [])
    rows = found.fetchmany(2)
    if len(rows) != 1:
        count = "more than one row" if rows else "no row"
        raise UnexpectedRows(f"a query for ({columns}) found {count}, expected exactly one")
    row: tuple[Any, ...] = rows[0]
    return row


def fetch_value(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Parameters | None = None
) -> Any:
    """Return the cell of a query that answers with exactly one row of one column.

    Raises:
        UnexpectedRows: there is another number of rows or of columns.
    """
    row = fetch_row(connection, query, parameters)
    if len(row) != 1:
        raise UnexpectedRows(f"a query found {len(row)} columns, expected exactly one")
    return row[0]


def fetch_dicts(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Parameters | None = None
) -> list[dict[str, Any]]:
    """Return all rows of a query, each by column name."""
    found = connection.execute(query, parameters)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
