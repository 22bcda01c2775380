"""How far a chip is from the condition that would have to change, by the reading in the docs.

The reading of `headroom_pct` (100 x (threshold - value) / threshold of the condition that would
have to change, smallest over clauses; negative means inside), from docs/policy-engine.md:

- An unknown outcome has none. Where an item is shown, the clauses of that item count; where none
  is, the clauses of every item with a licence row for the destination and buyer.
- Clauses of use `headroom` count for chips of the company: vendors of chips that a letter names
  with the item.
- A clause that holds is left by the nearest of its lower bounds; only without one by an upper
  bound, only without either by a property. It counts for the item shown alone. A clause that fails
  is entered when its farthest failing condition changes. An undecided clause does not count.
- Over clauses the smallest counts. `any_chip` is no condition that could change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .day_rows import is_in_force, prepare_tables, refined_items
from .evaluator import ask, decide
from .logic import all_of, check_condition, metric_value
from .rows import Chip, RuleParameter, RuleTables
from .switches import known_tables

LOWER_BOUNDS = (">=", ">")
UPPER_BOUNDS = ("<", "<=")


@dataclass(frozen=True, slots=True)
class Headroom:
    """The condition that would have to change, and by how much (per cent of its threshold)."""

    headroom_pct: float | None
    clause_id: str
    metric: str
    value: float | None
    threshold: float


def condition_headroom(row: RuleParameter, value: float | None, is_met: bool) -> float | None:
    """Give the signed distance of one condition; a property is met (0) or a whole step away."""
    if row.operator not in (*LOWER_BOUNDS, *UPPER_BOUNDS):
        return 0.0 if is_met else 100.0
    if row.threshold == 0 or value is None:
        return None
    distance = 100.0 * (row.threshold - value) / row.threshold
    return distance if row.operator in LOWER_BOUNDS else -distance


def clause_headroom(chip: Chip, conditions: list[RuleParameter], inside: bool) -> Headroom | None:
    """Give the headroom of one clause, None where it does not count."""
    truths = [check_condition(chip, row.metric, row.operator, row.threshold) for row in conditions]
    holds = all_of(truths).value
    if holds is None or (holds and not inside):
        return None
    counted = [row for row, truth in zip(conditions, truths, strict=True) if truth.value is holds]
    if holds:
        for operators in (LOWER_BOUNDS, UPPER_BOUNDS):
            bounds = [row for row in counted if row.operator in operators]
            if bounds:
                counted = bounds
                break
    found = []
    for row in counted:
        value = metric_value(chip, row.metric)
        number = value if isinstance(value, float) else None
        distance = condition_headroom(row, number, bool(holds))
        found.append(Headroom(distance, row.clause_id, row.metric, number, row.threshold))
    return min(found, key=lambda one: (*farthest_first(one.headroom_pct), one.metric))


def farthest_first(distance: float | None) -> tuple[bool, float]:
    """Order distances from large to small, unknown ones last."""
    return (True, 0.0) if distance is None else (False, -distance)


def measured_clauses(
    tables: RuleTables, chip: Chip, items: Iterable[str], day: date, as_of: date, scenario_id: str
) -> list[list[RuleParameter]]:
    """Collect the clauses in force of the items, with those of letters to the chip's vendor."""
    rows = prepare_tables(tables, scenario_id, as_of)
    known = known_tables(tables, as_of)
    vendors = {
        (row.control_item, known.chips[row.chip_id].values.get("vendor"))
        for row in known.policy_named_chips
        if row.treatment == "needs_licence"
        and row.chip_id in known.chips
        and row.control_item not in refined_items(tables)
    }
    letters = {e.policy_id for e in tables.policy_events if e.instrument == "is_informed_letter"}
    clauses: dict[str, list[RuleParameter]] = {}
    for row in rows.rule_parameters:
        if row.subject != "chip" or row.control_item not in items or not is_in_force(row, day):
            continue
        decides = row.use == "decide" and row.policy_id not in letters
        measures = (row.use == "headroom") and (
            (row.control_item, chip.values.get("vendor")) in vendors
        )
        if (decides or measures) and row.metric != "any_chip":
            clauses.setdefault(row.clause_id, []).append(row)
    return list(clauses.values())


def find_headroom(
    tables: RuleTables,
    scenario_id: str,
    chip_id: str,
    destination: str,
    buyer_headquarters: str,
    transaction: str,
    day: date,
    as_of: date,
) -> Headroom | None:
    """Give the headroom of one case, None where no clause says anything; see `decide`."""
    case = (scenario_id, chip_id, destination, buyer_headquarters, transaction, day, as_of)
    decision = decide(tables, *case)
    if decision.outcome == "unknown":
        return None
    question = ask(tables, *case)
    items = {decision.base_item}
    if decision.base_item is None:
        prepared = prepare_tables(tables, scenario_id, as_of)
        stated = {row.control_item for row in prepared.licence_policy}
        items = {item for item in stated if question.licence_row(item) is not None}
    inside = decision.base_item is not None
    clauses = measured_clauses(tables, question.chip, items, day, as_of, scenario_id)
    found = [clause_headroom(question.chip, rows, inside) for rows in clauses]
    return min(
        (one for one in found if one is not None),
        key=lambda one: (
            one.headroom_pct is None,
            one.headroom_pct or 0.0,
            one.clause_id,
            one.metric,
        ),
        default=None,
    )
