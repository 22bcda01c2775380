"""Outcomes known from company filings and from the rules' own examples.

The table is independent of any engine: `known_outcomes.csv` states the case, the outcome, why,
and where it is known from. An engine is an `OutcomeSource`: the evaluator, and the mart as the
project's own SQL makes it.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from .cases import Case, decide_case
from .day_rows import UNITED_STATES
from .sql_engine import SqlRun, find_status, run_sql
from .sql_rows import read_embedded_rows

OutcomeSource = Callable[[Case], str]
TABLE = Path(__file__).with_name("known_outcomes.csv")
# After the last day on which a row of the facts became public.
EVERYTHING_KNOWN = date(2026, 12, 31)


@dataclass(frozen=True, slots=True)
class KnownOutcome:
    """One row of the table."""

    case: Case
    expected_outcome: str
    reason: str
    source: str

    def __str__(self) -> str:
        case = self.case
        place = f"{case.destination}-{case.buyer_headquarters}-{case.transaction}"
        return f"{case.chip_id}-{place}-{case.day}-{case.scenario_id}"


def read_known_outcomes() -> list[KnownOutcome]:
    """Read the table; every row states a reason and a source."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [
            KnownOutcome(
                Case(
                    row["scenario_id"],
                    row["chip_id"],
                    row["destination"],
                    row["buyer_headquarters"],
                    row["transaction"],
                    date.fromisoformat(row["day"]),
                ),
                row["expected_outcome"],
                row["reason"],
                row["source"],
            )
            for row in csv.DictReader(file)
        ]


KNOWN_OUTCOMES = read_known_outcomes()


@pytest.fixture(scope="session", params=["evaluator", "mart"])
def outcome_source(request: pytest.FixtureRequest) -> OutcomeSource:
    """Answer a case by either engine, with everything known."""
    if request.param == "evaluator":
        tables = request.getfixturevalue("rule_tables")
        return lambda case: decide_case(tables, case, EVERYTHING_KNOWN).outcome
    cases = [known.case for known in KNOWN_OUTCOMES]
    rows = read_embedded_rows()
    countries = {case.destination for case in cases} | {UNITED_STATES}
    rows["countries"] = [row for row in rows["countries"] if row["country_code"] in countries]
    run = run_sql(request.getfixturevalue("program"), rows, EVERYTHING_KNOWN)
    return read_outcomes(run, cases).__getitem__


def read_outcomes(run: SqlRun, cases: list[Case]) -> dict[Case, str]:
    """Look cases up in the mart; the United States have no rows there and need nothing."""
    found = find_status(run, cases)
    outcomes = {}
    for case, rows in zip(cases, found, strict=True):
        assert len(rows) == (0 if case.destination == UNITED_STATES else 1), case
        outcomes[case] = rows[0].outcome if rows else "not_controlled"
    return outcomes


@pytest.mark.parametrize("known", KNOWN_OUTCOMES, ids=str)
def test_known_outcome(known: KnownOutcome, outcome_source: OutcomeSource) -> None:
    assert outcome_source(known.case) == known.expected_outcome, f"{known.reason} ({known.source})"


def test_the_table_states_each_case_once_with_reason_and_source() -> None:
    cases = [known.case for known in KNOWN_OUTCOMES]
    assert len(set(cases)) == len(cases) >= 150
    assert all(known.reason and known.source for known in KNOWN_OUTCOMES)


# chip, destination, day, as-of day, outcome: what a build of that as-of day has to say.
AS_OF_OUTCOMES = [
    # The letter to NVIDIA was received on 26 August 2022 and became public on the 31st.
    ("nvidia-a100", "CN", "2022-09-01", "2022-08-30", "not_controlled"),
    ("nvidia-a100", "CN", "2022-09-01", "2022-08-31", "licence_required"),
    # Before 7 October 2022 nobody knew that the letter would be followed by a rule.
    ("nvidia-a100", "CN", "2022-12-01", "2022-10-06", "licence_required"),
    ("nvidia-a100", "CN", "2022-12-01", "2022-10-07", "licence_presumption_of_denial"),
    # The H800 had no end in sight until 17 October 2023.
    ("nvidia-h800", "CN", "2024-06-01", "2023-10-16", "not_controlled"),
    ("nvidia-h800", "CN", "2023-11-16", "2023-10-18", "not_controlled"),
    ("nvidia-h800", "CN", "2023-11-17", "2023-10-18", "licence_presumption_of_denial"),
    ("nvidia-h800", "CN", "2023-11-01", "2023-10-23", "not_controlled"),
    ("nvidia-h800", "CN", "2023-11-01", "2023-10-24", "licence_required"),
    # The diffusion rule was to bind from 15 May 2025 until it was dropped on the 13th.
    ("nvidia-h100-sxm", "JP", "2025-06-01", "2025-01-12", "no_licence_needed"),
    ("nvidia-h100-sxm", "JP", "2025-06-01", "2025-03-01", "licence_exception"),
    ("nvidia-h100-sxm", "MY", "2025-06-01", "2025-05-12", "licence_presumption_of_approval"),
    ("nvidia-h100-sxm", "MY", "2025-06-01", "2025-05-13", "no_licence_needed"),
    # NVIDIA disclosed the H20 letter on 15 April 2025; the assurance came on 14 July.
    ("nvidia-h20", "CN", "2025-05-01", "2025-03-01", "not_controlled"),
    ("nvidia-h20", "CN", "2025-05-01", "2025-04-14", "not_controlled"),
    ("nvidia-h20", "CN", "2025-05-01", "2025-04-15", "licence_required"),
    ("nvidia-h20", "CN", "2025-09-01", "2025-06-01", "licence_required"),
    ("nvidia-h20", "CN", "2025-09-01", "2025-07-14", "licence_presumption_of_approval"),
    # The review policy of January 2026 became public on the 13th; December brought words only.
    ("nvidia-h200", "CN", "2026-02-01", "2026-01-12", "licence_presumption_of_denial"),
    ("nvidia-h200", "CN", "2026-02-01", "2026-01-13", "licence_case_by_case"),
]


AsOfSource = Callable[[Case, date], str]


@pytest.fixture(scope="session", params=["evaluator", "mart"])
def as_of_source(request: pytest.FixtureRequest) -> AsOfSource:
    """Answer a case by either engine as a build of an earlier day would."""
    if request.param == "evaluator":
        tables = request.getfixturevalue("rule_tables")
        return lambda case, as_of: decide_case(tables, case, as_of).outcome
    program = request.getfixturevalue("program")
    chips = {row[0] for row in AS_OF_OUTCOMES}
    countries = {row[1] for row in AS_OF_OUTCOMES} | {UNITED_STATES}
    rows = read_embedded_rows()
    rows["chip_specs"] = [row for row in rows["chip_specs"] if row["chip_id"] in chips]
    rows["countries"] = [row for row in rows["countries"] if row["country_code"] in countries]
    run_as_of = cache(lambda as_of: run_sql(program, rows, as_of))
    return lambda case, as_of: read_outcomes(run_as_of(as_of), [case])[case]


@pytest.mark.parametrize(("chip_id", "destination", "day", "as_of", "expected"), AS_OF_OUTCOMES)
def test_known_outcome_as_of(
    as_of_source: AsOfSource, chip_id: str, destination: str, day: str, as_of: str, expected: str
) -> None:
    case = Case("baseline", chip_id, destination, "local", "export", date.fromisoformat(day))
    assert as_of_source(case, date.fromisoformat(as_of)) == expected
