"""The Federal Register's API answer (documents.json) as rows of `documents`."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.ingest.parsed import ParsedRows, RowFault, collect_rows

FIELDS = ("document_number", "title", "abstract", "type", "publication_date", "html_url")


class Rest(NamedTuple):
    """Documents that an answer counts and does not hold."""

    held: int
    found: int


def parse(document: Document, content: bytes) -> dict[str, ParsedRows]:
    """Turn an API answer into text cells.

    The live service wraps the records in an object with `results`; stored copies may be the bare
    list. An answer that says that it holds a part of what was found gets a broken row that says so,
    because the rest was not read.

    Args:
        document: what was fetched; named in messages.
        content: its bytes.

    Returns:
        `documents`: one row per record, agencies' names joined by a bar, and a broken row for
        documents that lie on further pages.

    Raises:
        DocumentFault: the answer is no JSON, or has no list of records.
    """
    try:
        answer = json.loads(content)
    except json.JSONDecodeError as error:
        raise DocumentFault(f"{document.address}: found no JSON ({error}); expected one") from error
    records = answer.get("results") if isinstance(answer, dict) else answer
    if not isinstance(records, list):
        raise DocumentFault(f"{document.address}: found no list of results; expected one")
    rest = _describe_rest(answer, len(records))
    return {"documents": collect_rows([*records, *rest], _read_record, (*FIELDS, "agencies"))}


def _describe_rest(answer: object, held: int) -> list[Rest]:
    """Say what lies on further pages: nothing, or one entry."""
    count = answer.get("count") if isinstance(answer, dict) else None
    return [Rest(held, count)] if isinstance(count, int) and count > held else []


def _read_record(record: object) -> dict[str, object]:
    """Read one document; its agencies are joined by a bar."""
    if isinstance(record, Rest):
        raise RowFault(
            f"is the first page: {record.held} of {record.found} documents; expected all of them, "
            "ask for fewer days"
        )
    if not isinstance(record, Mapping):
        raise RowFault("is no record; expected a document with its number and title")
    agencies = record.get("agencies") or []
    if not isinstance(agencies, list):
        raise RowFault("is no list; expected the agencies", "agencies", agencies)
    names = []
    for agency in agencies:
        if not isinstance(agency, Mapping) or not isinstance(agency.get("name"), str):
            raise RowFault("holds an agency without a name; expected one", "agencies", agency)
        names.append(agency["name"])
    return {name: record.get(name) for name in FIELDS} | {"agencies": "|".join(names) or None}
