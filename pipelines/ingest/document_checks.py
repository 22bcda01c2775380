"""Faults of a whole document: what makes it unusable before any row is looked at."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.base.errors import DocumentFault
from pipelines.base.texts import shorten
from pipelines.contracts.model import Table

_HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<?xml")
_PART_BYTES = 4_194_304
_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\r\n"
HEADER_BYTES = 1_000_000


@dataclass(frozen=True)
class TextStats:
    """What a text file's bytes tell before anything is read from it.

    `lines` counts line feeds, and a last line without one. `is_plain` says that there is nothing
    but printable ASCII and line ends.
    """

    lines: int
    line_feeds: int
    returns: int
    return_feeds: int
    has_nul: bool
    is_plain: bool

    @property
    def is_even(self) -> bool:
        """Whether all lines end in the same way."""
        return self.returns == 0 or self.returns == self.return_feeds == self.line_feeds


def check_bytes(content: bytes, label: str, allow_page: bool = False) -> TextStats:
    """Refuse documents that are empty, a web page instead of data, or not UTF-8.

    Args:
        content: the document.
        label: how to call it.
        allow_page: whether a web page is what is expected.

    Raises:
        DocumentFault: names the document, what was found and what was expected.
    """
    return _check_parts([content], label, allow_page)


def check_file(path: Path, label: str, allow_page: bool = False) -> TextStats:
    """Refuse a file for the reasons of `check_bytes`, whatever its size, a part at a time.

    Raises:
        DocumentFault: names the document, what was found and what was expected.
    """
    with path.open("rb") as file:
        return _check_parts(iter(lambda: file.read(_PART_BYTES), b""), label, allow_page)


def _check_parts(parts: Iterable[bytes], label: str, allow_page: bool) -> TextStats:
    decoder = codecs.getincrementaldecoder("utf-8")()
    place, start, last = 0, b"", b""
    feeds = returns = return_feeds = 0
    has_nul, is_plain = False, True
    for part in parts:
        if not start:
            start = part.removeprefix(codecs.BOM_UTF8).lstrip()[:64].lower()
            if start.startswith(_HTML_STARTS) and not allow_page:
                raise DocumentFault(
                    f"{label}: found a web page ({start[:24].decode('latin-1')!r}); expected data; "
                    "the address may answer with an error or login page"
                )
        _decode(decoder, part, place, label)
        place += len(part)
        feeds += part.count(b"\n")
        if b"\r" in part or last == b"\r":
            returns += part.count(b"\r")
            return_feeds += part.count(b"\r\n") + (last == b"\r" and part[:1] == b"\n")
        is_plain = is_plain and not part.translate(None, _PRINTABLE)
        has_nul = has_nul or (not is_plain and b"\0" in part)
        last = part[-1:] or last
    if not start:
        raise DocumentFault(f"{label}: the document is empty; expected a header and rows")
    _decode(decoder, b"", place, label, final=True)
    lines = feeds + (last != b"\n")
    return TextStats(lines, feeds, returns, return_feeds, has_nul, is_plain)


def _decode(
    decoder: codecs.IncrementalDecoder, part: bytes, place: int, label: str, final: bool = False
) -> None:
    begun = len(decoder.getstate()[0])  # bytes of a character that the part before began
    try:
        decoder.decode(part, final)
    except UnicodeDecodeError as error:
        found = error.object[error.start]
        raise DocumentFault(
            f"{label}: byte {place - begun + error.start} ({found:#04x}) is no UTF-8; expected a "
            "UTF-8 file; another encoding is declared by read: {encoding: ...}"
        ) from error


def write_utf8(path: Path, encoding: str, target: Path, label: str) -> None:
    """Write a text file of a declared encoding as UTF-8, a part at a time.

    Raises:
        DocumentFault: names the byte that is none of that encoding.
    """
    with path.open("rb") as source, target.open("wb") as file:
        for text in _read_text(iter(lambda: source.read(_PART_BYTES), b""), encoding, label):
            try:
                file.write(text.encode())
            except UnicodeEncodeError as error:
                raise DocumentFault(
                    f"{label}: holds half of a character ({error.object[error.start]!r}); expected "
                    f"text in {encoding}"
                ) from error


def _read_text(parts: Iterable[bytes], encoding: str, label: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    place = 0
    for part in parts:
        try:
            yield decoder.decode(part)
        except UnicodeError as error:
            raise _describe_bad_byte(error, encoding, place, label) from error
        place += len(part)
    try:
        yield decoder.decode(b"", True)
    except UnicodeError as error:
        raise _describe_bad_byte(error, encoding, place, label) from error


def _describe_bad_byte(error: UnicodeError, encoding: str, place: int, label: str) -> DocumentFault:
    where = f"near byte {place + getattr(error, 'start', 0)}"
    return DocumentFault(
        f"{label}: {where}: {getattr(error, 'reason', None) or shorten(str(error))}; expected "
        f"text in {encoding}, as the contract declares"
    )


def read_csv_header(
    content: bytes, label: str, delimiter: str = ",", skip_lines: int = 0
) -> tuple[list[str], int]:
    """Return the column names of a CSV file, and the number of the line on which they end.

    Args:
        content: the file, or its beginning.
        label: how to call it.
        delimiter: what stands between two names.
        skip_lines: lines before the header.

    Raises:
        DocumentFault: the header cannot be read.
    """
    text = io.StringIO(content[:HEADER_BYTES].decode("utf-8-sig", errors="ignore"), newline="")
    for _ in range(skip_lines):
        text.readline()
    lines = csv.reader(text, delimiter=delimiter)
    try:
        header = next(lines, [])
    except csv.Error as error:
        raise DocumentFault(f"{label}: header: {error}; expected names of columns") from error
    if not header or any("\0" in name for name in header):
        found = "a NUL byte" if header else "an empty line"
        raise DocumentFault(f"{label}: header: found {found}; expected names of columns")
    return [name.strip() for name in header], skip_lines + lines.line_num


def check_columns(found: list[str], table: Table, label: str) -> list[str]:
    """Refuse a document that lacks a column of the contract, or has one of them twice.

    Returns:
        The columns that the contract does not know; they are reported, not loaded.

    Raises:
        DocumentFault: names the missing columns and those that were found.
    """
    wanted = set(list_wanted(table).values())
    twice = sorted({name for name in found if name in wanted and found.count(name) > 1})
    if twice:
        raise DocumentFault(
            f"{label}: header: found repeated {twice}, expected every column named once"
        )
    missing = [
        told
        for name, told in list_wanted(table).items()
        if told not in found and not table.columns[name].optional
    ]
    if missing:
        raise DocumentFault(
            f"{label}: missing column {', '.join(missing)}; found "
            f"{shorten(', '.join(found), 2000)}; the upstream changed its layout: mend the "
            "parser or raise the contract's version"
        )
    return [name for name in found if name not in wanted]


def list_wanted(table: Table) -> dict[str, str]:
    """Return the columns that a document must give: by name, what the document calls them."""
    return {
        name: column.source_name or name
        for name, column in table.columns.items()
        if column.fixed is None
        and column.labels is None
        and not (column.source_name or "").startswith("@")
    }
