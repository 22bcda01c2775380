"""Comparing the SQL with the evaluator, case by case and column by column."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from .cases import Case, decide_case
from .evaluator import UNKNOWN
from .headroom import find_headroom
from .rows import RuleTables
from .sql_engine import SqlRun, Status, find_status

# Both divide the same two doubles; only the order of the operations may differ.
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """One column on which the two engines disagree about a case."""

    case: Case
    column: str
    evaluator: Any
    sql: Any


def evaluate(tables: RuleTables, case: Case, as_of: date) -> Status:
    """Answer a case by the evaluator, in the columns of the mart."""
    decision = decide_case(tables, case, as_of)
    distance = find_headroom(
        *(tables, case.scenario_id, case.chip_id, case.destination),
        *(case.buyer_headquarters, case.transaction, case.day, as_of),
    )
    missing = ",".join(decision.missing_metrics)
    row = decision.licence_row
    return Status(
        outcome=decision.outcome,
        control_item=decision.control_item,
        clause_id=decision.clause_id,
        policy_id=decision.policy_id,
        licence_policy_id=decision.licence_policy_id,
        licence_review=decision.licence_review,
        licence_exception_name=decision.licence_exception_name,
        licence_condition=row and row.licence_condition,
        standard_basis=row and row.standard_basis,
        standard_basis_on=row and row.published_on,
        deciding_kind=decision.reason.kind,
        deciding_id=decision.reason.id,
        deciding_detail=decision.reason.detail,
        binding_metric=missing if decision.outcome == UNKNOWN else distance and distance.metric,
        binding_value=distance and distance.value,
        binding_threshold=distance and distance.threshold,
        headroom_pct=distance and distance.headroom_pct,
        destination_restriction=decision.destination_restriction,
        restriction_scope=decision.restriction_scope,
        guidance=",".join(decision.guidance) or None,
    )


def compare_case(case: Case, expected: Status, found: Sequence[Status]) -> list[Difference]:
    """Compare all columns of one case; anything but one row for its day is a difference too."""
    if len(found) != 1:
        return [Difference(case, "(rows)", 1, len(found))]
    return [
        Difference(case, column, one, other)
        for column in Status.__dataclass_fields__
        if not is_same(one := getattr(expected, column), other := getattr(found[0], column))
    ]


def is_same(one: Any, other: Any) -> bool:
    """Say whether two cells agree, numbers within rounding."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= TOLERANCE * max(1.0, abs(one))
    return one == other


def compare_engines(
    connection: SqlRun,
    tables: RuleTables,
    cases: Sequence[Case],
    as_of: date,
) -> list[Difference]:
    """List all disagreements about some cases.

    Args:
        connection: results of the SQL on the same tables and as-of day.
        tables: the rows as coded.
        cases: of chips and destinations that the SQL was run for.
        as_of: the day whose knowledge counts.
    """
    found = find_status(connection, cases)
    return [
        difference
        for case, rows in zip(cases, found, strict=True)
        for difference in compare_case(case, evaluate(tables, case, as_of), rows)
    ]
