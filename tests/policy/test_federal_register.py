"""The Federal Register's parser: abstracts, partial answers, agencies without a name."""

import json
from datetime import date, datetime

from pipelines.archive.documents import Document
from pipelines.base.files import hash_bytes
from pipelines.base.settings import PROJECT_DIR
from pipelines.contracts.load import load_contracts
from pipelines.ingest.parsed import ParsedRows
from pipelines.ingest.parsers import load_parser

BUREAU = {"raw_name": "Bureau of Industry and Security", "name": "Industry and Security Bureau"}
RECORD = {
    "document_number": "2031-00001",
    "title": "Additions to the Entity List",
    "abstract": "It adds one party.",
    "type": "Rule",
    "publication_date": "2031-01-02",
    "html_url": "https://www.federalregister.gov/d/2031-00001",
    "agencies": [BUREAU],
}


def parse(answer: object) -> ParsedRows:
    """Parse an answer of the service."""
    contracts = load_contracts(PROJECT_DIR / "pipelines" / "sources")
    contract = next(c for c in contracts if c.source_id == "federal_register")
    content = json.dumps(answer).encode()
    document = Document(
        "federal_register",
        "documents",
        hash_bytes(content),
        "live",
        "https://register.example/documents.json",
        "json",
        date(2031, 1, 3),
        datetime(2031, 1, 3),
    )
    return load_parser(contract)(document, content)["documents"]


def test_the_abstract_is_read_and_may_be_missing() -> None:
    bare = {name: value for name, value in RECORD.items() if name != "abstract"}
    rows = parse({"count": 2, "results": [RECORD, bare]}).rows.to_pylist()
    assert [row["abstract"] for row in rows] == ["It adds one party.", None]


def test_an_answer_that_holds_a_part_says_so() -> None:
    parsed = parse({"count": 512, "total_pages": 3, "results": [RECORD] * 200})
    assert parsed.rows.num_rows == 200
    (broken,) = parsed.broken
    assert "200 of 512 documents" in broken.reason


def test_a_whole_answer_has_no_fault() -> None:
    assert parse({"count": 1, "results": [RECORD]}).broken == []
    assert parse([RECORD]).broken == []


def test_an_agency_without_a_name_is_a_fault_of_its_row_alone() -> None:
    nameless = RECORD | {"agencies": [{"raw_name": "BUREAU OF SOMETHING"}]}
    parsed = parse({"count": 2, "results": [nameless, RECORD]})
    assert parsed.rows.num_rows == 1
    assert [broken.field_name for broken in parsed.broken] == ["agencies"]
