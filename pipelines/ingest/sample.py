"""Reading a file that nobody has described yet: its format, and its columns as text.

What is found here becomes the draft of a contract (`contracts/draft.py`). A file that is read for
good goes through the contract's reader instead.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipelines.base.errors import DocumentFault
from pipelines.base.sql import quote_name, quote_text
from pipelines.contracts.reading import SUFFIXES, Reader
from pipelines.ingest.grid_records import read_web_table, read_workbook
from pipelines.ingest.tree_records import read_json, read_yaml_text

ENCODINGS = ("utf-8", "gb18030", "shift_jis", "latin-1")
DELIMITERS = (",", ";", "\t", "|")
_FORMATS = {suffix: format_ for format_, suffix in SUFFIXES.items()} | {
    ".tsv": "csv", ".txt": "csv", ".yaml": "yaml", ".ndjson": "lines", ".xls": "excel",
    ".xlsb": "excel", ".ods": "excel", ".htm": "html", ".pq": "parquet",
}  # fmt: skip


@dataclass
class Sample:
    """A file's columns as text, by header or path, and how it is to be read.

    `reader` holds the fields of `read` that differ from a plain CSV file. A file of no kept format
    has no columns.
    """

    reader: dict[str, Any]
    columns: dict[str, list[str | None]] = field(default_factory=dict)
    rows: int = 0
    needs_parser: bool = False


def read_sample(path: Path) -> Sample:
    """Find out how a file lies there, and read its columns.

    Raises:
        DocumentFault: the file is empty or broken.
    """
    content, packed, name = _unpack(path)
    if not content:
        raise DocumentFault(f"{path}: the file is empty; expected a header and rows")
    format_ = _guess_format(name, content)
    reader: dict[str, Any] = {} if format_ == "csv" else {"format": format_}
    reader |= packed
    if format_ is None:
        return Sample({}, needs_parser=True)
    if format_ == "parquet":
        return _read_parquet(path, reader)
    if format_ == "excel":
        grid = read_workbook(path, Reader(format="excel"), str(path))
        return _from_grid(reader, grid.header, [cells for _, cells in grid.rows])
    text, encoding = _decode(content)
    if encoding != "utf-8":
        reader["encoding"] = encoding
    if format_ == "html":
        grid = read_web_table(text, Reader(format="html"), str(path))
        return _from_grid(reader, grid.header, [cells for _, cells in grid.rows])
    if format_ == "csv":
        return _read_csv(text, reader)
    return _read_tree(text, format_, reader, str(path))


def _unpack(path: Path) -> tuple[bytes, dict[str, Any], str]:
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        return gzip.decompress(content), {"packed": "gzip"}, path.name.removesuffix(".gz")
    if content[:4] == b"PK\x03\x04" and path.suffix.lower() not in (".xlsx", ".xlsb", ".ods"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [n for n in archive.namelist() if Path(n).suffix.lower() in _FORMATS]
            if not names:
                return content, {}, path.name
            largest = max(names, key=lambda n: archive.getinfo(n).file_size)
            member = f"*{Path(largest).name}"
            return archive.read(largest), {"packed": "zip", "member": member}, largest
    return content, {}, path.name


def _guess_format(name: str, content: bytes) -> str | None:
    known = _FORMATS.get(Path(name).suffix.lower())
    if content[:4] == b"PAR1":
        return "parquet"
    if known is not None:
        return known
    start = content.lstrip()[:64].lower()
    if start.startswith((b"{", b"[")):
        return "json"
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    return None


def _decode(content: bytes) -> tuple[str, str]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16"), "utf-16"
    for encoding in ENCODINGS[:-1]:
        try:
            return content.decode(encoding).removeprefix("\ufeff"), encoding
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1"), "latin-1"


def _read_csv(text: str, reader: dict[str, Any]) -> Sample:
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    if delimiter != ",":
        reader["delimiter"] = delimiter
    header, *rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    return _from_grid(reader, [h.strip() for h in header], [r for r in rows if any(r)])


def _from_grid(reader: dict[str, Any], header: list[str], rows: list[Any]) -> Sample:
    columns = {
        name: [(row[place] or None) if place < len(row) else None for row in rows]
        for place, name in enumerate(header)
        if name
    }
    return Sample(reader, columns, len(rows))


def _read_parquet(path: Path, reader: dict[str, Any]) -> Sample:
    source = f"read_parquet({quote_text(str(path))})"
    with duckdb.connect(":memory:") as connection:
        try:
            names = [row[0] for row in connection.execute(f"describe from {source}").fetchall()]
            texts = ", ".join(f"{quote_name(name)}::varchar" for name in names)
            rows = connection.execute(f"select {texts} from {source}").fetchall()
        except duckdb.Error as error:
            raise DocumentFault(f"{path}: {str(error).splitlines()[0]}") from error
    return _from_grid(reader, names, rows)


def _read_tree(text: str, format_: str, reader: dict[str, Any], label: str) -> Sample:
    if format_ == "lines":
        records: list[Any] = [json.loads(line) for line in text.split("\n") if line.strip()]
        found = ""
    else:
        value = read_json(text, label) if format_ == "json" else read_yaml_text(text, label)
        found, records = _find_records(value)
        if found != "[]":
            reader["records"] = found
    flat = [_flatten(record) for record in records if isinstance(record, dict)]
    names = list(dict.fromkeys(name for record in flat for name in record))
    columns: dict[str, list[str | None]] = {n: [r.get(n) for r in flat] for n in names}
    return Sample(reader, columns, len(records), needs_parser=not flat)


def _find_records(value: Any) -> tuple[str, list[Any]]:
    """Return the path to the first list of mappings, the shallowest first, and that list."""
    open_values: list[tuple[str, Any]] = [("", value)]
    while open_values:
        path, found = open_values.pop(0)
        if isinstance(found, list) and any(isinstance(item, dict) for item in found):
            return f"{path}[]", found
        if isinstance(found, dict):
            open_values += [(f"{path}.{n}" if path else n, inner) for n, inner in found.items()]
    return "[]", []


def _flatten(record: dict[str, Any], before: str = "") -> dict[str, str | None]:
    flat: dict[str, str | None] = {}
    for name, value in record.items():
        path = f"{before}{name}"
        if isinstance(value, dict):
            flat |= _flatten(value, f"{path}.")
        elif not isinstance(value, list):
            text = None if value is None else str(value)
            flat[path] = text.lower() if isinstance(value, bool) and text else text or None
    return flat
