"""Rows of a contract's table from a document in one of the kept formats other than plain CSV.

JSON, JSON lines, YAML, Excel and web tables become rows of text in memory; Parquet is read where it
lies. CSV files belong in `cells.py`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.base.sql import quote_name, quote_text
from pipelines.base.texts import shorten
from pipelines.contracts.model import Column, Table
from pipelines.contracts.reading import ATTRIBUTES
from pipelines.ingest.cells import get_attribute
from pipelines.ingest.document_checks import check_columns, list_wanted, read_csv_header
from pipelines.ingest.grid_records import Grid, is_excel_error, read_web_table, read_workbook
from pipelines.ingest.parsed import PLACE, BrokenRow, ParsedRows, RowFault, to_text
from pipelines.ingest.tree_records import BrokenRecord, Node, get_value, read_records
from pipelines.ingest.unpack import PlainFile

_TREES = ("json", "lines", "yaml")
# gives the value of a column in one record, or raises `RowFault`
Getter = Callable[[str, Column], object]


class _Rows:
    """Rows of one table as they are read, member after member."""

    def __init__(self, table: Table, document: Document) -> None:
        self.table, self.document = table, document
        self.missing = frozenset(table.reader.missing)
        self.places: list[int] = []
        self.cells: dict[str, list[str | None]] = {
            name: []
            for name, column in table.columns.items()
            if column.fixed is None and column.labels is None
        }
        self.broken: list[BrokenRow] = []
        self.place = 0
        self.seen: set[str] = set()

    def add(self, get: Getter, shown: object) -> None:
        """Read the next row; `get` gives a column's value, or raises `RowFault`."""
        self.place += 1
        row: dict[str, str | None] = {}
        for name in self.cells:
            try:
                text = self._read(name, self.table.columns[name], get)
            except RowFault as fault:
                text_shown = shorten(shown if fault.value is None else fault.value)
                self.broken.append(BrokenRow(self.place, text_shown, fault.reason, name))
                return
            row[name] = None if text is None or text.strip() in self.missing else text
        self.places.append(self.place)
        for name, text in row.items():
            self.cells[name].append(text)

    def refuse(self, text: str, reason: str, field_name: str | None = None) -> None:
        """Note that the next row cannot be read."""
        self.place += 1
        self.broken.append(BrokenRow(self.place, text, reason, field_name))

    def _read(self, name: str, column: Column, get: Getter) -> str | None:
        value = get(name, column)
        if isinstance(value, list) and column.separator:
            texts = [to_text(item, name) for item in value]
            for text in texts:
                if text and column.separator in text:
                    raise RowFault(f"holds {column.separator!r} in one of its values", name, value)
            return column.separator.join(text for text in texts if text) or None
        return to_text(value, name)

    def finish(self) -> ParsedRows:
        """Return all rows with their places."""
        arrays: dict[str, Any] = {PLACE: pa.array(self.places, pa.int64())}
        arrays |= {name: pa.array(texts, pa.string()) for name, texts in self.cells.items()}
        return ParsedRows(pa.table(arrays), self.broken)


def read_rows(
    files: list[PlainFile], table: Table, document: Document, label: str
) -> tuple[ParsedRows, list[str]]:
    """Read a table's rows from the plain files of a document.

    Args:
        files: UTF-8 texts, or workbooks.
        table: the contract's table.
        document: where they come from.
        label: how to call it.

    Returns:
        The rows, numbered over all files, and the columns that the contract does not know.

    Raises:
        DocumentFault: a file is none of the format, or a column is missing.
    """
    rows = _Rows(table, document)
    unexpected: list[str] = []
    for file in files:
        try:
            if table.reader.format in _TREES:
                _add_tree(rows, file, unexpected)
            else:
                _add_grid(rows, file, unexpected)
        except UnicodeDecodeError as error:
            raise DocumentFault(f"{file.label}: {error}; expected text") from error
    if table.reader.format in _TREES:
        _require_names(rows, label, unexpected)
    return rows.finish(), list(dict.fromkeys(unexpected))


def _add_tree(rows: _Rows, file: PlainFile, unexpected: list[str]) -> None:
    reader = rows.table.reader
    known = {told.split(".")[0] for told in list_wanted(rows.table).values()}
    for found in read_records(file.path.read_text(encoding="utf-8"), reader, file.label):
        if isinstance(found, BrokenRecord):
            rows.refuse(found.text, found.reason)
            continue
        record: Node = found
        if isinstance(record.value, dict):
            rows.seen.update(record.value)
            unexpected += [name for name in record.value if name not in known]

        def get(name: str, column: Column, record: Node = record) -> object:
            path = column.source_name or name
            if path in ATTRIBUTES and path not in ("@key", "@value"):
                return get_attribute(path, rows.document, file.member)
            if not isinstance(record.value, dict) and not path.startswith(("@", "^")):
                raise RowFault("is no record; expected a mapping", None, record.value)
            return get_value(record, path)

        rows.add(get, record.value)


def _require_names(rows: _Rows, label: str, unexpected: list[str]) -> None:
    """Refuse a document none of whose records has a name that the contract reads."""
    table = rows.table
    missing = [
        told
        for name, told in list_wanted(table).items()
        if not told.startswith("^")
        and not table.columns[name].optional
        and told not in rows.seen
        and told.split(".")[0] not in rows.seen
    ]
    if missing and rows.places:
        raise DocumentFault(
            f"{label}: missing column {', '.join(missing)}; found "
            f"{shorten(', '.join(sorted(rows.seen)), 2000)}; the upstream changed its layout: "
            "mend the contract or raise its version"
        )


def _add_grid(rows: _Rows, file: PlainFile, unexpected: list[str]) -> None:
    grid = _read_grid(rows.table, file)
    unexpected += check_columns(grid.header, rows.table, file.label)
    wanted = list_wanted(rows.table)
    for _, cells in grid.rows:

        def get(name: str, column: Column, cells: list[str | None] = cells) -> str | None:
            path = column.source_name or ""
            if path.startswith("@"):
                attribute = grid.sheet if path == "@sheet" else None
                return attribute or get_attribute(path, rows.document, file.member)
            if wanted[name] not in grid.header:
                return None
            place = grid.header.index(wanted[name])
            text = cells[place] if place < len(cells) else None
            if rows.table.reader.format == "excel" and is_excel_error(text):
                raise RowFault(f"shows the error {text}; expected a value", name, text)
            return text

        extra = [cell for cell in cells[len(grid.header) :] if cell is not None]
        if extra:
            rows.refuse(
                shorten(", ".join(map(str, cells))),
                f"Expected Number of Columns: {len(grid.header)} Found: {len(cells)}",
            )
        else:
            rows.add(get, ", ".join(cell or "" for cell in cells))


def _read_grid(table: Table, file: PlainFile) -> Grid:
    reader = table.reader
    if reader.format == "excel":
        return read_workbook(file.path, reader, file.label)
    text = file.path.read_text(encoding="utf-8")
    if reader.format == "html":
        return read_web_table(text, reader, file.label)
    # one of several CSV members: they are small, and each has its own header
    header, lines = read_csv_header(text.encode(), file.label, reader.delimiter, reader.skip_lines)
    return Grid(header, list(_read_csv_rows(text, reader.delimiter, lines, file.label)))


def _read_csv_rows(
    text: str, delimiter: str, header_lines: int, label: str
) -> Iterator[tuple[int, list[str | None]]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    place = 0
    try:
        for cells in lines:
            if lines.line_num > header_lines and cells:
                place += 1
                yield place, [cell or None for cell in cells]
    except csv.Error as error:
        raise DocumentFault(
            f"{label}: line {lines.line_num}: {error}; expected quotes at both ends of a cell"
        ) from error


def describe_parquet(
    connection: duckdb.DuckDBPyConnection, path: Path, table: Table, label: str
) -> tuple[str, list[str]]:
    """Return a query over a Parquet file that gives the contract's columns as text.

    Returns:
        The query, with `document_row`, and the columns that the contract does not know.

    Raises:
        DocumentFault: no Parquet file, or a column is missing or holds no single values.
    """
    source = f"read_parquet({quote_text(str(path))}, file_row_number = true)"
    try:
        described = connection.execute(f"describe select * from {source}").fetchall()
    except duckdb.Error as error:
        raise DocumentFault(
            f"{label}: found no Parquet file ({shorten(str(error).splitlines()[0])}); expected one"
        ) from error
    types = {name: type_ for name, type_, *_ in described if name != "file_row_number"}
    unexpected = check_columns(list(types), table, label)
    columns = ["file_row_number + 1 as document_row"]
    for name, told in list_wanted(table).items():
        column = table.columns[name]
        if told in types:
            expression = _write_parquet_text(told, types[told], column, label)
            columns.append(f"{expression} as {quote_name(name)}")
    return f"select {', '.join(columns)} from {source}", unexpected


def _write_parquet_text(told: str, type_: str, column: Column, label: str) -> str:
    cell = quote_name(told)
    if type_.endswith("[]") and column.separator:
        return f"array_to_string({cell}, {quote_text(column.separator)})"
    if type_.endswith("]") or type_.startswith(("STRUCT", "MAP", "UNION")) or type_ == "BLOB":
        raise DocumentFault(
            f"{label}: column {told} is {shorten(type_, 100)}; expected single values"
        )
    if type_.startswith("TIMESTAMP") and column.type == "DATE":
        # a day that was kept as a moment; one within the day is no day
        plain = f"{cell}::timestamp"
        return (
            f"case when {plain} = date_trunc('day', {plain}) then {plain}::date::varchar "
            f"else {plain}::varchar end"
        )
    return f"{cell}::varchar"
