"""How far a chip is from the threshold that would change its status.

The reading of `headroom_pct` (100 x (threshold - value) / threshold of the condition that would
have to change, smallest over clauses; negative means inside):

- Counted are the clauses in force of items that have a licence row for the destination and buyer,
  of their own or by a refinement, and that were not taken away by a statement or a removal. Clauses
  of exclusions and zones are no controls, so the distance to them is not headroom. Clauses of use
  `headroom` count for the chips that the letter names.
- A condition with a lower bound has the headroom of the formula. For an upper bound (`<`, `<=`) the
  sign is turned, so that negative always means that the condition is fulfilled.
- A clause that is false becomes true only when all its failing conditions have changed, so the
  farthest of them is the one that would have to change. A clause that is true becomes false when
  one condition changes, so the nearest is.
- Over clauses the smallest counts: the first clause that a growing chip would meet, and inside the
  clause that it is deepest in.
- Yes-or-no conditions have no distance. A false clause that fails one cannot be reached by numbers
  and is left out, and so is a clause that a missing metric leaves undecided.
"""

from dataclasses import dataclass
from datetime import date

from .day_rows import is_in_force, prepare_tables
from .evaluator import ask
from .logic import metric_value
from .rows import RuleParameter, RuleTables
from .steps import Question


@dataclass(frozen=True, slots=True)
class Headroom:
    """The condition that would have to change, and by how much (per cent of its threshold)."""

    headroom_pct: float
    clause_id: str
    metric: str
    value: float
    threshold: float


def condition_headroom(row: RuleParameter, value: float) -> float:
    """Give the signed distance of one numeric condition; zero or negative means fulfilled."""
    distance = 100.0 * (row.threshold - value) / row.threshold
    return -distance if row.operator in ("<", "<=") else distance


def clause_headroom(question: Question, conditions: list[RuleParameter]) -> Headroom | None:
    """Give the headroom of one clause, None where numbers alone say nothing about it."""
    truth = question.clause_truth(conditions, (conditions[0].control_item,))
    if truth.value is None:
        return None
    numeric: list[Headroom] = []
    for row in conditions:
        holds = question.condition_truth(row.metric, row.operator, row.threshold).value
        value = metric_value(question.chip, row.metric)
        if row.unit == "boolean" or row.operator == "=" or row.threshold == 0:
            if holds is False:
                return None
        elif isinstance(value, float) and holds is truth.value:
            distance = condition_headroom(row, value)
            numeric.append(Headroom(distance, row.clause_id, row.metric, value, row.threshold))
    if not numeric:
        return None
    # True: fulfilled conditions lie at or below zero and the nearest is the largest. False: failing
    # ones lie above and the farthest is the largest as well.
    return max(numeric, key=lambda found: found.headroom_pct)


def counted_items(question: Question) -> set[str]:
    """Name the items whose clauses count: they can reach the destination and still stand."""
    truths, _ = question.find_items()
    after = question.remove_items(truths)
    dropped = {
        item
        for row in question.export_rows
        if row.treatment == "outside_3a090"
        for item in truths
        if item == row.control_item or item.startswith(f"{row.control_item}.")
    }
    removed = {item for item in truths if truths[item].value and after[item].value is False}
    reaching = set()
    for item in truths:
        refined = [group[0].refined_item for group in question.rows.refinements.get(item, ())]
        names = [item, *(name for name in refined if name is not None)]
        if any(question.licence_row(name) is not None for name in names):
            reaching.add(item)
    return reaching - dropped - removed


def letter_clauses(tables: RuleTables, question: Question, day: date) -> dict[str, list]:
    """Collect the headroom clauses in force of the items by which a letter names the chip."""
    named = {r.control_item for r in question.export_rows if r.treatment == "needs_licence"}
    clauses: dict[str, list[RuleParameter]] = {}
    for row in tables.rule_parameters:
        counts = row.use == "headroom" and row.subject == "chip" and row.control_item in named
        if counts and is_in_force(row, day):
            clauses.setdefault(row.clause_id, []).append(row)
    return clauses


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
    question = ask(
        tables, scenario_id, chip_id, destination, buyer_headquarters, transaction, day, as_of
    )
    items = counted_items(question)
    clauses = [rows for item in items for rows in question.rows.clauses.get(item, {}).values()]
    letters = letter_clauses(prepare_tables(tables, scenario_id, as_of), question, day)
    clauses += [rows for rows in letters.values() if rows[0].control_item in items]
    found = [clause_headroom(question, rows) for rows in clauses]
    return min(
        (headroom for headroom in found if headroom is not None),
        key=lambda headroom: (headroom.headroom_pct, headroom.clause_id),
        default=None,
    )
