"""What decided an answer: the row behind the item that is shown, or what kept the chip out.

Follows "What decided" in docs/policy-engine.md, from the rows and not from the SQL. The outcome
itself is decided in `evaluator.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .logic import FALSE, Truth
from .rows import Refinement
from .steps import Candidate, ItemResult, Question


@dataclass(frozen=True, slots=True)
class Reason:
    """The kind of thing that decided, its id, and what earlier refinements of its act lacked."""

    kind: str
    id: str | None = None
    detail: str | None = None


def reaches(question: Question, item: str) -> bool:
    """Say whether an item, or a finer one that it may become, has a licence row here."""
    finer = (group[0].refined_item for group in question.rows.refinements.get(item, ()))
    return any(
        question.licence_row(name) is not None for name in (item, *finer) if name is not None
    )


def lacks(question: Question, group: Iterable[Refinement], truths: dict[str, Truth]) -> list[str]:
    """Name the conditions of a refinement that fail, items before metrics, in order."""
    failed = []
    ordered = sorted(
        group,
        key=lambda row: (
            row.needs_item is None,
            row.needs_item or "",
            row.needs_metric is None,
            row.needs_metric or "",
        ),
    )
    for row in ordered:
        if row.needs_item is not None and truths.get(row.needs_item, FALSE).value is False:
            failed.append(row.needs_item)
        if row.needs_metric is not None:
            truth = question.condition_truth(row.needs_metric, row.needs_operator, row.needs_value)
            if truth.value is False:
                failed.append(row.needs_metric)
    return failed


def earlier_failures(
    question: Question, item: str, answer: Candidate, truths: dict[str, Truth]
) -> str | None:
    """Say what the refinements of the same act lack that come before the one that answers."""
    named = {r.control_item for r in question.export_rows if r.treatment == "needs_licence"}
    policy, rank = act_and_rank(answer.refinement)
    found = []
    for group in question.rows.refinements.get(item, ()):
        its_policy, its_rank = act_and_rank(group)
        earlier = its_policy == policy and its_rank < rank and question.fits(group)
        if not earlier or group[0].refined_item in named:
            continue
        failed = lacks(question, group, truths)
        if failed:
            found.append((its_rank, group[0].refinement_id, ",".join(failed)))
    return ";".join(f"{name}:{failed}" for _, name, failed in sorted(found)) or None


def act_and_rank(group: Iterable[Refinement]) -> tuple[str, int]:
    """Give the act and the rank of rows that form one refinement."""
    rows = list(group)
    return min(row.policy_id for row in rows), min(row.rank for row in rows)


def find_reason(
    question: Question, outcome: str, shown: ItemResult | None, missing: tuple[str, ...]
) -> Reason:
    """Give what decided; see `evaluator.decide` for what goes in."""
    if outcome == "unknown":
        return Reason("missing_metric", ",".join(missing))
    if outcome == "not_controlled" or shown is None:
        return find_exclusion(question)
    if outcome == "no_licence_needed":
        return Reason("destination", shown.answer.control_item)
    if shown.answer.is_named:
        row = min(
            row.policy_id
            for row in question.export_rows
            if row.treatment == "needs_licence" and row.control_item == shown.answer.control_item
        )
        return Reason("named_in_rule", row)
    if shown.answer.refinement:
        after = question.remove_items(question.find_items()[0])
        return Reason(
            "refinement",
            shown.answer.refinement[0].refinement_id,
            earlier_failures(question, shown.base_item, shown.answer, keep_possible(after)),
        )
    if shown.named_by:
        return Reason("letter", shown.named_by[0])
    return Reason("clause", shown.met_clauses[0])


def keep_possible(truths: dict[str, Truth]) -> dict[str, Truth]:
    """Leave out the items that are false: an absent item is false too."""
    return {item: truth for item, truth in truths.items() if truth.value is not False}


def find_exclusion(question: Question) -> Reason:
    """Say why no item that reaches the destination holds, the most telling reason first."""
    before, _ = question.meet_items()
    truths, _ = question.find_items()
    statements, removals, letters = [], [], []
    for item, truth in truths.items():
        said = question.statements(item)
        if reaches(question, item):
            if said and before[item].value is not False:
                latest = max(said, key=lambda row: (row.valid_from, row.policy_id))
                statements.append(latest.policy_id)
            removed = [
                name
                for name, group in question.rows.removals.get(item, {}).items()
                if truth.value is not False
                and question.refinement_truth(group, truths).value is True
            ]
            removals += [min(removed)] if removed else []
    after = question.remove_items(truths)
    for item, truth in after.items():
        if truth.value is not False and not reaches(question, item):
            rows = [
                row
                for row in question.export_rows
                if row.treatment == "needs_licence" and row.control_item == item
            ]
            if rows:
                letters.append(min(rows, key=lambda row: (row.valid_from, row.policy_id)).policy_id)
    for kind, ids in (
        ("vendor_statement", statements),
        ("removal", removals),
        ("letter_elsewhere", letters),
    ):
        if ids:
            return Reason(kind, min(ids))
    limits = any(
        row.metric != "any_chip"
        for item, clauses in question.rows.clauses.items()
        if reaches(question, item)
        for rows in clauses.values()
        for row in rows
    )
    return Reason("no_clause_met" if limits else "no_rule")
