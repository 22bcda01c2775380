"""Faults of a whole document: what makes it unusable before any row is looked at."""

from __future__ import annotations

import csv
import io

from pipelines.contracts.model import Table
from pipelines.errors import DocumentFault

_HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<?xml")


def check_bytes(content: bytes, label: str) -> None:
    """Refuse documents that are empty, a web page instead of data, or not UTF-8.

    Raises:
        DocumentFault: names the document, what was found and what was expected.
    """
    if not content.strip():
        raise DocumentFault(f"{label}: the document is empty; expected a header and rows")
    start = content.lstrip()[:64].lower()
    if start.startswith(_HTML_STARTS):
        raise DocumentFault(
            f"{label}: found a web page ({start[:24].decode('latin-1')!r}); expected data; "
            "the address may answer with an error or login page"
        )
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentFault(
            f"{label}: byte {error.start} ({content[error.start]:#04x}) is no UTF-8; expected a "
            "UTF-8 file"
        ) from error


def read_csv_header(content: bytes, label: str) -> list[str]:
    """Return the column names of a CSV file's first line.

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
