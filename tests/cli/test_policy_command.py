"""`compute-balance policy`: the inbox, and reviews recorded in a copy of the registry."""

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import PolicyDesk
from tests.policy.small_release import read_release

REASON = "Adds parties; the list is a selection."


def read_reviews(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def find_open(desk: PolicyDesk) -> list[str]:
    """Give the numbers of the open documents as the inbox lists them."""
    return [
        row["document_number"] for row in json.loads(desk.run("policy", "inbox", "--json").output)
    ]


def test_the_inbox_shows_open_documents_with_reasons(desk: PolicyDesk) -> None:
    shown = desk.run("policy", "inbox")
    assert shown.code == 0
    relevant = read_release(
        desk.release_path,
        "select document_number from meta.policy_inbox where relevance <> 'not_relevant' "
        "order by published_on, document_number",
    )
    assert find_open(desk) == [number for (number,) in relevant] != []
    assert "2026-17230" in shown.output
    assert "https://www.federalregister.gov/documents/2026/08/24/2026-17230/" in shown.output
    assert 'relevant: "entity list"' in shown.output


def test_irrelevant_documents_are_shown_on_request_only(desk: PolicyDesk) -> None:
    everything = json.loads(desk.run("policy", "inbox", "--all", "--json").output)
    assert len(everything) > len(find_open(desk))
    drones = [row for row in everything if row["document_number"] == "2026-16628"]
    assert [row["relevance"] for row in drones] == ["not_relevant"]


def test_a_review_is_recorded_in_the_registry(desk: PolicyDesk) -> None:
    shown = desk.run(
        *("policy", "review", "2026-17231", "--decision", "to_be_coded"),
        *("--reason", REASON, "--reviewer", "mei"),
    )
    assert shown.code == 0
    assert "recorded in policy_reviews.csv: 2026-17231 to_be_coded" in shown.output
    (row,) = read_reviews(desk.reviews_path)
    assert row.pop("reviewed_on")[:2] == "20"
    assert row == {
        "document_number": "2026-17231",
        "decision": "to_be_coded",
        "policy_ids": "",
        "reviewer": "mei",
        "reason": REASON,
    }


def test_a_second_review_replaces_the_first(desk: PolicyDesk) -> None:
    for document, decision, policies in (
        ("2026-17230", "not_relevant", []),
        ("2026-17231", "to_be_coded", []),
        ("2026-17231", "coded", ["us-2025-09-entity-32", "us-2025-01-entity-pengcheng"]),
    ):
        named = [part for policy_id in policies for part in ("--policy-id", policy_id)]
        review = ("policy", "review", document, "--decision", decision, "--reason", REASON)
        assert desk.run(*review, *named).code == 0
    rows = read_reviews(desk.reviews_path)
    assert [(row["document_number"], row["decision"], row["policy_ids"]) for row in rows] == [
        ("2026-17230", "not_relevant", ""),
        ("2026-17231", "coded", "us-2025-09-entity-32,us-2025-01-entity-pengcheng"),
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["2026-17231", "--decision", "coded"], "--policy-id goes with --decision coded"),
        (
            ["2026-17231", "--decision", "not_relevant", "--policy-id", "us-2025-09-entity-32"],
            "--policy-id goes with --decision coded",
        ),
        (
            ["2026-17231", "--decision", "coded", "--policy-id", "us-2099-01-nothing"],
            "unknown policy us-2099-01-nothing",
        ),
        (["1999-1", "--decision", "not_relevant"], "document '1999-1' is not in the inbox"),
        (["2026-17231", "--decision", "perhaps"], "'perhaps' is not one of"),
    ],
)
def test_a_review_that_makes_no_sense_is_refused_and_writes_nothing(
    desk: PolicyDesk, arguments: list[str], message: str
) -> None:
    before = desk.reviews_path.read_bytes()
    shown = desk.run("policy", "review", *arguments, "--reason", REASON)
    assert shown.code == 2
    assert message in shown.errors
    assert desk.reviews_path.read_bytes() == before


def test_nothing_published_says_what_to_run(desk: PolicyDesk) -> None:
    desk.release_path.unlink()
    shown = desk.run("policy", "inbox")
    assert shown.code == 2
    assert "nothing is published yet; run: make warehouse" in shown.errors
