"""Three-valued logic over conditions on chips: true, false, or undecided with the missing metrics.

Follows the opening of "Decision" in docs/policy-engine.md: a condition on an unknown metric is
undecided; a clause is false if one condition is false, true if all are true, else undecided; an
item is true if one clause is true, false if all are false, else undecided.
"""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from .rows import Chip, FactsError, Value

COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Truth:
    """A truth value; `value` None is undecided, and then `missing` names what would decide it."""

    value: bool | None
    missing: frozenset[str] = frozenset()


TRUE = Truth(True)
FALSE = Truth(False)


def undecided(*missing: str) -> Truth:
    """Make an undecided value that names the metrics it lacks."""
    return Truth(None, frozenset(missing))


def all_of(truths: Iterable[Truth]) -> Truth:
    """Join by AND. Nothing at all is true: a row without a condition asks for nothing."""
    missing: frozenset[str] = frozenset()
    open_questions = False
    for truth in truths:
        if truth.value is False:
            return FALSE
        if truth.value is None:
            open_questions = True
            missing |= truth.missing
    return Truth(None, missing) if open_questions else TRUE


def any_of(truths: Iterable[Truth]) -> Truth:
    """Join by OR. Nothing at all is false: an item without a clause is met by no chip."""
    missing: frozenset[str] = frozenset()
    open_questions = False
    for truth in truths:
        if truth.value is True:
            return TRUE
        if truth.value is None:
            open_questions = True
            missing |= truth.missing
    return Truth(None, missing) if open_questions else FALSE


def negate(truth: Truth) -> Truth:
    """Turn true into false and back; undecided stays undecided."""
    return truth if truth.value is None else Truth(not truth.value)


def metric_value(chip: Chip, metric: str) -> Value:
    """Read a metric of a chip; None is unknown.

    Metrics are the columns of chip_specs plus the four derived names of the section "Tables". A
    name that is neither is unknown for every chip, so a condition on it is undecided and says so.
    """
    if metric == "any_chip":
        return 1.0
    if metric == "is_market_variant":
        return 0.0 if chip.values.get("market_variant_of") is None else 1.0
    if metric == "tops_x_bitlength":
        return chip.values.get("tpp")
    if metric == "total_dram_bandwidth_gb_s":
        if chip.values.get("memory_type") == "SRAM":
            return 0.0
        return chip.values.get("memory_bandwidth_gb_s")
    return chip.values.get(metric)


def cast_threshold(threshold: float | str, value: Value) -> Value:
    """Bring a threshold to the type of the value it is compared with."""
    if isinstance(threshold, str):
        if isinstance(value, date):
            return date.fromisoformat(threshold)
        if isinstance(value, float):
            return float(threshold)
    return threshold


def check_condition(chip: Chip, metric: str, comparison: str, threshold: float | str) -> Truth:
    """Evaluate one condition on a chip.

    An empty `released_on` fails every test on it: a chip that was never released was not on sale.
    """
    value = metric_value(chip, metric)
    if value is None:
        return FALSE if metric == "released_on" else undecided(metric)
    if comparison == "not_in":
        return Truth(str(value) not in str(threshold).split(";"))
    if comparison not in COMPARISONS:
        raise FactsError(f"condition on {metric}: unknown operator {comparison!r}")
    return Truth(COMPARISONS[comparison](value, cast_threshold(threshold, value)))
