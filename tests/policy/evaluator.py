"""An independent evaluator of the export rules: one chip, one destination, one day at a time.

It is the oracle for the warehouse's SQL and follows the decision procedure in docs/policy-engine.md
step by step, by plain loops over rows. It knows no intervals: every question is answered from the
rows in force on that day, so that it stays obviously right. Only results that cannot differ are
cached: the rows known under a scenario, and the rows in force on a day.
"""

from dataclasses import dataclass
from datetime import date

from .day_rows import NOT_REACHED, OUTCOMES, prepare_tables, refined_items, rows_on_day, strictness
from .deciding import Reason, find_reason
from .rows import LicenceRow, NamedChip, RuleTables
from .steps import ItemResult, Question
from .switches import apply_scenario, known_tables

BUYERS = ("local", "d5_or_macau")
TRANSACTIONS = ("export", "reexport")
UNKNOWN = "unknown"


class UnknownChipError(LookupError):
    """A chip without a row in chip_specs, or not known yet on the as-of day."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, and how it came about.

    `control_item`, `licence_policy_id` and `licence_review` are those of the licence row shown
    (step 7), None where no row answers or the outcome is unknown. Where a letter names the chip it
    is shown in place of the clause: `clause_id` is then None and `policy_id` the letter, while
    `licence_policy_id` stays the act that sets the standard. `base_item` is the item that the row
    answers for. `lowest` and `highest` bound the strictness; they differ exactly when the outcome
    is unknown.
    """

    outcome: str
    control_item: str | None
    clause_id: str | None
    policy_id: str | None
    licence_policy_id: str | None
    licence_review: str | None
    base_item: str | None
    missing_metrics: tuple[str, ...]
    restrictions: tuple[NamedChip, ...]
    guidance: tuple[str, ...]
    reason: Reason
    licence_row: LicenceRow | None
    items: tuple[ItemResult, ...]
    lowest: int
    highest: int

    @property
    def destination_restriction(self) -> str | None:
        """The rows of step 8 as treatment:policy, comma-separated in their order; None if none."""
        shown = (f"{row.treatment}:{row.policy_id}" for row in self.restrictions)
        return ",".join(shown) or None

    @property
    def restriction_scope(self) -> str | None:
        """The buyers whom each restriction concerns, in the same order; None if none."""
        scopes = (
            "all_buyers" if row.buyer_scope == "any" else row.buyer_scope
            for row in self.restrictions
        )
        return ",".join(scopes) or None

    @property
    def licence_exception_name(self) -> str | None:
        """The exception that is open; None for any other outcome."""
        if self.outcome != "licence_exception":
            return None
        return self.licence_row.review_policy.removeprefix("exception_").upper()


def pick_shown(results: tuple[ItemResult, ...], level: int) -> ItemResult | None:
    """Choose the item shown among the equally strict true ones (step 7)."""
    shown = [r for r in results if r.truth.value and r.answer.strictness == level]
    if not shown:
        return None
    return min(shown, key=lambda r: (r.answer.row.valid_from, r.answer.control_item))


def ask(
    tables: RuleTables,
    scenario_id: str,
    chip_id: str,
    destination: str,
    buyer_headquarters: str,
    transaction: str,
    day: date,
    as_of: date,
) -> Question:
    """Put a question together with the rows that may answer it; see `decide` for the arguments."""
    if buyer_headquarters not in BUYERS or transaction not in TRANSACTIONS:
        raise ValueError(
            f"expected {BUYERS} and {TRANSACTIONS}, saw {(buyer_headquarters, transaction)}"
        )
    prepared = prepare_tables(tables, scenario_id, as_of)
    chip = prepared.chips.get(chip_id)
    if chip is None:
        raise UnknownChipError(f"{chip_id!r} is no chip known on {as_of}")
    rows = rows_on_day(prepared, day)
    return Question(rows, refined_items(tables), chip, destination, buyer_headquarters, transaction)


def decide(
    tables: RuleTables,
    scenario_id: str,
    chip_id: str,
    destination: str,
    buyer_headquarters: str,
    transaction: str,
    day: date,
    as_of: date,
) -> Decision:
    """Decide one case on one day, as the public could know it on the as-of day.

    Args:
        tables: the rows as coded, neither filtered nor switched.
        scenario_id: `baseline` or one of the scenarios.
        chip_id: a chip of chip_specs.
        destination: an ISO 3166-1 alpha-2 code; a country in no group is OTHER.
        buyer_headquarters: `local` or `d5_or_macau`.
        transaction: `export` or `reexport`.
        day: the day of the transaction.
        as_of: rows and ends that became public later do not count.

    Raises:
        UnknownChipError: if the chip is not known on the as-of day.
        FactsError: if a row has no meaning under the procedure.
    """
    question = ask(
        tables, scenario_id, chip_id, destination, buyer_headquarters, transaction, day, as_of
    )
    results = question.find_results()
    lowest = max((result.lowest for result in results), default=NOT_REACHED)
    highest = max((result.highest for result in results), default=NOT_REACHED)
    # Step 6: with both bounds equal no open question can make the outcome stricter or milder.
    settled = lowest == highest
    shown = pick_shown(results, lowest) if settled and lowest != NOT_REACHED else None
    row = shown.answer.row if shown is not None else None
    missing = {
        metric
        for result in results
        if not settled and result.highest > lowest
        for metric in result.missing_metrics()
    }
    named_by = shown.named_by[0] if shown is not None and shown.named_by else None
    outcome = OUTCOMES[lowest] if settled else UNKNOWN
    return Decision(
        outcome=outcome,
        control_item=row.control_item if row else None,
        clause_id=shown.met_clauses[0] if shown and shown.met_clauses and not named_by else None,
        policy_id=named_by or (row.policy_id if row else None),
        licence_policy_id=row.policy_id if row else None,
        licence_review=row.licence_review if row else None,
        base_item=shown.base_item if shown else None,
        missing_metrics=tuple(sorted(missing)),
        restrictions=question.find_restrictions(),
        guidance=question.find_guidance(),
        reason=find_reason(question, outcome, shown, tuple(sorted(missing))),
        licence_row=row,
        items=results,
        lowest=lowest,
        highest=highest,
    )


__all__ = [
    "BUYERS",
    "TRANSACTIONS",
    "Decision",
    "RuleTables",
    "UnknownChipError",
    "apply_scenario",
    "ask",
    "decide",
    "known_tables",
    "strictness",
]
