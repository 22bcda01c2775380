"""What stands behind a row of a mart, as the bridges of its release say.

A bridge is written by the SQL that makes the figure (`bridges.brg_X` explains `fct_X`), so nothing
is selected here a second time: rows of a bridge become citations of raw rows, and rows of other
marts to go on from. Finding the raw rows belongs in `trace.py`.
"""

from typing import Any

import duckdb

from pipelines.answers.citation import Backing, Citation
from pipelines.base.errors import ReleaseError
from pipelines.base.rows import fetch_value
from pipelines.base.sql import quote_name

DOCUMENT = "document"
MARTS = ("fct_", "dim_")
# releases from this version of the published contract on hold bridges
FIRST_VERSION = (1, 3)
# an offer is gone through: what is cited are the rows that its price was made from
OFFER_ROWS = """
    select
        0 as place,
        behind.step || case when rows.step = 'price' then '' else ': ' || rows.step end as figure,
        rows.input_table,
        rows.input_key
    from behind
    inner join bridges.brg_rental_offer_row as rows on behind.input_key = rows.offer_id
    where behind.input_table = 'fct_rental_offer'
"""
OTHER_ROWS = """
    select 1 as place, step as figure, input_table, input_key from behind
    where input_table <> 'fct_rental_offer'
"""


def read_backing(
    connection: duckdb.DuckDBPyConnection, table: str, key: list[str], row: dict[str, Any]
) -> Backing | None:
    """Return all that stands behind a row of a mart that has a bridge.

    Args:
        connection: a release.
        table: name of the mart.
        key: its key.
        row: one row of it, by column.

    Returns:
        Citations by figure, and rows of marts to go on from; None where no bridge tells of the row.

    Raises:
        ReleaseError: the release was published before there were bridges.
    """
    bridge = "brg_" + table.split("_", 1)[1]
    bridges = _list_bridges(connection)
    if bridge not in bridges:
        return None
    where = " and ".join(f"{quote_name(column)} = ${column}" for column in key)
    behind = f"select * from bridges.{quote_name(bridge)} where {where}"
    query = f"with behind as materialized ({behind}) {OTHER_ROWS}"
    if "brg_rental_offer_row" in bridges:
        query += f" union {OFFER_ROWS}"
    rows = connection.execute(
        f"select figure, input_table, input_key from ({query}) "
        "order by place, figure, input_table, input_key",
        {column: row[column] for column in key},
    ).fetchall()
    return _collect(rows) if rows else None


def _list_bridges(connection: duckdb.DuckDBPyConnection) -> set[str]:
    found = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'bridges'"
    ).fetchall()
    if not found:
        version = fetch_value(connection, "select contract_version from meta.release")
        if tuple(int(part) for part in version.split(".")[:2]) < FIRST_VERSION:
            raise ReleaseError(
                f"the release keeps version {version} of the contract and has no bridges, which a "
                "trace needs; it was published by an older version, run: make warehouse"
            )
    return {name for (name,) in found}


def _collect(rows: list[tuple[str, str, str]]) -> Backing:
    """Turn figure, input table and input key of all rows into citations and steps."""
    backing = Backing()
    cited: dict[tuple[str, str], list[str]] = {}
    for figure, table, key in rows:
        if table.startswith(MARTS):
            backing.add_step(table, **dict(pair.split("=", 1) for pair in key.split("|")))
        else:
            cited.setdefault((figure, table), []).append(key)
    for (figure, table), keys in cited.items():
        if table == DOCUMENT:
            backing.cite_documents(figure, keys)
        else:
            source_id, raw_table = table.split("__", 1)
            backing.citations.append(Citation(figure, tuple(keys), source_id, raw_table))
    return backing
