"""The Federal Register's API answer (documents.json) as rows of `documents`."""

import json
from collections.abc import Mapping

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.ingest.parsed import ParsedRows, RowFault, collect_rows

FIELDS = ("document_number", "title", "type", "publication_date", "html_url")


def parse(document: Document, content: bytes) -> dict[str, ParsedRows]:
    """Turn an API answer into text cells.

    The live service wraps the records in an object with `results`; stored copies may be the bare
    list.

    Args:
        document: what was fetched; named in messages.
        content: its bytes.

    Returns:
        `documents`: one row per record, agencies' names joined by a bar.

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
    return {"documents": collect_rows(records, _read_record, (*FIELDS, "agencies"))}


def _read_record(record: object) -> dict[str, object]:
    """Read one document; its agencies are joined by a bar."""
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
