"""The rows that bind on one day, and what a destination, a chip and a licence row mean to them.

What belongs here: selecting rows by day, codes of a destination, chips meant by a selector, the
scale of strictness. What does not: the steps that put them together (`steps.py`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from .rows import (
    RULE_TABLES,
    Chip,
    FactsError,
    LicenceRow,
    NamedChip,
    Refinement,
    RuleParameter,
    RuleTables,
)
from .switches import apply_scenario, known_tables

UNITED_STATES = "US"  # the only country the procedure knows by name
CLASSES_OUTSIDE_OTHER = frozenset(("A:5", "A:6", "D:1", "D:4", "D:5", "MO"))
INFORMATION_SCOPES = frozenset(("named_buyers", "state_funded_datacenters", "large_platforms"))

# Step 6. An item that does not reach the destination is milder than one that is controlled but
# needs nothing: `not_controlled` and `no_licence_needed` are different outcomes, and a missing
# metric that leaves both possible makes the answer unknown.
NOT_REACHED = -1
OUTCOMES = {
    NOT_REACHED: "not_controlled",
    0: "no_licence_needed",
    1: "licence_exception",
    2: "licence_presumption_of_approval",
    3: "licence_case_by_case",
    4: "licence_required",
    5: "licence_presumption_of_denial",
}
STRICTNESS_OF_REVIEW = {
    "presumption_of_denial": 5,
    None: 4,
    "case_by_case": 3,
    "presumption_of_approval": 2,
    "none": 0,
}
Row = TypeVar("Row", Refinement, RuleParameter)


@dataclass(frozen=True, slots=True)
class DayRows:
    """The rows in force on one day, sorted into the steps that read them."""

    clauses: dict[str, dict[str, list[RuleParameter]]]
    removals: dict[str, dict[str, list[Refinement]]]
    refinements: dict[str, list[list[Refinement]]]
    licences: dict[str, list[LicenceRow]]
    named: list[NamedChip]
    groups: dict[str, frozenset[str]]


def is_in_force(row: Any, day: date) -> bool:
    """Say whether a row of a rule table binds on a day.

    End days are inclusive. An empty start is no start; an end before the start is a rule that never
    came into force, which the two comparisons exclude by themselves.
    """
    if row.valid_from is None or row.valid_from > day:
        return False
    return row.valid_to is None or row.valid_to >= day


def strictness(row: LicenceRow) -> int:
    """Rank a licence row by step 6."""
    review = row.review_policy
    if not row.licence_required:
        return 0
    if review is not None and review.startswith("exception"):
        return 1
    if review not in STRICTNESS_OF_REVIEW:
        raise FactsError(f"licence_policy: {row.policy_id}: unknown review_policy {review!r}")
    return STRICTNESS_OF_REVIEW[review]


def group_rows(rows: Iterable[Row], key: str) -> dict[str, list[Row]]:
    """Collect rows that share an id; the procedure joins them by AND."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, key)].append(row)
    return dict(groups)


@lru_cache(maxsize=64)
def prepare_tables(tables: RuleTables, scenario_id: str, as_of: date) -> RuleTables:
    """Give the rows as a scenario has them and as the public knew them on the as-of day."""
    return known_tables(apply_scenario(tables, scenario_id), as_of)


@lru_cache(maxsize=64)
def refined_items(tables: RuleTables) -> frozenset[str]:
    """Name the items that some refinement leads to, whatever the day, scenario or as-of day.

    A named row for one of them never makes an item true (step 4); what an item is does not depend
    on which rows happen to be in force.
    """
    rows = tables.control_item_refinements
    return frozenset(row.refined_item for row in rows if row.refined_item is not None)


@lru_cache(maxsize=2048)
def rows_on_day(tables: RuleTables, day: date) -> DayRows:
    """Select the rows in force on a day.

    Clauses count with subject chip and use decide only. Letters to one company bind only through
    the chips they name, so their clauses and refinements are left out.
    """
    letters = {e.policy_id for e in tables.policy_events if e.instrument == "is_informed_letter"}
    parameters, refinements, licences, named = (
        [row for row in getattr(tables, name) if is_in_force(row, day)] for name in RULE_TABLES
    )
    by_item: dict[str, list[RuleParameter]] = defaultdict(list)
    for row in parameters:
        if row.subject == "chip" and row.use == "decide" and row.policy_id not in letters:
            by_item[row.control_item].append(row)
    binding = [row for row in refinements if row.policy_id not in letters]
    removals: dict[str, list[Refinement]] = defaultdict(list)
    finer: dict[str, list[Refinement]] = defaultdict(list)
    for row in binding:
        if row.effect not in ("remove", "refine"):
            raise FactsError(f"control_item_refinements: unknown effect {row.effect!r}")
        (removals if row.effect == "remove" else finer)[row.item].append(row)
    groups: dict[str, set[str]] = defaultdict(set)
    for row in tables.destination_groups:
        started = row.valid_from is None or row.valid_from <= day
        if started and (row.valid_to is None or row.valid_to >= day):
            groups[row.country].add(row.group_code)
    rows_of_item: dict[str, list[LicenceRow]] = defaultdict(list)
    for row in licences:
        rows_of_item[row.control_item].append(row)
    return DayRows(
        clauses={item: group_rows(rows, "clause_id") for item, rows in by_item.items()},
        removals={item: group_rows(rows, "refinement_id") for item, rows in removals.items()},
        refinements={
            item: sorted(
                group_rows(rows, "refinement_id").values(),
                key=lambda group: (min(row.rank for row in group), group[0].refinement_id),
            )
            for item, rows in finer.items()
        },
        licences=dict(rows_of_item),
        named=named,
        groups={country: frozenset(codes) for country, codes in groups.items()},
    )


def destination_codes(rows: DayRows, destination: str) -> frozenset[str]:
    """Give the codes a destination answers to (step 5); none for the United States and theirs."""
    groups = rows.groups.get(destination, frozenset())
    if UNITED_STATES in groups | {destination}:
        return frozenset()
    other = frozenset() if groups & CLASSES_OUTSIDE_OTHER else frozenset(("OTHER",))
    return groups | other | {destination, "ANY"}


def is_selected(row: NamedChip, chip: Chip, destination: str) -> bool:
    """Say whether a named-chip row means this chip, by its id or by a selector of many (step 8)."""
    if row.chip_id is not None:
        return row.chip_id == chip.chip_id
    vendor_country = chip.values.get("vendor_country")
    if chip.values.get("is_datacenter") != 1.0 or vendor_country is None:
        return False
    if row.chip_selector == "any-foreign-datacenter":
        return vendor_country != destination
    if row.chip_selector == "any-us-datacenter":
        return vendor_country == UNITED_STATES
    raise FactsError(f"policy_named_chips: unknown chip_selector {row.chip_selector!r}")
