"""What a parser or reader hands over: rows of text with places, and the rows it could not read.

A parser turns records into rows with `collect_rows`: a record that does not look as it should
becomes a bad row with its place and reason, and the others stay. What is wrong with the document as
a whole it raises as `DocumentFault`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.base.texts import shorten

PLACE = "document_row"


class RowFault(Exception):
    """One record cannot be read: the field, what was found and what was expected."""

    def __init__(self, reason: str, field_name: str | None = None, value: object = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field_name = field_name
        self.value = value


@dataclass(frozen=True)
class BrokenRow:
    """A row that could not be read into cells: place in the document, field if known, text, why."""

    place: int
    text: str
    reason: str
    field_name: str | None = None


@dataclass(frozen=True)
class ParsedRows:
    """Rows of one table as columns of text, and the rows that could not be read.

    `rows` may have a column `document_row` with each row's place in the document, from 1; without
    it the rows count in their order, and no row may be broken. `unexpected` names columns of the
    document that the parser does not know.
    """

    rows: pa.Table
    broken: list[BrokenRow] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)


Record = Mapping[str, object]
# what reading a record of an unexpected shape raises by itself
_SHAPE_ERRORS = (KeyError, IndexError, TypeError, AttributeError, ValueError)


def collect_rows(
    records: Iterable[object], read: Callable[[object], Record | None], columns: Sequence[str]
) -> ParsedRows:
    """Read records one by one; those that do not look as they should become broken rows.

    Args:
        records: the upstream's records, in its order.
        read: makes a row of one record: a mapping from column to text or None. It may return None
            for a record that is no row of the table, and raise `RowFault` or let an error of
            reading (a missing key, a value of another type) through.
        columns: the names of the columns.

    Returns:
        One row per record, numbered by its place among all records.
    """
    cells: dict[str, list[str | None]] = {name: [] for name in columns}
    places: list[int] = []
    broken: list[BrokenRow] = []
    for place, record in enumerate(records, 1):
        try:
            row = read(record)
            if row is None:
                continue
            texts = {name: to_text(row.get(name), name) for name in columns}
        except RowFault as fault:
            shown = record if fault.value is None else fault.value
            broken.append(BrokenRow(place, shorten(shown), fault.reason, fault.field_name))
        except _SHAPE_ERRORS as error:
            broken.append(BrokenRow(place, shorten(record), describe_error(error)))
        else:
            places.append(place)
            for name, text in texts.items():
                cells[name].append(text)
    arrays: dict[str, Any] = {PLACE: pa.array(places, pa.int64())}
    arrays |= {name: pa.array(values, pa.string()) for name, values in cells.items()}
    return ParsedRows(pa.table(arrays), broken)


def read_csv_records(
    document: Document, content: bytes, needed: Sequence[str]
) -> list[dict[str, str | None]]:
    """Read a CSV file with a header into records of stripped text; an empty cell is None.

    Raises:
        DocumentFault: the file is not UTF-8, lacks a needed column, or is no CSV.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentFault(f"{document.address}: found no UTF-8 ({error})") from error
    lines = csv.DictReader(io.StringIO(text, newline=""))
    found = lines.fieldnames or []
    if missing := [name for name in needed if name not in found]:
        raise DocumentFault(
            f"{document.address}: missing column {', '.join(missing)}; found "
            f"{shorten(', '.join(found))}; the upstream has changed its layout: mend the parser"
        )
    try:
        return [{name: (line[name] or "").strip() or None for name in found} for line in lines]
    except csv.Error as error:
        raise DocumentFault(f"{document.address}: not readable as CSV: {error}") from error


def get_first(record: Mapping[str, str | None], *names: str) -> str | None:
    """Return the cell under the first of several headers that a record has; None without any."""
    return next((record[name] for name in names if name in record), None)


def to_text(value: object, name: str) -> str | None:
    """Return a scalar as the text of a cell; None stays missing.

    Raises:
        RowFault: the value is a list or a mapping, or a text that cannot be written as UTF-8.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | dict | set):
        kind = "mapping" if isinstance(value, dict) else "list"
        raise RowFault(f"is a {kind}; expected a single value", name, value)
    text = str(value)
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise RowFault("holds half of a character (a lone surrogate); expected text", name, "")
    return text


def describe_error(error: BaseException) -> str:
    """Return in words what an error of reading says: what was found and what was expected."""
    if isinstance(error, KeyError):
        return f"found no {error.args[0]!r}; expected it in every record"
    if isinstance(error, RecursionError):
        return "found values nested too deeply; expected a few levels"
    told = shorten(str(error) or "no message")
    return f"found another shape than expected ({type(error).__name__}: {told})"


def check_rows(found: Any, label: str) -> ParsedRows:
    """Return what a parser gave for one table, as rows and broken rows.

    Raises:
        DocumentFault: it is no table, or its places are no numbers.
    """
    parsed = found if isinstance(found, ParsedRows) else ParsedRows(found)
    if not isinstance(parsed.rows, pa.Table):
        raise DocumentFault(
            f"{label}: found {shorten(type(parsed.rows).__name__)} from the parser; expected a "
            "pyarrow table of text columns"
        )
    if parsed.broken and PLACE not in parsed.rows.column_names:
        raise DocumentFault(
            f"{label}: found broken rows and no column {PLACE} from the parser; expected the place "
            "of every row"
        )
    return parsed
