"""Faults of a whole document: what makes it unusable before any row is looked at."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable
from pathlib import Path

from pipelines.base.errors import DocumentFault
from pipelines.contracts.model import Table

_HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<?xml")
_PART_BYTES = 4_194_304


def check_bytes(content: bytes, label: str) -> None:
    """Refuse documents that are empty, a web page instead of data, or not UTF-8.

    Raises:
        DocumentFault: names the document, what was found and what was expected.
    """
    _check_parts([content], label)


def check_file(path: Path, label: str) -> None:
    """Refuse a file for the reasons of `check_bytes`, whatever its size, a part at a time.

    Raises:
        DocumentFault: names the document, what was found and what was expected.
    """
    with path.open("rb") as file:
        _check_parts(iter(lambda: file.read(_PART_BYTES), b""), label)


def _check_parts(parts: Iterable[bytes], label: str) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    place, start = 0, b""
    for part in parts:
        if not start:
            start = part.lstrip()[:64].lower()
            if start.startswith(_HTML_STARTS):
                raise DocumentFault(
                    f"{label}: found a web page ({start[:24].decode('latin-1')!r}); expected data; "
                    "the address may answer with an error or login page"
                )
        _decode(decoder, part, place, label)
        place += len(part)
    if not start:
        raise DocumentFault(f"{label}: the document is empty; expected a header and rows")
    _decode(decoder, b"", place, label, final=True)


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
            "UTF-8 file"
        ) from error


def read_csv_header(content: bytes, label: str) -> list[str]:
    """Return the column names of a CSV file's first line.

    Args:
        content: the file, or its beginning.
        label: how to call it.

    Raises:
        DocumentFault: the header repeats a name or has an empty one.
    """
    text = io.StringIO(content[:1_000_000].decode("utf-8-sig", errors="ignore"), newline="")
    header = next(csv.reader(text), [])
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated or "" in header:
        raise DocumentFault(
            f"{label}: header: found {'repeated ' + str(repeated) if repeated else 'an empty name'}"
            ", expected every column named once"
        )
    return header


def check_columns(found: list[str], table: Table, label: str) -> list[str]:
    """Refuse a document that lacks a column of the contract.

    Returns:
        The columns that the contract does not know; they are reported, not loaded.

    Raises:
        DocumentFault: names the missing columns and those that were found.
    """
    missing = [name for name in table.columns if name not in found]
    if missing:
        raise DocumentFault(
            f"{label}: missing column {', '.join(missing)}; found {', '.join(found)}; the upstream "
            "changed its layout: mend the parser or raise the contract's version"
        )
    return [name for name in found if name not in table.columns]
