"""From an answer of the Census Bureau's trade service to rows of `imports_reported`.

An answer is a list of lists of text, the first of which is the header.
"""

import json

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.ingest.parsed import ParsedRows, RowFault, collect_rows

NEEDED = ("GEN_VAL_MO", "COMM_LVL", "I_COMMODITY", "time")
COLUMNS = ("product_code", "product_level", "month_start", "value_usd", "stated_on")


def parse(document: Document, content: bytes) -> dict[str, ParsedRows]:
    """Read an answer.

    Args:
        document: what was fetched; its day is that of the rows.
        content: the JSON answer.

    Returns:
        `imports_reported`: one row per product and month.

    Raises:
        DocumentFault: no JSON, or no header with the columns that were asked for.
    """
    try:
        lines = json.loads(content)
    except ValueError as error:
        raise DocumentFault(f"{document.address}: found no JSON ({error}); expected one") from error
    header = lines[0] if isinstance(lines, list) and lines else None
    if not isinstance(header, list) or any(name not in header for name in NEEDED):
        raise DocumentFault(
            f"{document.address}: found no header with {', '.join(NEEDED)}; expected it first"
        )

    def read(line: object) -> dict[str, object]:
        if not isinstance(line, list) or len(line) != len(header):
            raise RowFault(f"is no list of {len(header)} values; expected one per column")
        cells = dict(zip(header, line, strict=True))
        return {
            "product_code": cells["I_COMMODITY"],
            "product_level": cells["COMM_LVL"],
            "month_start": f"{cells['time']}-01",
            "value_usd": cells["GEN_VAL_MO"],
            "stated_on": document.document_on.isoformat(),
        }

    return {"imports_reported": collect_rows(lines[1:], read, COLUMNS)}
