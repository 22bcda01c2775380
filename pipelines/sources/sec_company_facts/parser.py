"""From the regulator's answer of company facts to rows of `company_facts`.

An answer has thousands of concepts; the four of revenue and of capital spending are read, in
dollars.
"""

import json
from collections.abc import Mapping

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.ingest.parsed import ParsedRows, RowFault, collect_rows

CONCEPTS = (
    "Revenues",
    "RevenueFromContractWithCustomerExcludingAssessedTax",
    "PaymentsToAcquirePropertyPlantAndEquipment",
    "PaymentsToAcquireProductiveAssets",
)
# the service's names and ours
CELLS = {
    "start": "period_start",
    "end": "period_end",
    "val": "value_usd",
    "fy": "fiscal_year",
    "fp": "fiscal_period",
    "form": "form",
    "filed": "filed_on",
    "accn": "accession",
}
COLUMNS = ("cik", "company_as_written", "concept", *CELLS.values())


def parse(document: Document, content: bytes) -> dict[str, ParsedRows]:
    """Read one company's answer.

    Args:
        document: what was fetched; named in messages.
        content: the JSON answer.

    Returns:
        `company_facts`: one row per concept, period and filing, in dollars.

    Raises:
        DocumentFault: no JSON, or not an answer of company facts.
    """
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise DocumentFault(f"{document.address}: found no JSON ({error}); expected one") from error
    facts = answer.get("facts") if isinstance(answer, Mapping) else None
    taxonomy = facts.get("us-gaap") if isinstance(facts, Mapping) else None
    if not isinstance(taxonomy, Mapping):
        raise DocumentFault(f"{document.address}: found no facts of us-gaap; expected them")
    records: list[tuple[str, object]] = []
    for concept in CONCEPTS:
        listed = taxonomy.get(concept)
        units = listed.get("units") if isinstance(listed, Mapping) else None
        amounts = units.get("USD") if isinstance(units, Mapping) else None
        records += [(concept, amount) for amount in amounts or []]

    def read(record: object) -> dict[str, object]:
        assert isinstance(record, tuple)
        concept, amount = record
        if not isinstance(amount, Mapping):
            raise RowFault("is no record; expected an amount with its period", concept, amount)
        return {
            "cik": answer["cik"],
            "company_as_written": answer["entityName"],
            "concept": concept,
            **{ours: amount.get(theirs) for theirs, ours in CELLS.items()},
        }

    return {"company_facts": collect_rows(records, read, COLUMNS)}
