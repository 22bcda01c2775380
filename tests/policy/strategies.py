"""Hypothesis strategies for small random rule sets and the questions put to them.

The sets are small and the days close together, so that rows overlap, end and tie often. Items have
roles, because the properties of the evaluator depend on them: control items may answer, the
exclusion only removes, the zone only refines, refined items answer in place of their base item.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import strategies as st

from .evaluator import BUYERS, TRANSACTIONS
from .rows import (
    BASELINE,
    Chip,
    GroupMembership,
    LicenceRow,
    MetricBound,
    NamedChip,
    PolicyEvent,
    Refinement,
    RuleParameter,
    RuleTables,
    Switch,
)

FIRST_DAY = date(2022, 1, 1)
LAST_DAY = FIRST_DAY + timedelta(days=30)
EVERYTHING_KNOWN = date(2100, 1, 1)

CONTROL_ITEMS = ("X", "X.a", "Y")
EXCLUSION = "X.out"
ZONE = "zone"
BASE_ITEM = "X.a"
FINE_ITEM = "X.a_fine"
ZONE_ITEM = "X.a_zone"
REFINED_ITEMS = (FINE_ITEM, ZONE_ITEM)
RULES = ("rule-1", "rule-2", "rule-3")
LETTER = "letter-1"
POLICIES = (*RULES, LETTER)
CHIPS = ("chip-1", "chip-2", "chip-3")
COUNTRIES = ("CN", "HK", "JP", "MM", "TH")
GROUP_CODES = ("CN", "A:5", "D:5", "OTHER", "ANY", "ANY", "ANY")
METRICS = ("tpp", "performance_density", "memory_bandwidth_gb_s", "is_datacenter")
REVIEWS = (
    "presumption_of_denial",
    None,
    "case_by_case",
    "presumption_of_approval",
    "exception_nac",
    "none",
)

DAYS = st.integers(0, 30).map(lambda offset: FIRST_DAY + timedelta(days=offset))
SMALL = st.integers(0, 3).map(float)


@dataclass(frozen=True, slots=True)
class Span:
    """Start and end of a row, and who ends it."""

    valid_from: date | None
    valid_to: date | None
    ended_by: str | None

    def fields(self) -> dict[str, date | str | None]:
        return {
            "valid_from": self.valid_from,
            "valid_to": self.valid_to,
            "ended_by": self.ended_by,
        }


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Draw a row's days: open, ended by a policy or its own text, never in force, or no day."""
    # Mostly in force: rule sets in which nothing binds at a time test little.
    start = draw(st.just(FIRST_DAY) | DAYS) if draw(st.integers(0, 7)) else None
    end = draw(DAYS) if draw(st.integers(0, 2)) == 0 else None
    ended_by = draw(st.sampled_from((None, *POLICIES))) if end is not None else None
    return Span(start, end, ended_by)


def thresholds(metric: str) -> st.SearchStrategy[float]:
    """Draw a threshold on the small scale of the chips' values."""
    return st.sampled_from((0.0, 1.0)) if metric == "is_datacenter" else SMALL


@st.composite
def conditions(
    draw: st.DrawFn, items: tuple[str, ...], clause_ids: tuple[str, ...]
) -> RuleParameter:
    """Draw one condition; those that share item and clause_id make one clause."""
    metric = draw(st.sampled_from(METRICS))
    return RuleParameter(
        policy_id=draw(st.sampled_from((*RULES, *RULES, LETTER))),
        control_item=draw(st.sampled_from(items)),
        clause_id=draw(st.sampled_from(clause_ids)),
        subject="chip" if draw(st.integers(0, 7)) else "system",
        use="decide" if draw(st.integers(0, 7)) else "headroom",
        metric=metric,
        operator="="
        if metric == "is_datacenter"
        else draw(st.sampled_from((">=", ">", "<", "<="))),
        threshold=draw(thresholds(metric)),
        **draw(spans()).fields(),
    )


@st.composite
def refinements(draw: st.DrawFn, crossing: bool) -> Refinement:
    """Draw one row of a removal or a refinement.

    Args:
        draw: given by Hypothesis.
        crossing: whether control items may remove each other, as paragraph a removes b.
    """
    effect = draw(st.sampled_from(("remove", "refine")))
    refined = draw(st.sampled_from(REFINED_ITEMS)) if effect == "refine" else None
    item = BASE_ITEM if effect == "refine" else draw(st.sampled_from(CONTROL_ITEMS))
    needs: tuple[str | None, ...] = (None, EXCLUSION)
    if effect == "refine":
        needs = (None, ZONE) if refined == ZONE_ITEM else (None,)
    elif crossing:
        needs = (EXCLUSION, *CONTROL_ITEMS)
    metric = draw(st.sampled_from((None, "tpp", "is_datacenter")))
    return Refinement(
        refinement_id=f"{effect}-{item}-{refined}-{draw(st.integers(1, 2))}",
        item=item,
        refined_item=refined,
        effect=effect,
        rank=draw(st.integers(1, 3)),
        needs_item=draw(st.sampled_from(needs)),
        needs_metric=metric,
        needs_operator="=" if metric == "is_datacenter" else ">=",
        needs_value=draw(st.sampled_from(("0", "1"))),
        transaction=draw(st.sampled_from(("any", "any", *TRANSACTIONS))),
        policy_id=draw(st.sampled_from(RULES)),
        **draw(spans()).fields(),
    )


@st.composite
def licence_rows(draw: st.DrawFn) -> LicenceRow:
    """Draw one licence row with a rank that need not follow its class, so that ties occur."""
    review = draw(st.sampled_from(REVIEWS))
    return LicenceRow(
        policy_id=draw(st.sampled_from(POLICIES)),
        control_item=draw(st.sampled_from((*CONTROL_ITEMS, *REFINED_ITEMS))),
        destination_group=draw(st.sampled_from(GROUP_CODES)),
        buyer_scope=draw(st.sampled_from(("any", "any", "any", "d5_or_macau", "named_buyers"))),
        rank=draw(st.integers(1, 4)),
        licence_required=review != "none",
        review_policy=review,
        **draw(spans()).fields(),
    )


@st.composite
def named_chips(draw: st.DrawFn) -> NamedChip:
    """Draw a chip decided by name, a vendor statement, or a restriction of the destination."""
    treatment = draw(st.sampled_from(("needs_licence", "outside_3a090", "import_stopped")))
    inside = treatment == "import_stopped"
    item = "X" if treatment == "outside_3a090" else None
    if treatment == "needs_licence":
        item = draw(st.sampled_from((*CONTROL_ITEMS, *REFINED_ITEMS)))
    return NamedChip(
        policy_id=draw(st.sampled_from(POLICIES)),
        chip_id=draw(st.sampled_from(CHIPS)),
        chip_selector=None,
        side="destination" if inside else "export",
        treatment=treatment,
        control_item=item,
        destination_group=draw(st.sampled_from(COUNTRIES)) if inside else "ANY",
        buyer_scope="any",
        **draw(spans()).fields(),
    )


@st.composite
def chips(draw: st.DrawFn, chip_id: str) -> Chip:
    """Draw a chip of which any metric may be missing."""
    values = {
        "chip_id": chip_id,
        "vendor": "vendor-1",
        "vendor_country": "US",
        "memory_type": "HBM3",
        "released_on": draw(st.sampled_from((None, date(2021, 6, 1)))),
        "published_on": date(2021, 1, 1),
        "tpp": draw(st.none() | SMALL),
        "performance_density": draw(st.none() | SMALL),
        "applicable_die_area_mm2": draw(st.none() | SMALL),
        "memory_bandwidth_gb_s": draw(st.none() | SMALL),
        "is_datacenter": draw(st.sampled_from((None, 0.0, 1.0))),
    }
    return Chip(chip_id, values)


@st.composite
def metric_bounds(draw: st.DrawFn) -> MetricBound:
    """Draw a bound on a metric, also on one that has a figure."""
    return MetricBound(
        chip_id=draw(st.sampled_from(CHIPS)),
        metric=draw(st.sampled_from(("tpp", "applicable_die_area_mm2", "memory_bandwidth_gb_s"))),
        bound=draw(st.sampled_from(("at_least", "above", "at_most", "below"))),
        value=draw(SMALL),
        published_on=draw(DAYS),
    )


@st.composite
def switches(draw: st.DrawFn) -> Switch:
    """Draw one switch of the only scenario."""
    kind = draw(st.sampled_from(("off", "effective_from", "on", "ended_on")))
    value = None
    if kind == "effective_from":
        value = draw(DAYS)
    elif kind == "ended_on":
        value = draw(st.none() | DAYS)
    return Switch("scenario-1", draw(st.sampled_from(POLICIES)), kind, value)


@st.composite
def rule_sets(draw: st.DrawFn, crossing: bool = False) -> RuleTables:
    """Draw a small rule set; see `refinements` for `crossing`."""
    clause_items = (*CONTROL_ITEMS, EXCLUSION, ZONE)
    days = [draw(DAYS) for _ in POLICIES]
    return RuleTables(
        policy_events=tuple(
            PolicyEvent(name, "is_informed_letter" if name == LETTER else "final_rule", day, day)
            for name, day in zip(POLICIES, days, strict=True)
        ),
        rule_parameters=tuple(
            draw(st.lists(conditions(clause_items, ("c1", "c2")), min_size=3, max_size=10))
        ),
        control_item_refinements=tuple(draw(st.lists(refinements(crossing), max_size=4))),
        licence_policy=tuple(draw(st.lists(licence_rows(), min_size=3, max_size=10))),
        policy_named_chips=tuple(draw(st.lists(named_chips(), max_size=3))),
        destination_groups=(
            GroupMembership("CN", "D:5"),
            GroupMembership("HK", "CN", draw(DAYS)),
            GroupMembership("HK", "D:5", draw(DAYS)),
            GroupMembership("JP", "A:5"),
            GroupMembership("MM", "D:5", None, draw(DAYS)),
        ),
        chip_specs=tuple(draw(chips(chip_id)) for chip_id in CHIPS),
        chip_metric_bounds=tuple(draw(st.lists(metric_bounds(), max_size=4))),
        scenarios=tuple(draw(st.lists(switches(), min_size=1, max_size=3))),
    )


@dataclass(frozen=True, slots=True)
class RandomQuestion:
    """The arguments of `decide` after the tables, in its order."""

    scenario_id: str
    chip_id: str
    destination: str
    buyer_headquarters: str
    transaction: str
    day: date
    as_of: date

    def arguments(self) -> tuple[str, str, str, str, str, date, date]:
        return (
            self.scenario_id,
            self.chip_id,
            self.destination,
            self.buyer_headquarters,
            self.transaction,
            self.day,
            self.as_of,
        )


@st.composite
def questions(
    draw: st.DrawFn, scenarios: tuple[str, ...] = (BASELINE, "scenario-1")
) -> RandomQuestion:
    """Draw a question to a random rule set; half of them know everything."""
    return RandomQuestion(
        scenario_id=draw(st.sampled_from(scenarios)),
        chip_id=draw(st.sampled_from(CHIPS)),
        destination=draw(st.sampled_from(COUNTRIES)),
        buyer_headquarters=draw(st.sampled_from(BUYERS)),
        transaction=draw(st.sampled_from(TRANSACTIONS)),
        day=draw(DAYS),
        as_of=draw(st.just(EVERYTHING_KNOWN) | DAYS),
    )
