"""How fresh each source is: when its newest row became news, and whether anything reads it."""

from __future__ import annotations

from datetime import date

import duckdb

from pipelines.base.rows import fetch_row, fetch_value
from pipelines.base.sql import quote_name
from pipelines.build.models import find_source_ancestors
from pipelines.contracts.model import PROVENANCE, Contract, Table
from pipelines.contracts.staging import get_raw_name, get_staging_name
from pipelines.ingest.ingest import SourceLoads
from pipelines.quality.records import Freshness

ALWAYS_KNOWN_ON = date(1900, 1, 1)
STAGING = "staging"
# columns that tell of a document and not of what it says
_OF_DOCUMENTS = ("@day", "@document", "@address", "@member", "@sheet")


def measure_freshness(
    connection: duckdb.DuckDBPyConnection,
    sources: list[SourceLoads],
    as_of: date,
    manifest: dict,
) -> list[Freshness]:
    """Compare each source's newest known row with the as-of day and its contract.

    A table that no model reads beyond its staging says nothing of a source that has others, and a
    connector of which nothing is read is not fresh, however often it is fetched.

    Args:
        connection: to the build.
        sources: what was loaded.
        as_of: the day of the build.
        manifest: of dbt, for what reads what.
    """
    read = find_read_tables(manifest)
    measured = []
    for loads in sources:
        contract = loads.contract
        mine = [t for t in contract.tables if (contract.source_id, t.table) in read]
        counts, days = 0, []
        for table in contract.tables:
            newest, rows = _find_newest(connection, loads, table, as_of)
            counts += rows
            if newest is not None and (table in mine or not mine):
                days.append(newest)
        is_read = bool(mine) or not contract.addresses
        measured.append(_judge(contract, loads, max(days, default=None), counts, as_of, is_read))
    return measured


def find_read_tables(manifest: dict) -> set[tuple[str, str]]:
    """Return source and table of everything that a model beyond staging rests on."""
    found: set[tuple[str, str]] = set()
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] == "model" and node["schema"] != STAGING:
            found |= find_source_ancestors(manifest, unique_id)
    return found


def _find_newest(
    connection: duckdb.DuckDBPyConnection, loads: SourceLoads, table: Table, as_of: date
) -> tuple[date | None, int]:
    """Return the newest day on which a row became news, and how many rows are known.

    Where several documents were read, a row that one of them repeats is news since the first.
    """
    name = quote_name(get_staging_name(loads.contract, table))
    newest, rows = fetch_row(connection, f"select max(known_on), count(*) from staging.{name}")
    if (
        rows == 0
        or len(loads.list_files(table.table)) < 2
        or table.document_mode == "history"
        or not isinstance(table.known_on, str)
    ):
        return newest, rows
    content = ", ".join(
        quote_name(column_name)
        for column_name, column in table.columns.items()
        if column_name not in PROVENANCE and column.source_name not in _OF_DOCUMENTS
    )
    first = fetch_value(
        connection,
        f"select max(first_known_on) from (select min(known_on) as first_known_on from ("
        f"select {content}, ({table.known_on})::date as known_on "
        f"from raw.{quote_name(get_raw_name(loads.contract, table))} "
        "where is_verified and (document_origin = 'embedded' or document_on <= ?)) "
        f"where known_on <= ? group by {content})",
        [as_of, as_of],
    )
    return first, rows


def _judge(
    contract: Contract,
    loads: SourceLoads,
    newest: date | None,
    rows: int,
    as_of: date,
    is_read: bool,
) -> Freshness:
    if loads.fault is not None:
        state, message = "stale", f"the contract is wrong, older data is used: {loads.fault}"
    elif loads.refused:
        reasons = "; ".join(load.reason or "" for load in loads.refused)
        state, message = "stale", f"a document was refused, older data is used: {reasons}"
    elif loads.unreachable:
        reasons = "; ".join(note.message for note in loads.unreachable)
        state, message = "stale", f"the last fetch failed, older data is used: {reasons}"
    elif rows == 0 or newest is None:
        state, message = "empty", f"no row was known on {as_of}"
    elif newest == ALWAYS_KNOWN_ON and contract.addresses:
        state = "empty"
        message = "nothing has been fetched; only lists of this project are known (run --live)"
    elif not is_read:
        state = "unread"
        message = f"no model reads it; its newest row became news on {newest}, and moves no figure"
    elif newest == ALWAYS_KNOWN_ON:
        state, message = "always_known", "a list of this project, known on every day"
    elif (age := (as_of - newest).days) > contract.fresh_for_days:
        state = "stale"
        message = (
            f"the newest row became known on {newest}, {age} days before {as_of}; the contract "
            f"counts on {contract.fresh_for_days} days at most"
        )
    else:
        state, message = "fresh", f"newest row known on {newest}"
    shown = None if newest == ALWAYS_KNOWN_ON else newest
    return Freshness(contract.source_id, state, shown, rows, message)
