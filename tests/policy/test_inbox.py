"""The inbox over real titles and abstracts: no act is missed, few items are false alarms.

`inbox_documents.csv` holds titles, and abstracts or their first sentences, as the Federal Register
has them: `year`, rules and notices of the Bureau of Industry and Security from September 2025 to
September 2026; `earlier`, older ones, those of late 2023 by citation; `other makers`, acts of the
White House, State, Treasury, Defense and Commerce. `matters` says whether the document changes what
may go where, or to whom, of chips, their tools and memory.
"""

import csv
from datetime import date
from pathlib import Path

import pytest

from .sql_engine import compile_program, run_sql
from .sql_rows import Rows, read_embedded_rows

INBOX = "int_policy__inbox"
AS_OF = date(2026, 11, 1)
DOCUMENTS = Path(__file__).with_name("inbox_documents.csv")
MOST_FALSE_ALARMS = 0.2


def read_documents() -> list[dict[str, str]]:
    with DOCUMENTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> tuple:
    """Compile the inbox and read the rows that it rests on."""
    program = compile_program(Path(tmp_path_factory.mktemp("inbox")), (INBOX,))
    return program, read_embedded_rows(program.needed)


def ask_inbox(embedded: tuple, **changed: list[dict]) -> list[tuple]:
    """Return number and relevance of the items, with other rows in some tables."""
    program, rows = embedded
    every: Rows = {**rows, **changed}
    return (
        run_sql(program, every, AS_OF)
        .execute(f"select document_number, relevance from intermediate.{INBOX} order by all")
        .fetchall()
    )


@pytest.fixture(scope="module")
def sorted_documents(embedded: tuple) -> dict[str, str]:
    """Sort the documents of the file by relevance."""
    documents = [
        {
            "document_number": row["document_number"],
            "title": row["title"],
            "abstract": row["abstract"] or None,
            "type": row["type"],
            "agencies": row["agencies"],
            "publication_date": "2026-10-01",
            "html_url": "https://www.federalregister.gov/",
        }
        for row in read_documents()
    ]
    return dict(ask_inbox(embedded, documents=documents, policy_reviews=[]))


def test_no_document_that_matters_is_missed(sorted_documents: dict[str, str]) -> None:
    matters = [row["document_number"] for row in read_documents() if row["matters"] == "true"]
    assert len(matters) > 30
    assert [n for n in matters if sorted_documents[n] == "not_relevant"] == []


@pytest.mark.parametrize("parts", [("year",), ("year", "earlier", "other makers")])
def test_at_most_one_item_in_five_is_a_false_alarm(
    sorted_documents: dict[str, str], parts: tuple[str, ...]
) -> None:
    shown = [
        row
        for row in read_documents()
        if row["part"] in parts and sorted_documents[row["document_number"]] != "not_relevant"
    ]
    false_alarms = [row["title"] for row in shown if row["matters"] == "false"]
    assert len(false_alarms) <= MOST_FALSE_ALARMS * len(shown), false_alarms


def test_a_coded_rule_without_flows_and_reason_is_an_item(embedded: tuple) -> None:
    _, rows = embedded
    reviews = rows["volume_reviews"]
    assert [n for n, _ in ask_inbox(embedded) if n.startswith("volumes:")] == []
    kept = [row for row in reviews if row["policy_id"] != "us-2026-07-uae"]
    found = [n for n, _ in ask_inbox(embedded, volume_reviews=kept) if n.startswith("volumes:")]
    assert found == ["volumes:us-2026-07-uae"]
