"""The text cells of one document as relations: a CSV file or parsed rows, and their corrections.

Cells are read where they lie: `cells` is a view with the columns of the contract, and only a
document that a correction or a label table touches is copied into a table. A CSV file is read
quickly at first, by the engine alone; where its rows do not account for every line it is read
again line by line (`csv_lines.py`). Checking and writing rows belongs in `load.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.archive.documents import Document
from pipelines.base.errors import CorrectionExpired, DocumentFault
from pipelines.base.rows import fetch_value
from pipelines.base.sql import quote_name, quote_text
from pipelines.base.texts import shorten
from pipelines.contracts.corrections import Correction
from pipelines.contracts.model import Table
from pipelines.contracts.reading import Reader
from pipelines.ingest.csv_lines import MAX_LINE_BYTES, Layout, sort_lines
from pipelines.ingest.document_checks import (
    HEADER_BYTES,
    TextStats,
    check_columns,
    list_wanted,
    read_csv_header,
)
from pipelines.ingest.parsed import PLACE, BrokenRow, ParsedRows

# from here on rows are not numbered one by one, which the engine does in a single thread
LARGE_DOCUMENT_BYTES = 33_554_432
NUMBERED = "(select row_number() over () as document_row, * from cells)"
PLACED = "(select document_row, * exclude (document_row) from cells)"
MENDED = "mended_cells"
LABELLED = "labelled_cells"


class UnevenLines(Exception):
    """The quick reading of a file does not account for all of its lines."""


@dataclass(frozen=True)
class Cells:
    """What `cells` holds: the columns of a contract's table, all text.

    `numbered` is a relation of the same rows with `document_row`, their place in the document.
    `is_large` says that numbering them takes noticeable time, `is_plain` that there is nothing but
    printable ASCII, `is_single_lined` that no cell can hold a line break. A quick reading must give
    `rows_expected` rows; `reread` reads line by line.
    """

    columns: list[str]
    unexpected: list[str]
    label: str
    numbered: str = NUMBERED
    is_large: bool = False
    is_plain: bool = False
    is_single_lined: bool = False
    rows_expected: int | None = None
    reread: Callable[[], Cells] | None = None
    broken: list[BrokenRow] = field(default_factory=list)


def read_csv_cells(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    label: str,
    table: Table,
    document: Document,
    stats: TextStats,
    sorted_path: Path | None = None,
) -> Cells:
    """Let `cells` read a CSV file, with the columns of the contract.

    Args:
        connection: the session.
        path: a UTF-8 CSV file.
        label: how to call it.
        table: the contract's table, which says what its columns are called in the file.
        document: whose attributes a column may be read from.
        stats: what the bytes of the file told.
        sorted_path: where a copy may be written if the file must be read line by line; without
            it the file is read quickly or not at all.

    Raises:
        DocumentFault: a column is missing or given twice.
    """
    reader = table.reader
    with path.open("rb") as file:
        header, header_lines = read_csv_header(
            file.read(HEADER_BYTES), label, reader.delimiter, reader.skip_lines
        )
    unexpected = check_columns(header, table, label)
    selected = _select_columns(table, header, document)

    def read_line_by_line() -> Cells:
        if sorted_path is None:
            raise DocumentFault(f"{label}: the lines of the file do not end alike; expected one")
        # a copy that an earlier reading has made is that of another table
        layout = _describe_layout(table, header, header_lines, stats)
        found = sort_lines(path, sorted_path, layout, label)
        _create_csv_view(connection, sorted_path, reader, selected, len(header), 0, True)
        return Cells(
            list(table.columns), unexpected, label, PLACED,
            is_large=path.stat().st_size >= LARGE_DOCUMENT_BYTES, is_plain=stats.is_plain,
            rows_expected=found.rows, broken=found.broken,
        )  # fmt: skip

    if stats.has_nul or not stats.is_even or header_lines > reader.skip_lines + 1:
        return read_line_by_line()
    _create_csv_view(connection, path, reader, selected, len(header), header_lines, False)
    return Cells(
        list(table.columns),
        unexpected,
        label,
        is_large=path.stat().st_size >= LARGE_DOCUMENT_BYTES,
        is_plain=stats.is_plain,
        # as many rows as lines, or it is read again
        is_single_lined=True,
        rows_expected=stats.lines - header_lines,
        reread=read_line_by_line,
    )


def _describe_layout(
    table: Table, header: list[str], header_lines: int, stats: TextStats
) -> Layout:
    # free text may have several lines; an id, a number or a word of a list cannot
    free = {
        name
        for name, column in table.columns.items()
        if column.type == "VARCHAR"
        and name not in table.key
        and not (column.values or column.pattern or column.references)
    }
    wanted = {told: name for name, told in list_wanted(table).items()}
    unread_or_free = {
        place for place, told in enumerate(header) if told not in wanted or wanted[told] in free
    }
    return Layout(
        len(header),
        table.reader.delimiter.encode(),
        header_lines,
        frozenset(unread_or_free),
        returns_end_lines=stats.line_feeds == 0 and stats.returns > 0,
    )


def _select_columns(table: Table, header: list[str], document: Document) -> list[str]:
    wanted = list_wanted(table)
    missing = ", ".join(quote_text(text) for text in table.reader.missing)
    selected = []
    for name, column in table.columns.items():
        if wanted.get(name) in header:
            cell = f"c{header.index(wanted[name])}"
            if missing:
                cell = f"case when trim({cell}) not in ({missing}) then {cell} end"
        else:
            cell = write_constant(column.fixed or get_attribute(column.source_name, document))
        selected.append(f"{cell} as {quote_name(name)}")
    return selected


def get_attribute(name: str | None, document: Document, member: str | None = None) -> str | None:
    """Return a document's own attribute, such as its day, as the text of a cell."""
    return {
        "@document": document.document,
        "@day": document.document_on.isoformat(),
        "@address": document.address,
        "@member": member,
    }.get(name or "")


def write_constant(text: str | None) -> str:
    """Return an SQL expression for a text that all rows share."""
    return "null::varchar" if text is None else f"{quote_text(text)}::varchar"


def _create_csv_view(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    reader: Reader,
    selected: list[str],
    columns: int,
    header_lines: int,
    is_placed: bool,
) -> None:
    """Create `cells` over a file; columns of the file are called by their place."""
    types = [f"'c{place}': 'VARCHAR'" for place in range(columns)]
    place = ["document_row"] if is_placed else []
    if is_placed:
        types.insert(0, "'document_row': 'BIGINT'")
    connection.execute(
        f"""
        create or replace temp view cells as
        select {", ".join([*place, *selected])} from read_csv(
            {quote_text(str(path))}, columns = {{{", ".join(types)}}}, auto_detect = false,
            header = {str(header_lines > 0).lower()}, skip = {max(header_lines - 1, 0)},
            delim = {quote_text(reader.delimiter)}, quote = '"', escape = '"',
            nullstr = '', encoding = 'utf-8', store_rejects = true, null_padding = false,
            max_line_size = {MAX_LINE_BYTES}, buffer_size = {2 * MAX_LINE_BYTES}
        )
        """
    )


def read_parsed_cells(
    connection: duckdb.DuckDBPyConnection,
    parsed: ParsedRows,
    label: str,
    table: Table,
    document: Document,
) -> Cells:
    """Let `cells` read rows from a parser or a reader, every column as text, empty ones as null.

    Raises:
        DocumentFault: a column is missing.
    """
    rows = parsed.rows
    found = [name for name in rows.column_names if name != PLACE]
    as_parsed = table.model_copy(
        update={
            "columns": {
                name: column.model_copy(update={"source_name": None})
                for name, column in table.columns.items()
                if name in found or column.fixed is None
            }
        }
    )
    unexpected = [*check_columns(found, as_parsed, label), *parsed.unexpected]
    selected = []
    for name, column in table.columns.items():
        if name in found:
            cell = f"nullif({quote_name(name)}::varchar, '')"
        else:
            cell = write_constant(column.fixed or get_attribute(column.source_name, document))
        selected.append(f"{cell} as {quote_name(name)}")
    is_placed = PLACE in rows.column_names
    if is_placed:
        selected.insert(0, f"{PLACE}::bigint as {PLACE}")
    connection.register("parsed_rows", rows)
    connection.execute(
        f"create or replace temp view cells as select {', '.join(selected)} from parsed_rows"
    )
    return Cells(
        list(table.columns),
        unexpected,
        label,
        PLACED if is_placed else NUMBERED,
        is_large=rows.nbytes >= LARGE_DOCUMENT_BYTES,
        broken=parsed.broken,
    )


def forget_rejects(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget the lines that earlier readings of `cells` have refused."""
    connection.execute("drop table if exists reject_errors; drop table if exists reject_scans")


@contextmanager
def reading(cells: Cells) -> Iterator[None]:
    """Turn what the engine says of an unreadable CSV file into a fault of the document.

    Raises:
        UnevenLines: the quick reading failed; line by line it may succeed.
        DocumentFault: the file is no CSV.
    """
    try:
        yield
    except duckdb.InvalidInputException as error:
        told = str(error).splitlines()[0]
        if "CSV" not in told:
            raise
        if cells.reread is not None:
            raise UnevenLines(told) from error
        raise DocumentFault(f"{cells.label}: not readable as CSV: {shorten(told)}") from error


def require_all_lines(connection: duckdb.DuckDBPyConnection, cells: Cells, rows: int) -> None:
    """Compare the rows that a reading of a CSV file gave with its lines.

    Raises:
        UnevenLines: the quick reading lost lines or refused some.
        DocumentFault: the reading line by line did.
    """
    refused = 0
    known = "select count(*) from duckdb_tables() where table_name = 'reject_errors'"
    if fetch_value(connection, known):
        refused = fetch_value(connection, "select count(*) from reject_errors")
    if not refused and (cells.rows_expected is None or rows == cells.rows_expected):
        return
    if cells.reread is not None:
        raise UnevenLines(f"{rows} rows of {cells.rows_expected} lines, {refused} refused")
    raise DocumentFault(
        f"{cells.label}: found {rows:,} rows in {cells.rows_expected or 0:,} lines; expected a row "
        "in each: quotes and line ends of the file do not fit each other"
    )


def keep_broken_rows(connection: duckdb.DuckDBPyConnection, cells: Cells) -> int:
    """Keep the rows that could not be read as the table `broken_lines`; returns how many."""
    connection.execute(
        "create or replace temp table broken_lines "
        "(line varchar, document_row bigint, field varchar, reason varchar)"
    )
    if cells.broken:
        rows = pa.table(
            {
                "line": pa.array([shorten(row.text) for row in cells.broken], pa.string()),
                "document_row": pa.array([row.place for row in cells.broken], pa.int64()),
                "field": pa.array([row.field_name for row in cells.broken], pa.string()),
                "reason": pa.array([shorten(row.reason) for row in cells.broken], pa.string()),
            }
        )
        connection.register("broken_rows", rows)
        connection.execute("insert into broken_lines from broken_rows")
        connection.unregister("broken_rows")
    return len(cells.broken)


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
        if document.origin != "embedded" and not is_touched(connection, corrections):
            return cells
        forget_rejects(connection)
        count = fetch_value(
            connection, f"create or replace temp table {MENDED} as from {cells.numbered}"
        )
    require_all_lines(connection, cells, count)
    for item in corrections:
        where = " and ".join(f"{quote_name(name)} = ?" for name in item.where)
        rows = connection.execute(
            f"select document_row, {quote_name(item.field)} from {MENDED} where {where}",
            list(item.where.values()),
        ).fetchall()
        if not rows and document.origin != "embedded":
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
    return replace(cells, numbered=MENDED, rows_expected=None)
