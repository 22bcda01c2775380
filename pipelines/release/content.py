"""The content of a build's marts: their keys, comments, and the hash that identifies them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import duckdb

from pipelines.base.errors import ReleaseError
from pipelines.base.rows import fetch_row
from pipelines.base.sql import quote_name, quote_text

KEY_TEST = "unique_key"


@dataclass(frozen=True)
class Mart:
    """One published relation: its key (from its `unique_key` test) and its columns in order.

    `query` is what a view selects, without the name of a database; None for a table. A view reads
    published tables only, so tables and query together are its content.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    query: str | None = None

    @property
    def order(self) -> str:
        """SQL list of the key columns to order by."""
        return ", ".join(quote_name(name) for name in self.key)


def list_marts(manifest: dict, connection: duckdb.DuckDBPyConnection, database: str) -> list[Mart]:
    """Return the marts of a build with key and columns.

    Args:
        manifest: dbt's manifest; a mart's key is stated once, in its `unique_key` test.
        connection: connection that sees the build.
        database: name under which the build is attached.

    Raises:
        KeyError: a mart has no `unique_key` test.
        ReleaseError: a view reads something that is not published.
    """
    keys: dict[str, tuple[str, ...]] = {}
    for node in manifest["nodes"].values():
        test = node.get("test_metadata")
        if test and test["name"] == KEY_TEST and node.get("attached_node"):
            keys[node["attached_node"]] = tuple(test["kwargs"]["columns"])
    columns: dict[str, list[str]] = {}
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() where database_name = ? "
        "and schema_name = 'marts' order by table_name, column_index",
        [database],
    ).fetchall()
    for table, column in rows:
        columns.setdefault(table, []).append(column)
    marts = []
    for unique_id, node in sorted(manifest["nodes"].items()):
        if node["resource_type"] == "model" and node["schema"] == "marts":
            if unique_id not in keys:
                raise KeyError(
                    f"{node['name']}: a mart needs a {KEY_TEST} test that states its key"
                )
            query = _read_view(node, manifest, database)
            marts.append(Mart(node["name"], keys[unique_id], tuple(columns[node["name"]]), query))
    return marts


def _read_view(node: dict, manifest: dict, database: str) -> str | None:
    """Return what a view selects, free of comments and of the build's name; None for a table."""
    if node.get("config", {}).get("materialized") != "view":
        return None
    parents = [manifest["nodes"].get(name, {}) for name in node["depends_on"]["nodes"]]
    if any(parent.get("schema") != "marts" for parent in parents):
        raise ReleaseError(
            f"{node['name']}: a view among the marts can read marts only, because nothing else is "
            "published; make it a table or publish what it reads"
        )
    lines = (line.split("--")[0] for line in node["compiled_code"].splitlines())
    return " ".join(" ".join(lines).split()).replace(f"{quote_name(database)}.", "")


def hash_mart(connection: duckdb.DuckDBPyConnection, database: str, mart: Mart) -> str:
    """Return a SHA-256 over one mart: column names in order, then rows in key order.

    Values are hashed as DuckDB's text of them (the shortest that reads back to the same double),
    null apart from empty text. Of a view the query is hashed: the tables that it reads have hashes
    of their own.
    """
    if mart.query is not None:
        text = f"{mart.name}({','.join(mart.columns)})\n{mart.query}"
        return hashlib.sha256(text.encode()).hexdigest()
    texts = [f"{quote_name(column)}::varchar" for column in mart.columns]
    cells = ", ".join(f"coalesce(length({t})::varchar || ':' || {t}, '-')" for t in texts)
    table = f"{quote_name(database)}.marts.{quote_name(mart.name)}"
    digest = hashlib.sha256(f"{mart.name}({','.join(mart.columns)})\n".encode())
    # the engine sorts short row hashes instead of one text of all rows
    batches = connection.execute(
        f"select row_hash from (select {', '.join(quote_name(k) for k in mart.key)}, "
        f"md5(concat({cells})) as row_hash from {table}) order by {mart.order}"
    ).to_arrow_reader(100_000)
    for batch in batches:
        digest.update("".join(str(value) for value in batch.column(0).to_pylist()).encode())
    return digest.hexdigest()


def sum_mart(
    connection: duckdb.DuckDBPyConnection, database: str, mart: Mart, rows: int | None = None
) -> tuple[int, int]:
    """Return row count and an order-free checksum of one mart, to compare a copy within one engine.

    Cheap beside `hash_mart`, but its values mean nothing to another engine or version. Of a view
    the rows are counted only, unless somebody has counted them before.
    """
    if mart.query is not None and rows is not None:
        return rows, 0
    if mart.query is not None:
        view = f"{quote_name(database)}.marts.{quote_name(mart.name)}"
        return fetch_row(connection, f"select count(*), 0 from {view}")
    table = f"{quote_name(database)}.marts.{quote_name(mart.name)}"
    return fetch_row(
        connection, f"select count(*), coalesce(bit_xor(hash(t)), 0) from {table} as t"
    )


def hash_content(
    connection: duckdb.DuckDBPyConnection, database: str, marts: list[Mart]
) -> dict[str, str]:
    """Return the hash of every mart by name; `combine_hashes` makes one of them."""
    return {mart.name: hash_mart(connection, database, mart) for mart in marts}


def combine_hashes(hashes: dict[str, str]) -> str:
    """Return the content hash of a release from those of its marts."""
    text = "\n".join(f"{name} {value}" for name, value in sorted(hashes.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def copy_comments(
    connection: duckdb.DuckDBPyConnection, source: str, target: str, schema: str
) -> None:
    """Carry the comments of all tables, views and columns of a schema to its copy."""
    tables = connection.execute(
        "select table_name, comment from duckdb_tables() where database_name = ? "
        "and schema_name = ? and comment is not null "
        "union all select view_name, comment from duckdb_views() where database_name = ? "
        "and schema_name = ? and comment is not null",
        [source, schema, source, schema],
    ).fetchall()
    kinds = dict(
        connection.execute(
            "select table_name, 'table' from duckdb_tables() where database_name = ? "
            "and schema_name = ? union all select view_name, 'view' from duckdb_views() "
            "where database_name = ? and schema_name = ?",
            [target, schema, target, schema],
        ).fetchall()
    )
    columns = connection.execute(
        "select table_name, column_name, comment from duckdb_columns() where database_name = ? "
        "and schema_name = ? and comment is not null",
        [source, schema],
    ).fetchall()
    for table, comment in tables:
        name = f"{quote_name(target)}.{schema}.{quote_name(table)}"
        connection.execute(f"comment on {kinds[table]} {name} is {quote_text(comment)}")
    for table, column, comment in columns:
        name = f"{quote_name(target)}.{schema}.{quote_name(table)}.{quote_name(column)}"
        connection.execute(f"comment on column {name} is {quote_text(comment)}")
