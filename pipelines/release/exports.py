"""A release as plain files: Parquet of every table, CSV of the small ones, checksums.

The folder can be served as it stands by a web server or an object store. Words travel along: the
description of a table and of its columns stand in the Parquet file's own metadata. The papers that
describe the folder are made in `descriptors.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.base.files import hash_file, write_bytes
from pipelines.base.sql import quote_name, quote_text

SCHEMAS = ("marts", "bi", "meta")
CHECKSUMS = "SHA256SUMS"
# folder of the open edition within that of its release
OPEN_FOLDER = "open"
# rows up to which a table is written as CSV too
CSV_ROWS = 10_000


@dataclass(frozen=True)
class Field:
    """One column: its type as the engine calls it and its description."""

    name: str
    type: str
    description: str | None


@dataclass(frozen=True)
class Join:
    """A column that leads to the key of a dimension; complete where every value is found there."""

    column: str
    schema: str
    table: str
    key: str
    is_complete: bool


@dataclass(frozen=True)
class Exported:
    """One table of the folder: its words, columns, key, joins, rows and files."""

    schema: str
    name: str
    description: str | None
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    joins: tuple[Join, ...]
    rows: int
    parquet: Path
    csv: Path | None


def write_exports(folder: Path, database: Path) -> list[Exported]:
    """Write the tables of a release's database as files below its folder.

    Args:
        folder: where `marts/`, `bi/`, `meta/` and `csv/` are made; paths returned are inside it.
        database: the database, opened read-only.

    Returns:
        The tables in the order of schemas and names.
    """
    exported = []
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set enable_progress_bar = false")
        for schema in SCHEMAS:
            tables = _read_descriptions(connection, schema)
            if tables:
                (folder / schema).mkdir(parents=True, exist_ok=True)
                (folder / "csv" / schema).mkdir(parents=True, exist_ok=True)
            for name, description in tables:
                exported.append(_export_table(connection, folder, schema, name, description))
    return exported


def _read_descriptions(
    connection: duckdb.DuckDBPyConnection, schema: str
) -> list[tuple[str, str | None]]:
    return connection.execute(
        "select table_name, comment from duckdb_tables() "
        "where database_name = current_database() and schema_name = $1 "
        "union all select view_name, comment from duckdb_views() "
        "where database_name = current_database() and schema_name = $1 order by all",
        [schema],
    ).fetchall()


def _export_table(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    schema: str,
    name: str,
    description: str | None,
) -> Exported:
    fields = tuple(
        Field(*row)
        for row in connection.execute(
            "select column_name, data_type, comment from duckdb_columns() "
            "where database_name = current_database() and schema_name = ? and table_name = ? "
            "order by column_index",
            [schema, name],
        ).fetchall()
    )
    words = json.dumps({f.name: f.description for f in fields}, ensure_ascii=False)
    metadata = f"{{description: {quote_text(description or '')}, columns: {quote_text(words)}}}"
    table = f"{schema}.{quote_name(name)}"
    parquet = Path(schema) / f"{name}.parquet"
    # rows of tables stand in key order already; those of a view come as it joins them
    (rows,) = connection.execute(
        f"copy {table} to {quote_text(str(folder / parquet))} "
        f"(format parquet, compression zstd, kv_metadata {metadata})"
    ).fetchall()[0]
    csv = Path("csv") / schema / f"{name}.csv" if rows <= CSV_ROWS else None
    if csv:
        connection.execute(f"copy {table} to {quote_text(str(folder / csv))} (format csv, header)")
    key, joins = _read_key(connection, schema, name), _read_joins(connection, schema, name)
    return Exported(schema, name, description, fields, key, joins, rows, parquet, csv)


def _read_key(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> tuple[str, ...]:
    found = connection.execute(
        "select key_columns from meta.table_key where schema_name = ? and table_name = ?",
        [schema, name],
    ).fetchall()
    return tuple(found[0][0].split(", ")) if found else ()


def _read_joins(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> tuple[Join, ...]:
    found = connection.execute(
        "select column_name, to_schema, to_table, to_column, coalesce(is_complete, false) "
        "from meta.table_join where schema_name = ? and table_name = ? order by all",
        [schema, name],
    ).fetchall()
    return tuple(Join(*row) for row in found)


def write_checksums(folder: Path) -> None:
    """Write the SHA-256 of every file below a folder, in the form that `sha256sum -c` reads."""
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != CHECKSUMS)
    lines = [f"{hash_file(path)}  {path.relative_to(folder).as_posix()}\n" for path in paths]
    write_bytes(folder / CHECKSUMS, "".join(lines).encode())
