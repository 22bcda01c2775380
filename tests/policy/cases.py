"""Random cases for comparing two engines, aimed at the days on which answers change."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .day_rows import UNITED_STATES, prepare_tables
from .evaluator import BUYERS, TRANSACTIONS, Decision, decide
from .rows import BASELINE, RULE_TABLES, RuleTables

HORIZON_START = date(2019, 1, 1)
# The horizon is open-ended; this lies years after the last change that the rules announce.
LAST_RANDOM_DAY = date(2031, 12, 31)
EDGE_SHARE = 0.8
# One country or two of every class that licence rows tell apart, and all of the known outcomes.
# fmt: off
DESTINATIONS = (
    "AE", "AM", "AU", "BR", "BY", "CH", "CN", "CU", "CY", "DE", "GB", "HK", "ID", "IL", "IN",
    "IR", "JP", "KH", "KP", "KR", "KZ", "LB", "MM", "MO", "MY", "NI", "NL", "PK", "PL", "QA",
    "RU", "SA", "SG", "SY", "TH", "TR", "TW", "VE", "VN",
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Case:
    """One question to an engine."""

    scenario_id: str
    chip_id: str
    destination: str
    buyer_headquarters: str
    transaction: str
    day: date


def decide_case(tables: RuleTables, case: Case, as_of: date) -> Decision:
    """Ask the evaluator one case."""
    return decide(
        tables,
        case.scenario_id,
        case.chip_id,
        case.destination,
        case.buyer_headquarters,
        case.transaction,
        case.day,
        as_of,
    )


def scenario_ids(tables: RuleTables) -> list[str]:
    """Give the baseline and every scenario, in ascending order after it."""
    return [BASELINE, *sorted({row.scenario_id for row in tables.scenarios})]


def edge_days(tables: RuleTables) -> list[date]:
    """Give the days around every change: the day before, the day itself, the day after.

    A change is a start or the day after an (inclusive) end of any row, also of rows that never came
    into force, where an engine may go wrong.
    """
    changes = set()
    for name in (*RULE_TABLES, "destination_groups"):
        for row in getattr(tables, name):
            if row.valid_from is not None:
                changes.add(row.valid_from)
            if row.valid_to is not None:
                changes.add(row.valid_to + timedelta(days=1))
    near = {change + timedelta(days=step) for change in changes for step in (-1, 0, 1)}
    return sorted({max(day, HORIZON_START) for day in near})


def random_cases(
    tables: RuleTables,
    seed: int,
    n: int,
    *,
    as_of: date,
    countries: Sequence[str] | None = None,
) -> Iterator[Case]:
    """Draw cases over all scenarios, chips, countries, buyers and transactions.

    Args:
        tables: the rows as coded.
        seed: the same seed gives the same cases.
        n: how many.
        as_of: only chips known on this day are asked for.
        countries: destinations; by default every country with a group, the United States, and two
            without any group.
    """
    picker = random.Random(seed)
    members = {row.country for row in tables.destination_groups}
    places = sorted(countries if countries is not None else members | {UNITED_STATES, "MY", "TH"})
    scenarios = scenario_ids(tables)
    edges = {s: edge_days(prepare_tables(tables, s, as_of)) or [HORIZON_START] for s in scenarios}
    chips = sorted(prepare_tables(tables, BASELINE, as_of).chips)
    span = (LAST_RANDOM_DAY - HORIZON_START).days
    for _ in range(n):
        scenario_id = picker.choice(scenarios)
        if picker.random() < EDGE_SHARE:
            day = picker.choice(edges[scenario_id])
        else:
            day = HORIZON_START + timedelta(days=picker.randint(0, span))
        yield Case(
            scenario_id,
            picker.choice(chips),
            picker.choice(places),
            picker.choice(BUYERS),
            picker.choice(TRANSACTIONS),
            day,
        )
