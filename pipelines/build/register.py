"""Starting a build: a DuckDB file in which the raw Parquet files stand as views.

The views keep lineage whole inside the build; they are never shipped. What a file may keep of the
build before belongs in `kept.py`, running dbt on it in `models.py`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from pipelines.base.rows import fetch_value
from pipelines.base.settings import Settings
from pipelines.base.sql import quote_name, quote_text
from pipelines.build.kept import CREATE_CARRIED, reopen_build
from pipelines.contracts.model import Contract, Table
from pipelines.contracts.staging import get_raw_name, write_known_on
from pipelines.ingest.history import HISTORY_COLUMNS
from pipelines.ingest.ingest import SourceLoads

# columns that loading adds to those of the contract
LOAD_COLUMNS = {
    "document_row": "BIGINT",
    "is_verified": "BOOLEAN",
    "correction_ids": "VARCHAR",
    "document_sha256": "VARCHAR",
    "document_origin": "VARCHAR",
    "document_on": "DATE",
    "loaded_at": "TIMESTAMP",
}


def open_build(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Connect to the build file with the run's memory and thread limits."""
    connection = duckdb.connect(str(settings.build_path))
    connection.execute("set memory_limit = ?", [settings.memory_limit])
    connection.execute(f"set threads = {int(settings.threads)}")
    # on by itself once a library for notebooks is loaded, as Great Expectations does
    connection.execute("set enable_progress_bar = false")
    return connection


def start_build(
    settings: Settings, sources: list[SourceLoads], as_of: date, code_version: str
) -> bool:
    """Begin a build file with the raw views and the build's parameters.

    A table without any good document becomes an empty view of the contract's types, so that
    everything downstream is honestly empty.

    Returns:
        Whether the file keeps the tables of incremental models from the build before; else it is
        new.
    """
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    is_kept = reopen_build(settings, code_version)
    connection = open_build(settings)
    try:
        if not is_kept:
            connection.execute("create schema raw")
            connection.execute(CREATE_CARRIED)
        for loads in sources:
            for table in loads.contract.tables:
                _create_view(connection, settings, loads, table)
        connection.execute(
            "create table raw.build_parameters as "
            "select ?::date as as_of, ?::bigint as draws, ?::bigint as seed",
            [as_of, settings.draws, settings.seed],
        )
    finally:
        connection.close()
    return is_kept


def _create_view(
    connection: duckdb.DuckDBPyConnection, settings: Settings, loads: SourceLoads, table: Table
) -> None:
    name = f"raw.{quote_name(get_raw_name(loads.contract, table))}"
    files = loads.list_view_files(table.table)
    connection.execute(
        f"create view {name} as {write_raw_query(table, files, settings.warehouse_dir)}"
    )


def write_raw_query(table: Table, files: list[str], root: Path) -> str:
    """Return a query over all raw files of a table, or an empty one of the same columns."""
    if files:
        listed = ", ".join(quote_text(str((root / file).resolve())) for file in files)
        # the rows of a large document are numbered by their place in the file alone
        return (
            "select * exclude (file_row_number) "
            "replace (coalesce(document_row, file_row_number + 1) as document_row) "
            f"from read_parquet([{listed}], file_row_number = true)"
        )
    types = {name: column.type for name, column in table.columns.items()} | LOAD_COLUMNS
    if table.document_mode == "history":
        types |= HISTORY_COLUMNS
    columns = ", ".join(f"null::{type_} as {quote_name(name)}" for name, type_ in types.items())
    return f"select {columns} where false"


def find_next_change(sources: list[SourceLoads], settings: Settings, as_of: date) -> date | None:
    """Return the first day after `as_of` on which more rows become known, or None.

    Between the two days a build sees the same rows, whatever the day.
    """
    connection = duckdb.connect(":memory:")
    days: list[date] = []
    try:
        for loads in sources:
            for table in loads.contract.tables:
                files = loads.list_view_files(table.table)
                if not files:
                    continue
                query = write_known_days_query(loads, table, files, settings.warehouse_dir)
                found = fetch_value(
                    connection, f"select min(known_on) from ({query}) where known_on > ?", [as_of]
                )
                if found is not None:
                    days.append(found)
                days += [
                    load.document_on
                    for load, _ in loads.list_files(table.table)
                    if load.origin == "live" and load.document_on > as_of
                ]
    finally:
        connection.close()
    return min(days) if days else None


def write_known_days_query(loads: SourceLoads, table: Table, files: list[str], root: Path) -> str:
    """Return a query that gives `known_on` of every row of a table's raw files."""
    documents = write_raw_query(table, files, root)
    known_on = write_known_on(table)
    if isinstance(table.known_on, str):
        return f"select ({known_on})::date as known_on from ({documents}) as documents"
    other = table.known_on
    contract: Contract = loads.contract
    other_table = contract.get_table(other.table)
    other_files = loads.list_view_files(other.table)
    return (
        f"select {other.table}.{other.column} as known_on from ({documents}) as documents "
        f"left join ({write_raw_query(other_table, other_files, root)}) as {other.table} "
        f"using ({other.key})"
    )
