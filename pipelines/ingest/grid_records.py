"""Tables of Excel workbooks and web pages as grids: a header and rows of text, place by place."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from pipelines.base.errors import DocumentFault
from pipelines.base.texts import shorten
from pipelines.contracts.reading import Reader

MAX_CELLS = 20_000_000
# what Excel shows in the place of a value that could not be worked out
_EXCEL_ERRORS = ("#N/A", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#DATA!")


@dataclass(frozen=True)
class Grid:
    """One table: names of its columns, rows below them with their places, the sheet's name."""

    header: list[str]
    rows: list[tuple[int, list[str | None]]]
    sheet: str | None = None


def read_workbook(path: Path, reader: Reader, label: str) -> Grid:
    """Read one sheet of an Excel workbook (xlsx, xls, xlsb or ods).

    Raises:
        DocumentFault: no workbook, or the sheet cannot be told.
    """
    from python_calamine import CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        names = list(workbook.sheet_names)
        name = _choose_sheet(names, reader, label)
        values = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except DocumentFault:
        raise
    except BaseException as error:
        # faults inside the reader arrive as panics, which are no plain exceptions
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise DocumentFault(
            f"{label}: found no readable workbook ({shorten(str(error))}); expected an Excel file"
        ) from error
    rows = [[_write_cell(value) for value in row] for row in values[reader.skip_lines :]]
    return _make_grid(rows, f"{label}: sheet {name!r}", name)


def _choose_sheet(names: list[str], reader: Reader, label: str) -> str:
    found = [name for name in names if reader.sheet in (None, name)]
    if len(found) != 1:
        raise DocumentFault(
            f"{label}: found the sheets {shorten(', '.join(names)) or '(none)'}; expected "
            + (
                repr(reader.sheet)
                if reader.sheet
                else "one sheet, or its name as read: {sheet: ...}"
            )
        )
    return found[0]


def _write_cell(value: object) -> str | None:
    """Return a typed cell as the text that a person would write: whole numbers without a point."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        is_day = value.time() == time(0)
        return value.date().isoformat() if is_day else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def is_excel_error(text: str | None) -> bool:
    """Tell whether a cell shows an error of Excel's in the place of a value."""
    return text in _EXCEL_ERRORS


def read_web_table(text: str, reader: Reader, label: str) -> Grid:
    """Read one table of a web page; the only one, or that of the number that the contract says.

    Raises:
        DocumentFault: the page has no table, or it cannot be told which is meant.
    """
    from lxml import etree, html

    try:
        page = html.document_fromstring(text)
    except (etree.LxmlError, ValueError, RecursionError) as error:
        raise DocumentFault(
            f"{label}: found no readable page ({shorten(str(error))}); expected HTML"
        ) from error
    tables = [table for table in page.iter("table") if table.find(".//tr") is not None]
    number = reader.table or (1 if len(tables) == 1 else None)
    if number is None or number > len(tables):
        raise DocumentFault(
            f"{label}: found {len(tables)} tables; expected "
            + (f"table {number}" if number else "one, or its number as read: {table: ...}")
        )
    return _make_grid(_spread(tables[number - 1], label), f"{label}: table {number}", None)


def _spread(table: Any, label: str) -> list[list[str | None]]:
    """Return a table's cells; one that spans several places stands in each of them."""
    rows: list[list[str | None]] = []
    cells = 0
    # by column: in how many rows below a cell stands again, and its words
    hanging: dict[int, tuple[int, str | None]] = {}
    for line in table.iter("tr"):
        if next(line.iterancestors("table")) is not table:
            continue
        row: list[str | None] = []
        below: dict[int, tuple[int, str | None]] = {}
        for cell in [*line.iterchildren("td", "th"), None]:
            while len(row) in hanging:
                left, words = hanging.pop(len(row))
                if left > 1:
                    below[len(row)] = (left - 1, words)
                row.append(words)
            if cell is None:
                break
            words = " ".join("".join(cell.itertext()).split()) or None
            down = _read_span(cell, "rowspan")
            for _ in range(_read_span(cell, "colspan")):
                if down > 1:
                    below[len(row)] = (down - 1, words)
                row.append(words)
        hanging |= below
        rows.append(row)
        cells += len(row)
        if cells > MAX_CELLS:
            raise DocumentFault(f"{label}: found more than {MAX_CELLS:,} cells; expected a table")
    return rows


def _read_span(cell: Any, name: str) -> int:
    text = (cell.get(name) or "1").strip()
    return min(max(int(text), 1), 1000) if text.isdecimal() else 1


def _make_grid(rows: list[list[str | None]], label: str, sheet: str | None) -> Grid:
    """Take the first row that is not empty as the header, the others below it as rows.

    Raises:
        DocumentFault: there is no row at all.
    """
    while rows and not any(rows[0]):
        rows = rows[1:]
    if not rows:
        raise DocumentFault(f"{label}: the table is empty; expected a header and rows")
    header = [" ".join((name or "").split()) for name in rows[0]]
    filled = [row for row in rows[1:] if any(cell is not None for cell in row)]
    return Grid(header, list(enumerate(filled, 1)), sheet)
