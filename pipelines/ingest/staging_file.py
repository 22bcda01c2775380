"""The staged file: all rows of a document typed and written once, then cleared by whole columns.

Reading and writing dominate the cost of loading, so a document is read once, typed on the way by
all threads, and written as Parquet. Whether a cell is bad is asked of the written columns, of each
value once where the file keeps a dictionary of them. Only where something is bad are single rows
looked at, and only those.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.archive.documents import Document
from pipelines.base.rows import fetch_row, fetch_value
from pipelines.base.sql import quote_name, quote_text
from pipelines.contracts.model import Table
from pipelines.ingest.cells import NUMBERED, Cells, reading, require_all_lines
from pipelines.ingest.row_checks import Fault
from pipelines.ingest.staging_casts import write_staging_cast, write_staging_oddity

# nobody looks single values up in a raw file, and a column of many values is given up early
PARQUET_OPTIONS = "format parquet, write_bloom_filter false, dictionary_size_limit 5000"


@dataclass(frozen=True)
class Findings:
    """What whole columns told: conditions that hold somewhere, repeated keys, unverified rows.

    A condition is an SQL expression over the staged rows that is true for every bad row.
    """

    suspicions: list[str]
    repeated_keys: int
    unverified: int


def write_staged_file(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    cells: Cells,
    document: Document,
    faults: list[Fault],
    loaded_at: datetime,
    path: Path,
) -> int:
    """Write all rows of a document, typed, in the columns of a raw file.

    `is_verified` is null where a cell's text does not fit its type or length, else true.
    `document_row` is null in a large document, whose rows count by their place in the file.

    Rows that a correction or a label table leaves out are not judged and not written.

    Returns:
        The number of rows.

    Raises:
        UnevenLines: the quick reading of a file does not account for all of its lines.
        DocumentFault: the file is no CSV.
    """
    typed = {
        name: (
            f"{write_staging_cast(name, column)} as {quote_name(f'typed {name}')}",
            quote_name(name),
        )
        for name, column in table.columns.items()
        if column.type != "VARCHAR"
    }
    columns = [
        f"{quote_name(f'typed {name}')} as {quote_name(name)}"
        if name in typed
        else quote_name(name)
        for name in table.columns
    ]
    fits = [
        f"({cell} is null) = ({quote_name(f'typed {name}')} is null)"
        for name, (_, cell) in typed.items()
    ]
    odd = [
        f"not coalesce({fault.condition}, false)"
        for fault in faults
        if fault.typed_condition is None and not fault.is_cast and not fault.is_length
    ]
    odd += [
        f"not coalesce({oddity}, false)"
        for name in typed
        if (oddity := write_staging_oddity(name, table.columns[name], quote_name(f"typed {name}")))
    ]
    is_fit = " and ".join([*fits, *odd]) or "true"
    left_out = "(select document_row from corrected where action = 'leave_out')"
    out = fetch_value(con, f"select count(distinct document_row) from {left_out}")
    if out:
        rows = f"{cells.numbered} where document_row not in {left_out} order by document_row"
    elif cells.is_large and cells.numbered == NUMBERED:
        rows = "(select null::bigint as document_row, * from cells)"
    else:
        rows = cells.numbered
    with reading(cells):
        (count,) = fetch_row(
            con,
            f"""
            copy (
                select
                    {", ".join(columns)}, document_row,
                    case when {is_fit} then true end as is_verified,
                    null::varchar as correction_ids,
                    {_write_constant(document.document)} as document_name,
                    {_write_constant(document.sha256)} as document_sha256,
                    {_write_constant(document.origin)} as document_origin,
                    date {quote_text(document.document_on.isoformat())} as document_on,
                    timestamp {quote_text(loaded_at.isoformat())} as loaded_at
                from (select {", ".join(["*", *(cast for cast, _ in typed.values())])} from {rows})
            ) to {quote_text(str(path))} ({PARQUET_OPTIONS})
            """,
        )
    require_all_lines(con, cells, count + out)
    return count


def _write_constant(value: str) -> str:
    """Return a text that every row repeats; as an enumeration it is written without hashing."""
    return f"{quote_text(value)}::enum({quote_text(value)})"


def read_staged(path: Path) -> str:
    """Return a relation of the staged rows in which every row has its `document_row`."""
    return (
        "(select * exclude (file_row_number) "
        "replace (coalesce(document_row, file_row_number + 1) as document_row) "
        f"from read_parquet({quote_text(str(path))}, file_row_number = true))"
    )


def clear_columns(
    con: duckdb.DuckDBPyConnection, table: Table, cells: Cells, faults: list[Fault], path: Path
) -> Findings:
    """Ask the staged columns whether anything may be bad, without telling which row it is.

    No suspicion means that no check of the contract fails. The other way round one may turn out
    to be harmless.
    """
    staged = f"read_parquet({quote_text(str(path))})"
    repetitive = _list_repetitive_columns(con, path) if cells.is_large else set()
    by_place: dict[str | None, list[str]] = {}
    for condition in _list_suspicions(table, faults):
        place = _find_place(condition, table, repetitive)
        by_place.setdefault(place, []).append(f"coalesce({condition}, false)")
    suspicions = {place: " or ".join(conditions) for place, conditions in by_place.items()}
    counts = [
        f"(select count(*) from {_get_values(staged, place)} where {condition})"
        for place, condition in suspicions.items()
    ]
    unverified = _get_values(staged, _find_place(table.verified_when, table, repetitive))
    hashes = f"select {_write_key_hash(table)} as h from {staged} group by h"
    *found, repeated, unverified = fetch_row(
        con,
        f"""
        select
            {", ".join(counts)},
            -- equal keys have equal hashes: as many hashes as rows clear the whole document
            (select count(*) from {staged})
            - (select count(*) from ({hashes})),
            (select count(*) from {unverified} where not coalesce({table.verified_when}, false))
        """,
    )
    return Findings(
        [condition for condition, count in zip(suspicions.values(), found, strict=True) if count],
        repeated,
        unverified,
    )


def _write_key_hash(table: Table) -> str:
    """Return an expression for the hash of a row's key; equal keys have equal hashes.

    Texts are read backwards: the engine's hash meets itself in ids that begin alike and count up
    at their end (a tenth of ten million), and not where the part that changes comes first.
    """
    texts = {name for name in table.key if table.columns[name].type == "VARCHAR"}
    parts = [f"reverse({quote_name(n)})" if n in texts else quote_name(n) for n in table.key]
    return f"hash({', '.join(parts)})"


def add_suspects(con: duckdb.DuckDBPyConnection, suspicions: list[str], path: Path) -> None:
    """Add to `suspects` the rows for which a suspicion holds."""
    con.execute(
        "insert into suspects "
        f"select document_row from {read_staged(path)} where {' or '.join(suspicions)}"
    )


def add_repeated_keys(con: duckdb.DuckDBPyConnection, table: Table, path: Path) -> None:
    """Add to `suspects` all rows whose key occurs more than once.

    Equal hashes are looked at first, because they are small; the keys themselves decide.
    """
    key = ", ".join(quote_name(name) for name in table.key)
    key_hash = _write_key_hash(table)
    con.execute(
        f"""
        insert into suspects
        select document_row
        from (
            select document_row, {key} from {read_staged(path)}
            where {key_hash} in (
                select {key_hash} as h from read_parquet({quote_text(str(path))})
                group by h having count(*) > 1
            )
        )
        qualify count(*) over (partition by {key}) > 1
        """
    )


def _list_suspicions(table: Table, faults: list[Fault]) -> list[str]:
    return [
        "is_verified is null",
        *(fault.typed_condition for fault in faults if fault.typed_condition),
        *(f"not coalesce({rule.rule}, true)" for rule in table.rules),
    ]


def _find_columns(condition: str, table: Table) -> set[str]:
    """Return the columns that an expression names (a word in a text may add one: no harm)."""
    words = set(re.findall(r"[a-z_][a-z0-9_]*", condition))
    return words & {*table.columns, "is_verified"}


def _find_place(condition: str, table: Table, repetitive: set[str]) -> str | None:
    """Return the repetitive column whose values alone decide a condition; None for the rows."""
    columns = _find_columns(condition, table)
    return next(iter(columns)) if len(columns) == 1 and columns <= repetitive else None


def _get_values(staged: str, place: str | None) -> str:
    if place is None:
        return staged
    return f"(select {quote_name(place)} from {staged} group by {quote_name(place)})"


def _list_repetitive_columns(con: duckdb.DuckDBPyConnection, path: Path) -> set[str]:
    """Return the columns of which every row group keeps a dictionary: few values, many rows."""
    rows = con.execute(
        "select path_in_schema from parquet_metadata(?) group by all "
        "having bool_and(contains(encodings, 'DICTIONARY'))",
        [str(path)],
    ).fetchall()
    return {name for (name,) in rows}
