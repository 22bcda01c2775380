"""Three-valued logic over conditions on chips: true, false, or undecided with the missing metrics.

Follows the opening of "Decision" in docs/policy-engine.md: a condition on an unknown metric is
undecided; a clause is false if one condition is false, true if all are true, else undecided; an
item is true if one clause is true, false if all are false, else undecided.
"""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Span:
    """Where a number may lie: between two ends, each of which it may or may not reach.

    None at an end means that nothing is known on that side.
    """

    low: float | None = None
    low_reached: bool = True
    high: float | None = None
    high_reached: bool = True


ALIASES = {"tops_x_bitlength": "tpp", "total_dram_bandwidth_gb_s": "memory_bandwidth_gb_s"}


def metric_span(chip: Chip, metric: str) -> Span:
    """Give where a metric without a figure lies: by its bounds, a density by those of its parts."""
    name = ALIASES.get(metric, metric)
    value = chip.values.get(name)
    if isinstance(value, float):
        return Span(value, True, value, True)
    if name == "performance_density":
        work, area = metric_span(chip, "tpp"), metric_span(chip, "applicable_die_area_mm2")
        low = work.low / area.high if work.low is not None and area.high else None
        high = work.high / area.low if work.high is not None and area.low else None
        return Span(
            low,
            work.low_reached and area.high_reached,
            high,
            work.high_reached and area.low_reached,
        )
    span = Span()
    for row in chip.bounds:
        reached = row.bound in ("at_least", "at_most")
        if row.metric != name:
            continue
        if row.bound in ("at_least", "above"):
            if span.low is None or (row.value, not reached) > (span.low, not span.low_reached):
                span = replace(span, low=row.value, low_reached=reached)
        elif span.high is None or (row.value, reached) < (span.high, span.high_reached):
            span = replace(span, high=row.value, high_reached=reached)
    return span


def check_span(span: Span, comparison: str, threshold: float) -> bool | None:
    """Say whether every number of the span passes a comparison, or none; None if some may."""
    at_least = span.low is not None and span.low >= threshold
    above = at_least and (span.low > threshold or not span.low_reached)
    at_most = span.high is not None and span.high <= threshold
    below = at_most and (span.high < threshold or not span.high_reached)
    passes, fails = {
        ">=": (at_least, below),
        ">": (above, at_most),
        "<=": (at_most, above),
        "<": (below, at_least),
        "=": (False, above or below),
        "!=": (above or below, False),
    }[comparison]
    return True if passes else False if fails else None


def to_number(threshold: float | str) -> float | None:
    """Give a threshold as a number, None where it is a name, a day or a list."""
    try:
        return float(threshold)
    except ValueError:
        return None


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
    A metric that is published as a bound only is decided where the bound suffices.
    """
    value = metric_value(chip, metric)
    if value is None and metric == "released_on":
        return FALSE
    if value is None:
        number = to_number(threshold)
        within = None
        if comparison in COMPARISONS and number is not None:
            within = check_span(metric_span(chip, metric), comparison, number)
        return undecided(metric) if within is None else Truth(within)
    if comparison == "not_in":
        return Truth(str(value) not in str(threshold).split(";"))
    if comparison not in COMPARISONS:
        raise FactsError(f"condition on {metric}: unknown operator {comparison!r}")
    return Truth(COMPARISONS[comparison](value, cast_threshold(threshold, value)))
