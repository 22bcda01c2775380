"""The Federal Register's API answer (documents.json) as rows of `documents`."""

import json

import pyarrow as pa

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault

FIELDS = ("document_number", "title", "type", "publication_date", "html_url")


def parse(document: Document, content: bytes) -> dict[str, pa.Table]:
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
    rows = [
        {name: record.get(name) for name in FIELDS}
        | {"agencies": "|".join(agency["name"] for agency in record.get("agencies") or []) or None}
        for record in records
    ]
    schema = pa.schema([(name, pa.string()) for name in (*FIELDS, "agencies")])
    return {"documents": pa.Table.from_pylist(rows, schema=schema)}
