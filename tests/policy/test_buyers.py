"""Buyers by name: outcomes known from lists and acts, and the SQL beside the second evaluator."""

from datetime import date
from pathlib import Path
from random import Random

import duckdb
import pytest

from .buyers import BUYER_TABLES, BuyerBook, BuyerCase, BuyerDecision, decide_buyer
from .cases import DESTINATIONS
from .rows import RuleTables
from .sql_engine import STATUS, Program, SqlRun, compile_program, find_broken_timelines, run_sql
from .sql_rows import STATUS_TABLES, Rows, read_embedded_rows
from .test_known_outcomes import EVERYTHING_KNOWN

MARTS = (STATUS, "dim_buyer", "dim_buyer_name", "fct_buyer_term", "fct_buyer_status")
CHIPS = (
    "nvidia-h100-sxm",
    "nvidia-h20",
    "nvidia-h200",
    "nvidia-l20",
    "nvidia-l40",
    "nvidia-rtx-4090",
    "nvidia-gb300",
    "google-tpu-v5e",
    "amd-mi308x",
)
# On both sides of every change: the day before, the day itself.
DAYS = tuple(
    date.fromisoformat(day)
    for day in [
        "2019-01-01",
        "2019-05-15",
        "2019-05-16",
        "2020-12-17",
        "2020-12-18",
        "2022-10-20",
        "2022-10-21",
        "2023-10-16",
        "2023-10-17",
        "2023-11-17",
        "2024-12-01",
        "2024-12-02",
        "2025-01-15",
        "2025-01-16",
        "2025-09-28",
        "2025-09-29",
        "2025-11-09",
        "2025-11-10",
        "2025-11-19",
        "2026-05-14",
        "2026-07-09",
        "2026-07-10",
        "2026-11-09",
        "2026-11-10",
        "2027-04-06",
        "2027-04-07",
    ]
)
EARLIER = date(2025, 10, 15)


@pytest.fixture(scope="module")
def buyer_program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Compile the models of buyers."""
    return compile_program(Path(tmp_path_factory.mktemp("buyers")), MARTS)


@pytest.fixture(scope="module")
def buyer_rows() -> Rows:
    """Read the facts for some chips and the destinations of the tests."""
    rows = read_embedded_rows((*STATUS_TABLES, *BUYER_TABLES))
    rows["chip_specs"] = [row for row in rows["chip_specs"] if row["chip_id"] in CHIPS]
    places = (*DESTINATIONS, "US", "IT")
    rows["countries"] = [row for row in rows["countries"] if row["country_code"] in places]
    return rows


@pytest.fixture(scope="module")
def buyer_run(buyer_program: Program, buyer_rows: Rows) -> SqlRun:
    """Run the SQL with everything known."""
    return run_sql(buyer_program, buyer_rows, EVERYTHING_KNOWN)


def ask_mart(run: SqlRun, case: BuyerCase) -> BuyerDecision:
    """Look a case up in the view."""
    (row,) = run.execute(
        "select outcome, buyer_headquarters, deciding_kind, listed_entity_id, granted_policy_id "
        "from marts.fct_buyer_status where buyer_id = ? and chip_id = ? "
        "and destination_country = ? and transaction = ? and valid_from <= ? "
        "and (valid_to is null or valid_to > ?)",
        [case.buyer_id, case.chip_id, case.destination, case.transaction, case.day, case.day],
    ).fetchall()
    return BuyerDecision(*row)


# buyer, chip, destination, day, outcome, what decided
KNOWN = [
    # 84 FR 22961: everything subject to the EAR, denial presumed, from 16 May 2019
    ("huawei", "nvidia-l20", "CN", "2019-05-15", "not_controlled", "no_rule"),
    ("huawei", "nvidia-l20", "CN", "2019-05-16", "licence_presumption_of_denial", "listing"),
    ("huawei", "nvidia-h100-sxm", "CN", "2024-06-01", "licence_presumption_of_denial", "clause"),
    # 15 CFR 744.11: an exception is not open to a listed party
    ("sensetime", "nvidia-rtx-4090", "CN", "2024-06-01",
     "licence_presumption_of_denial", "listing"),
    ("sugon", "nvidia-h20", "CN", "2024-06-01", "licence_presumption_of_denial", "listing"),
    ("hygon", "nvidia-h20", "CN", "2024-06-01", "licence_presumption_of_denial", "listing"),
    ("biren", "nvidia-l20", "CN", "2023-10-16", "not_controlled", "no_clause_met"),
    ("biren", "nvidia-l20", "CN", "2023-10-17", "licence_presumption_of_denial", "listing"),
    ("zhipu", "nvidia-h20", "CN", "2025-01-15", "not_controlled", "no_clause_met"),
    ("zhipu", "nvidia-h20", "CN", "2025-01-16", "licence_presumption_of_denial", "listing"),
    ("baai", "nvidia-h20", "CN", "2025-03-25", "licence_presumption_of_denial", "listing"),
    # 85 FR 83416: case by case but for advanced nodes, until 89 FR 96830
    ("smic", "nvidia-l20", "CN", "2023-06-01", "licence_case_by_case", "listing"),
    ("smic", "nvidia-l20", "CN", "2024-12-02", "licence_presumption_of_denial", "listing"),
    # subsidiaries abroad that the rule lists by name
    ("huawei-technologies-japan", "nvidia-l20", "JP", "2024-06-01",
     "licence_presumption_of_denial", "listing"),
    ("inspur-taiwan", "nvidia-h20", "TW", "2025-03-25", "licence_presumption_of_denial", "listing"),
    # 90 FR 47201 and its stay, 90 FR 50857: half-owned parties, 29 September to 9 November 2025
    ("nexperia", "nvidia-l20", "NL", "2025-09-28", "not_controlled", "no_clause_met"),
    ("nexperia", "nvidia-l20", "NL", "2025-09-29", "licence_presumption_of_denial", "listing"),
    ("nexperia", "nvidia-l20", "NL", "2025-11-09", "licence_presumption_of_denial", "listing"),
    ("nexperia", "nvidia-l20", "NL", "2025-11-10", "not_controlled", "no_clause_met"),
    # 91 FR 43034: freed by name, G42 until 6 April 2027
    ("g42", "nvidia-gb300", "AE", "2026-07-09", "licence_presumption_of_approval", "clause"),
    ("g42", "nvidia-gb300", "AE", "2026-07-10", "no_licence_needed", "named_buyer"),
    ("g42", "nvidia-gb300", "AE", "2027-04-07", "licence_required", "clause"),
    ("microsoft", "nvidia-gb300", "AE", "2026-08-01", "no_licence_needed", "named_buyer"),
    ("ae-government", "nvidia-h100-sxm", "AE", "2026-08-01", "no_licence_needed", "named_buyer"),
    # the licences of November 2025 leave the duty as it is
    ("humain", "nvidia-gb300", "SA", "2025-12-01", "licence_presumption_of_approval", "clause"),
    ("alibaba", "nvidia-h200", "CN", "2026-06-01", "licence_case_by_case", "named_in_rule"),
]  # fmt: skip


@pytest.mark.parametrize(("buyer", "chip", "country", "day", "outcome", "kind"), KNOWN)
def test_known_outcome_of_a_buyer(
    buyer_run: SqlRun,
    buyer_rows: Rows,
    rule_tables: RuleTables,
    buyer: str,
    chip: str,
    country: str,
    day: str,
    outcome: str,
    kind: str,
) -> None:
    case = BuyerCase(buyer, chip, country, "export", date.fromisoformat(day))
    found = ask_mart(buyer_run, case)
    assert (found.outcome, found.deciding_kind) == (outcome, kind)
    assert decide_buyer(rule_tables, BuyerBook(buyer_rows, EVERYTHING_KNOWN), case) == found


def test_a_granted_licence_is_named_with_its_limits(buyer_run: SqlRun) -> None:
    found = buyer_run.execute(
        "select distinct granted_text from marts.fct_buyer_status where buyer_id = 'humain' "
        "and chip_id = 'nvidia-gb300' and granted_policy_id = 'us-2025-11-gulf-licences'"
    ).fetchall()
    assert found == [
        ("up to the equivalent of 35,000 GB300, under security and reporting conditions",)
    ]


def test_the_listing_is_cited(buyer_run: SqlRun) -> None:
    found = buyer_run.execute(
        "select deciding_reason, listing_citation, policy_id from marts.fct_buyer_status "
        "where buyer_id = 'zhipu' and chip_id = 'nvidia-l20' and transaction = 'export' "
        "and valid_to is null"
    ).fetchall()
    assert found == [
        (
            "listed on the US Entity List since 2025-01-16 (90 FR 4617): a licence for everything "
            "subject to the EAR, denial presumed",
            "90 FR 4617",
            "us-2025-01-zhipu-entity",
        )
    ]


def test_a_rule_that_no_text_confirms_says_so(buyer_run: SqlRun) -> None:
    found = buyer_run.execute(
        "select distinct standard_basis from marts.fct_buyer_status where buyer_id = 'nexperia' "
        "and chip_id = 'nvidia-l20' and valid_from >= '2026-11-10'"
    ).fetchall()
    assert found == [("unconfirmed",)]


@pytest.mark.parametrize("as_of", [EVERYTHING_KNOWN, EARLIER])
def test_the_view_agrees_with_the_second_evaluator(
    buyer_program: Program, buyer_rows: Rows, rule_tables: RuleTables, as_of: date
) -> None:
    run = run_sql(buyer_program, buyer_rows, as_of)
    book = BuyerBook(buyer_rows, as_of)
    places = run.execute(
        "select buyer_id, destination_country from marts.fct_buyer_status group by all order by all"
    ).fetchall()
    chips = [
        row[0] for row in run.execute(f"select distinct chip_id from marts.{STATUS}").fetchall()
    ]
    picker = Random(1)
    cases = [make_case(picker, places, chips) for _ in range(600)]
    wrong = [
        (case, ask_mart(run, case), expected)
        for case in cases
        if ask_mart(run, case) != (expected := decide_buyer(rule_tables, book, case))
    ]
    assert wrong == []


def make_case(picker: Random, places: list[tuple[str, str]], chips: list[str]) -> BuyerCase:
    """Draw a question about a buyer that has terms, at a place that concerns it."""
    buyer, country = picker.choice(places)
    transaction = picker.choice(("export", "reexport"))
    return BuyerCase(buyer, picker.choice(sorted(chips)), country, transaction, picker.choice(DAYS))


def test_terms_and_statuses_tile_the_time(buyer_run: SqlRun) -> None:
    assert (
        find_broken_timelines(buyer_run, "fct_buyer_term", ("buyer_id", "destination_country"))
        == []
    )
    key = ("buyer_id", "chip_id", "destination_country", "transaction")
    assert find_broken_timelines(buyer_run, "fct_buyer_status", key) == []


def test_a_listing_never_makes_a_status_milder(buyer_run: SqlRun) -> None:
    order = [
        "not_controlled",
        "no_licence_needed",
        "licence_exception",
        "licence_presumption_of_approval",
        "licence_case_by_case",
        "licence_required",
        "licence_presumption_of_denial",
    ]
    found: duckdb.DuckDBPyConnection = buyer_run.execute(
        "select count(*) from marts.fct_buyer_status where deciding_kind = 'listing' "
        "and list_position(?, outcome) < list_position(?, chip_outcome)",
        [order, order],
    )
    assert found.fetchone() == (0,)
