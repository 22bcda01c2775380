"""The text cells of one document as relations: a CSV file or parsed rows, and their corrections.

Cells are read where they lie: `cells` is a view, and only a document that a correction touches is
copied into a table to be mended. Checking and writing rows belongs in `load.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.archive.documents import Document
from pipelines.base.errors import CorrectionExpired, DocumentFault
from pipelines.base.rows import fetch_value
from pipelines.base.sql import quote_name, quote_text
from pipelines.contracts.corrections import Correction
from pipelines.ingest.document_checks import read_csv_header

HEADER_BYTES = 1_000_000
MAX_LINE_BYTES = 4_194_304
# from here on rows are not numbered one by one, which the engine does in a single thread
LARGE_DOCUMENT_BYTES = 33_554_432
NUMBERED = "(select row_number() over () as document_row, * from cells)"
MENDED = "mended_cells"


@dataclass(frozen=True)
class Cells:
    """What `cells` holds: the columns, in their order, all text.

    `numbered` is a relation of the same rows with `document_row` before them; `is_large` says
    that numbering them takes noticeable time.
    """

    columns: list[str]
    label: str
    is_large: bool
    numbered: str = NUMBERED


def read_csv_cells(connection: duckdb.DuckDBPyConnection, path: Path, label: str) -> Cells:
    """Let `cells` read a CSV file; lines with another number of cells than the header are rejects.

    Raises:
        DocumentFault: the header repeats a name or has an empty one.
    """
    with path.open("rb") as file:
        header = read_csv_header(file.read(HEADER_BYTES), label)
    types = ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in header)
    connection.execute(
        f"""
        create or replace temp view cells as
        select * from read_csv(
            {quote_text(str(path))}, columns = {{{types}}}, auto_detect = false,
            header = true, delim = ',', quote = '"', escape = '"', nullstr = '',
            encoding = 'utf-8', store_rejects = true, null_padding = false,
            max_line_size = {MAX_LINE_BYTES}, buffer_size = {2 * MAX_LINE_BYTES}
        )
        """
    )
    return Cells(header, label, path.stat().st_size >= LARGE_DOCUMENT_BYTES)


def read_parsed_cells(connection: duckdb.DuckDBPyConnection, rows: pa.Table, label: str) -> Cells:
    """Let `cells` read a parser's rows, every column as text."""
    names = ", ".join(f"{quote_name(n)}::varchar as {quote_name(n)}" for n in rows.column_names)
    connection.register("parsed_rows", rows)
    connection.execute(f"create or replace temp view cells as select {names} from parsed_rows")
    return Cells(rows.column_names, label, rows.nbytes >= LARGE_DOCUMENT_BYTES)


def forget_rejects(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget the lines that earlier readings of `cells` have refused."""
    connection.execute("drop table if exists reject_errors; drop table if exists reject_scans")


@contextmanager
def reading(cells: Cells) -> Iterator[None]:
    """Turn what the engine says of an unreadable CSV file into a fault of the document.

    Raises:
        DocumentFault: the file is no CSV.
    """
    try:
        yield
    except duckdb.InvalidInputException as error:
        told = str(error).splitlines()[0]
        if "CSV" not in told:
            raise
        raise DocumentFault(f"{cells.label}: not readable as CSV: {told}") from error


def collect_broken_lines(connection: duckdb.DuckDBPyConnection, rows: int) -> int:
    """Keep the lines that the last reading of `cells` has refused, as the table `broken_lines`.

    A broken line has no place among the rows, which are numbered without it: it counts after them.

    Args:
        connection: the session.
        rows: how many rows the document has without its broken lines.

    Returns:
        How many there are.
    """
    connection.execute(
        "create or replace temp table broken_lines "
        "(line varchar, document_row bigint, reason varchar)"
    )
    known = "select count(*) from duckdb_tables() where table_name = 'reject_errors'"
    if not fetch_value(connection, known):
        return 0
    connection.execute(
        f"""
        insert into broken_lines
        select
            any_value(csv_line),
            {rows} + row_number() over (order by line),
            'line ' || line || ' does not fit the header: '
            || string_agg(distinct error_message, '; ' order by error_message)
        from reject_errors
        group by line
        """
    )
    forget_rejects(connection)
    return fetch_value(connection, "select count(*) from broken_lines")


def is_touched(connection: duckdb.DuckDBPyConnection, corrections: list[Correction]) -> bool:
    """Return whether `cells` hold any row that a correction is about; one reading, whole sets."""
    places: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for item in corrections:
        names = tuple(sorted(item.where))
        places.setdefault(names, set()).add(tuple(item.where[name] for name in names))
    tests = []
    for names, values in places.items():
        columns = ", ".join(quote_name(name) for name in names)
        rows = ", ".join("(" + ", ".join(map(quote_text, value)) + ")" for value in sorted(values))
        tests.append(f"({columns}) in (select ({columns}) from (values {rows}) as v ({columns}))")
    query = f"select count(*) from cells where {' or '.join(tests)}"
    return fetch_value(connection, query) > 0


def mend_cells(
    connection: duckdb.DuckDBPyConnection,
    cells: Cells,
    corrections: list[Correction],
    document: Document,
) -> Cells:
    """Mend known errors in a copy of `cells` and note in `corrected` what touched which row.

    A live document may hold other rows than the embedded one: a correction whose rows it does not
    hold does not concern it, and a document that holds none of any is read as it is.

    Raises:
        CorrectionExpired: upstream no longer shows the value that a correction expects.
        DocumentFault: the file is no CSV.
    """
    connection.execute(
        "create or replace temp table corrected (document_row bigint, correction_id varchar, "
        "action varchar, reason varchar, field varchar, found varchar)"
    )
    forget_rejects(connection)
    if not corrections:
        return cells
    with reading(cells):
        if document.origin == "live" and not is_touched(connection, corrections):
            return cells
        forget_rejects(connection)
        connection.execute(f"create or replace temp table {MENDED} as from {NUMBERED}")
    for item in corrections:
        where = " and ".join(f"{quote_name(name)} = ?" for name in item.where)
        rows = connection.execute(
            f"select document_row, {quote_name(item.field)} from {MENDED} where {where}",
            list(item.where.values()),
        ).fetchall()
        if not rows and document.origin == "live":
            continue
        found = sorted({value for _, value in rows}, key=str)
        if len(rows) != item.expect_rows or found != [item.expect]:
            raise CorrectionExpired(
                f"{cells.label}: correction {item.id}: {item.field} of {item.where}: found "
                f"{len(rows)} rows with {found}, expected {item.expect_rows} with "
                f"{item.expect!r}; upstream has changed: check the figure and take the correction "
                "out"
            )
        connection.executemany(
            "insert into corrected values (?, ?, ?, ?, ?, ?)",
            [(row, item.id, item.action, item.reason, item.field, value) for row, value in rows],
        )
        if item.action != "leave_out":
            connection.execute(
                f"update {MENDED} set {quote_name(item.field)} = ? where {where}",
                [item.value, *item.where.values()],
            )
    return Cells(cells.columns, cells.label, cells.is_large, MENDED)
