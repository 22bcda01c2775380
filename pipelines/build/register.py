"""Starting a build: a DuckDB file in which the raw Parquet files stand as views.

The views keep lineage whole inside the build; they are never shipped. What a file may keep of the
build before belongs in `kept.py`, running dbt on it in `models.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from pipelines.base.rows import fetch_value
from pipelines.base.settings import Settings
from pipelines.base.sql import quote_name, quote_text
from pipelines.build.kept import CREATE_CARRIED, reopen_build
from pipelines.build.kept_outlooks import create_kept_view
from pipelines.contracts.load import ContractFault, read_loosely
from pipelines.contracts.model import Contract, Table
from pipelines.contracts.staging import get_raw_name, write_known_on
from pipelines.ingest.history import HISTORY_COLUMNS
from pipelines.ingest.ingest import SourceLoads
from pipelines.ingest.sightings import Sighting

# columns that loading adds to those of the contract
LOAD_COLUMNS = {
    "document_row": "BIGINT",
    "is_verified": "BOOLEAN",
    "correction_ids": "VARCHAR",
    "document_name": "VARCHAR",
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
    settings: Settings,
    sources: list[SourceLoads],
    as_of: date,
    code_version: str,
    absent: Sequence[ContractFault] = (),
) -> bool:
    """Begin a build file with the raw views and the build's parameters.

    A table without any good document becomes an empty view of the contract's types, so that
    everything downstream is honestly empty. The same holds for `absent` sources, whose contract
    cannot be read, as far as their columns can be told.

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
        for fault in absent:
            for name, types in read_loosely(fault.folder).items():
                view = quote_name(f"{fault.source_id}__{name}")
                connection.execute(f"create view raw.{view} as {_write_empty_query(types)}")
        connection.execute(
            "create table raw.build_parameters as "
            "select ?::date as as_of, ?::bigint as draws, ?::bigint as seed",
            [as_of, settings.draws, settings.seed],
        )
        create_kept_view(connection, settings, as_of)
    finally:
        connection.close()
    return is_kept


def _create_view(
    connection: duckdb.DuckDBPyConnection, settings: Settings, loads: SourceLoads, table: Table
) -> None:
    name = f"raw.{quote_name(get_raw_name(loads.contract, table))}"
    connection.execute(
        f"create view {name} as {write_raw_query(loads, table, settings.warehouse_dir)}"
    )


def write_raw_query(loads: SourceLoads, table: Table, root: Path) -> str:
    """Return a query over all raw files of a table, or an empty one of the same columns.

    A document that came back after another one stands there again, with the day on which it did:
    what counts is the last answer of an address, not the first.
    """
    files = loads.list_view_files(table.table)
    if files:
        listed = ", ".join(quote_text(str((root / file).resolve())) for file in files)
        # the rows of a large document are numbered by their place in the file alone
        query = (
            "select * exclude (file_row_number) "
            "replace (coalesce(document_row, file_row_number + 1) as document_row) "
            f"from read_parquet([{listed}], file_row_number = true)"
        )
        days = list_changed_days(loads, table)
        if not days:
            return query
        values = ", ".join(
            f"({quote_text(s.document)}, {quote_text(s.origin)}, {quote_text(s.sha256)}, "
            f"date '{s.day}')"
            for s in days
        )
        return (
            "select raw_rows.* replace (sightings.day as document_on) "
            f"from ({query}) as raw_rows inner join (values {values}) "
            "as sightings (document, origin, sha256, day) "
            "on raw_rows.document_name = sightings.document "
            "and raw_rows.document_origin::varchar = sightings.origin "
            "and raw_rows.document_sha256::varchar = sightings.sha256"
        )
    types: dict[str, str] = {name: column.type for name, column in table.columns.items()}
    if table.document_mode == "history":
        types |= HISTORY_COLUMNS
    return _write_empty_query(types)


def _write_empty_query(types: dict[str, str]) -> str:
    columns = types | LOAD_COLUMNS
    listed = ", ".join(f"null::{type_} as {quote_name(name)}" for name, type_ in columns.items())
    return f"select {listed} where false"


def list_changed_days(loads: SourceLoads, table: Table) -> list[Sighting]:
    """Return when each document of a table counted, if that is not told by its first day alone."""
    if table.document_mode == "history":
        return []
    held = {
        (load.document, load.origin, load.sha256): load.document_on
        for load in loads.current
        if load.get_table(table.table)
    }
    days = [s for s in loads.sightings if (s.document, s.origin, s.sha256) in held]
    first = sorted((s.document, s.origin, s.sha256, s.day) for s in days)
    return days if first != sorted((*key, day) for key, day in held.items()) else []


def find_next_change(sources: list[SourceLoads], settings: Settings, as_of: date) -> date | None:
    """Return the first day after `as_of` on which more rows become known, or None.

    Between the two days a build sees the same rows, whatever the day.
    """
    connection = duckdb.connect(":memory:")
    days: list[date] = []
    try:
        for loads in sources:
            for table in loads.contract.tables:
                if not loads.list_view_files(table.table):
                    continue
                query = write_known_days_query(loads, table, settings.warehouse_dir)
                found = fetch_value(
                    connection, f"select min(known_on) from ({query}) where known_on > ?", [as_of]
                )
                if found is not None:
                    days.append(found)
            days += [s.day for s in loads.sightings if s.origin != "embedded" and s.day > as_of]
            # rows of a later day enter when it comes
            waiting = [load.waits_until for load in [*loads.current, *loads.refused]]
            days += [day for day in waiting if day is not None and day > as_of]
    finally:
        connection.close()
    return min(days) if days else None


def write_known_days_query(loads: SourceLoads, table: Table, root: Path) -> str:
    """Return a query that gives `known_on` of every row of a table's raw files."""
    documents = write_raw_query(loads, table, root)
    known_on = write_known_on(table)
    if isinstance(table.known_on, str):
        return f"select ({known_on})::date as known_on from ({documents}) as documents"
    other = table.known_on
    contract: Contract = loads.contract
    other_table = contract.get_table(other.table)
    return (
        f"select {other.table}.{other.column} as known_on from ({documents}) as documents "
        f"left join ({write_raw_query(loads, other_table, root)}) as {other.table} "
        f"using ({other.key})"
    )


def find_next_quarter(day: date) -> date:
    """Return the first day of the quarter after a day: then the balance's grid grows."""
    month = 3 * ((day.month - 1) // 3) + 4
    return date(day.year + month // 13, month - 12 * (month // 13), 1)
