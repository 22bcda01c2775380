"""Properties of the evaluator over random rule sets, chips and days.

"Looser" and "tighter" are read on the bounds of the strictness (`Decision.lowest` and `highest`):
both bounds coincide when the outcome is known, and an unknown outcome is an interval. A change
never loosens if neither bound falls, and never tightens if neither rises. That is stronger than
comparing known outcomes only, and the conditions beside each test are what it takes to hold.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from . import strategies as build
from .evaluator import Decision, apply_scenario, decide, known_tables, strictness
from .logic import Span, metric_span
from .rows import (
    BASELINE,
    RULE_TABLES,
    Chip,
    LicenceRow,
    PolicyEvent,
    Refinement,
    RuleParameter,
    RuleTables,
    Switch,
)
from .strategies import RandomQuestion

# Building a rule set takes longer than deciding by it; the deadline would only measure the machine.
# The same examples in each run, so that a failure is that of the commit.
settings.register_profile(
    "policy",
    max_examples=30,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
POLICY = settings.get_profile("policy")
NEW = "rule-new"


def ask(tables: RuleTables, question: RandomQuestion) -> Decision:
    return decide(tables, *question.arguments())


def lies_within(span: Span, value: Any) -> bool:
    """Say whether a value keeps to both ends of a span."""
    above = span.low is None or value > span.low or (span.low_reached and value == span.low)
    below = span.high is None or value < span.high or (span.high_reached and value == span.high)
    return above and below


def add_rows(tables: RuleTables, table: str, rows: Iterable[Any]) -> RuleTables:
    """Add rows of a new policy that everybody knows and no scenario touches."""
    event = PolicyEvent(NEW, "final_rule", build.FIRST_DAY, build.FIRST_DAY)
    return replace(
        tables,
        policy_events=(*tables.policy_events, event),
        **{table: (*getattr(tables, table), *rows)},
    )


def always(row: Any, **changes: Any) -> Any:
    """Give the row to the new policy, in force on every day."""
    days = {"valid_from": build.FIRST_DAY, "valid_to": None, "ended_by": None}
    return replace(row, policy_id=NEW, **days, **changes)


def new_clauses(*items: str) -> st.SearchStrategy[list[RuleParameter]]:
    """Draw one further clause for one of the items."""

    def as_clause(item: str, rows: list[RuleParameter]) -> list[RuleParameter]:
        new = {"control_item": item, "clause_id": "c-new", "subject": "chip", "use": "decide"}
        return [always(row, **new) for row in rows]

    rows = st.lists(build.conditions(items, ("c-new",)), min_size=1, max_size=2)
    return st.builds(as_clause, st.sampled_from(items), rows)


def never_looser(before: Decision, after: Decision) -> bool:
    return after.lowest >= before.lowest and after.highest >= before.highest


def never_tighter(before: Decision, after: Decision) -> bool:
    return after.lowest <= before.lowest and after.highest <= before.highest


def family(item: str) -> tuple[str, ...]:
    """Name the items that may answer for the same base item."""
    members = (build.BASE_ITEM, *build.REFINED_ITEMS)
    return members if item in members else (item,)


@settings(POLICY)
@given(build.rule_sets(), build.questions(), new_clauses(*build.CONTROL_ITEMS))
def test_adding_a_clause_to_a_control_item_never_loosens(tables, question, clause):
    """Holds where no removal and no refinement reads the item.

    A clause only raises the item's truth, from false over undecided to true; the item then brings
    its own strictness or more. Where the item removes another (paragraph a over b) or opens a zone,
    a raised truth can take a stricter item away, and the statement needs the item to be at least as
    strict as what it removes; `test_rules_in_force.py` checks that for the rules as coded.
    """
    after = add_rows(tables, "rule_parameters", clause)
    assert never_looser(ask(tables, question), ask(after, question))


@settings(POLICY)
@given(build.rule_sets(), build.questions(), build.licence_rows(), st.data())
def test_adding_a_row_that_requires_a_licence_never_loosens(tables, question, drawn, data):
    """Holds for a row that asks for a licence and is at least as strict as every row of its family.

    The family is the base item with its refined items, since the row may stand in for any of them:
    by rank within the item, and for the base item once its refined item has a row. A milder row of
    lower rank takes the answer from a stricter one; it requires a licence in its text only (next
    test).
    """
    rows = [r for r in tables.licence_policy if r.control_item in family(drawn.control_item)]
    needed = max([1, *(strictness(row) for row in rows)])
    scale = [replace(drawn, review_policy=r, licence_required=r != "none") for r in build.REVIEWS]
    strict_enough = [row for row in scale if strictness(row) >= needed]
    new = always(data.draw(st.sampled_from(strict_enough)))
    after = add_rows(tables, "licence_policy", [new])
    assert never_looser(ask(tables, question), ask(after, question))


def test_a_milder_row_of_lower_rank_does_loosen():
    """The example that bounds the statement above: one clause met by all, denial by group, then a
    case-by-case row of the country itself with the lower rank."""
    day = build.FIRST_DAY
    clause = RuleParameter(NEW, "Y", "c", "chip", "decide", "any_chip", "=", 1.0, "boolean", day)
    denial = LicenceRow(NEW, "Y", "ANY", "any", 30, True, "presumption_of_denial", None, day)
    milder = LicenceRow(NEW, "Y", "CN", "any", 11, True, "case_by_case", None, day)
    tables = RuleTables(
        policy_events=(PolicyEvent(NEW, "final_rule", day),),
        rule_parameters=(clause,),
        licence_policy=(denial,),
        chip_specs=(Chip("chip-1", {"published_on": day}),),
    )
    question = (BASELINE, "chip-1", "CN", "local", "export", day, day)
    assert decide(tables, *question).outcome == "licence_presumption_of_denial"
    loosened = replace(tables, licence_policy=(denial, milder))
    assert decide(loosened, *question).outcome == "licence_case_by_case"


@settings(POLICY)
@given(build.rule_sets(), build.questions(), new_clauses(build.EXCLUSION))
def test_adding_a_clause_to_an_exclusion_never_tightens(tables, question, clause):
    """Holds where the exclusion has no licence row and no refinement reads what it removes: the
    raised exclusion then only lowers the truth of items that may answer."""
    after = add_rows(tables, "rule_parameters", clause)
    assert never_tighter(ask(tables, question), ask(after, question))


@settings(POLICY)
@given(build.rule_sets(), build.questions(), build.refinements(False))
def test_adding_a_removal_never_tightens(tables, question, drawn):
    """Holds for every removal of an item that no refinement reads."""
    removal = {"effect": "remove", "refined_item": None, "refinement_id": "removal-new"}
    needs = {"needs_item": build.EXCLUSION if drawn.needs_item else None}
    after = add_rows(tables, "control_item_refinements", [always(drawn, **removal, **needs)])
    assert never_tighter(ask(tables, question), ask(after, question))


def with_zone_as_exception(tables: RuleTables) -> RuleTables:
    """Make the zone's item an exception to a base item that needs a licence everywhere."""

    def milder(row: LicenceRow) -> LicenceRow:
        if row.control_item == build.ZONE_ITEM:
            return replace(row, review_policy="exception_nac", licence_required=True)
        if row.control_item in family(build.BASE_ITEM) and strictness(row) < 1:
            return replace(row, review_policy="case_by_case", licence_required=True)
        return row

    first = build.FIRST_DAY
    base = LicenceRow(NEW, build.BASE_ITEM, "ANY", "any", 99, True, "case_by_case", None, first)
    # A row that names the zone's item makes nothing true only if the item is coded as refined.
    coded = Refinement(
        *("zone-new", build.BASE_ITEM, build.ZONE_ITEM, "refine", 9, build.ZONE),
        *(None, None, None, "any", NEW),
    )
    mapped = replace(
        tables,
        licence_policy=tuple(milder(row) for row in tables.licence_policy),
        control_item_refinements=(*tables.control_item_refinements, coded),
    )
    return add_rows(mapped, "licence_policy", [base])


@settings(POLICY)
@given(build.rule_sets(), build.questions(), new_clauses(build.ZONE))
def test_adding_a_clause_to_an_exception_never_tightens(tables, question, clause):
    """Holds where the refined item is never stricter than what it replaces, and what it replaces
    has a row wherever it has one: else the exception would reach new destinations."""
    before = with_zone_as_exception(tables)
    after = add_rows(before, "rule_parameters", clause)
    assert never_tighter(ask(before, question), ask(after, question))


@settings(POLICY)
@given(build.rule_sets(), build.questions(), st.data())
def test_adding_a_row_to_an_exception_never_tightens(tables, question, data):
    """Holds under the same conditions for a further exception row of the refined item."""
    before = with_zone_as_exception(tables)
    drawn = data.draw(build.licence_rows())
    exception = {"review_policy": "exception_nac", "licence_required": True}
    new = always(drawn, control_item=build.ZONE_ITEM, **exception)
    after = add_rows(before, "licence_policy", [new])
    assert never_tighter(ask(before, question), ask(after, question))


@settings(POLICY)
@given(build.rule_sets(crossing=True), build.questions())
def test_without_rules_and_letters_nothing_is_controlled(tables, question):
    """Licence rows and refinements may stay: they answer for items and make none true."""
    export = [row for row in tables.policy_named_chips if row.side == "destination"]
    bare = replace(tables, rule_parameters=(), policy_named_chips=tuple(export))
    assert ask(bare, question).outcome == "not_controlled"
    empty = replace(tables, **{name: () for name in RULE_TABLES})
    assert ask(empty, question).outcome == "not_controlled"


@settings(POLICY)
@given(build.rule_sets(crossing=True), build.questions(), st.data())
def test_rows_that_never_came_into_force_do_not_bind(tables, question, data):
    """Repeats any rows under a new policy with an end before the start, or without a start."""
    after = tables
    for name in RULE_TABLES:
        start = data.draw(st.none() | build.DAYS)
        end = None if start is None else start - timedelta(days=1)
        rows = [
            replace(row, policy_id=NEW, valid_from=start, valid_to=end, ended_by=None)
            for row in getattr(tables, name)
        ]
        after = add_rows(after, name, rows)
    assert ask(after, question) == ask(tables, question)


@settings(POLICY)
@given(
    build.rule_sets(crossing=True), build.questions((BASELINE,)), st.sampled_from(build.POLICIES)
)
def test_a_suspended_policy_binds_like_none(tables, question, policy):
    """Switching a policy off is the same as never having coded it, with its ends undone."""
    off = replace(tables, scenarios=(Switch("off", policy, "off"),))

    def without(row: Any) -> Any:
        return replace(row, valid_to=None, ended_by=None) if row.ended_by == policy else row

    gone = {
        name: tuple(without(row) for row in getattr(tables, name) if row.policy_id != policy)
        for name in RULE_TABLES
    }
    # What a refined item is does not depend on the policy in force, so its name stays known.
    names = tuple(
        replace(row, valid_from=None, policy_id="nobody") for row in tables.control_item_refinements
    )
    gone["control_item_refinements"] += names
    switched = ask(off, replace(question, scenario_id="off"))
    assert switched == ask(replace(tables, **gone), question)


@settings(POLICY)
@given(build.rule_sets(crossing=True), build.questions((BASELINE,)), st.data())
def test_no_value_of_a_missing_metric_leaves_the_bounds(tables, question, data):
    """Undecided is sound: whatever the missing metrics turn out to be, the outcome lies between the
    bounds, and a known outcome stays as it is."""
    before = ask(tables, question)
    chip = tables.chips[question.chip_id]
    filled = {
        metric: data.draw(build.thresholds(metric))
        for metric in build.METRICS
        if chip.values[metric] is None
    }
    # what is published as a bound is true of the figure that nobody published
    assume(all(lies_within(metric_span(chip, metric), value) for metric, value in filled.items()))
    others = tuple(c for c in tables.chip_specs if c.chip_id != chip.chip_id)
    known = replace(tables, chip_specs=(*others, Chip(chip.chip_id, {**chip.values, **filled})))
    after = ask(known, question)
    assert after.lowest == after.highest
    assert before.lowest <= after.lowest <= before.highest


@settings(POLICY)
@given(build.rule_sets(crossing=True), build.questions())
def test_unknown_names_the_metrics_that_are_missing(tables, question):
    decision = ask(tables, question)
    assert (decision.outcome == "unknown") == (decision.lowest != decision.highest)
    assert bool(decision.missing_metrics) == (decision.outcome == "unknown")
    values = tables.chips[question.chip_id].values
    assert all(values[metric] is None for metric in decision.missing_metrics)


@settings(POLICY)
@given(build.rule_sets(crossing=True), build.questions())
def test_the_row_shown_is_in_force_and_as_strict_as_the_outcome(tables, question):
    decision = ask(tables, question)
    answers = {result.answer.control_item: result.answer for result in decision.items}
    if decision.outcome in ("unknown", "not_controlled"):
        assert decision.control_item is None and decision.policy_id is None
    else:
        assert answers[decision.control_item].strictness == decision.lowest
        assert answers[decision.control_item].row.valid_from <= question.day


@settings(POLICY)
@given(build.rule_sets(crossing=True), build.questions())
def test_restrictions_of_the_destination_never_change_the_outcome(tables, question):
    export = tuple(row for row in tables.policy_named_chips if row.side == "export")
    without = ask(replace(tables, policy_named_chips=export), question)
    assert without == replace(ask(tables, question), restrictions=())


@settings(POLICY)
@given(build.rule_sets(crossing=True), build.questions())
def test_the_united_states_need_nothing(tables, question):
    assert ask(tables, replace(question, destination="US")).outcome == "not_controlled"


@settings(POLICY)
@given(build.rule_sets(crossing=True), build.questions(), st.integers(1, 5))
def test_what_becomes_public_later_does_not_count(tables, question, later):
    """Repeats all rows under a policy that becomes public after the as-of day."""
    as_of = min(question.as_of, build.LAST_DAY)
    known = replace(question, as_of=as_of)
    after = replace(
        tables,
        policy_events=(
            *tables.policy_events,
            PolicyEvent(NEW, "final_rule", as_of + timedelta(days=later)),
        ),
        **{
            name: (
                *getattr(tables, name),
                *(always(row) for row in getattr(tables, name)),
            )
            for name in RULE_TABLES
        },
    )
    assert ask(after, known) == ask(tables, known)


@settings(POLICY)
@given(build.rule_sets(crossing=True), build.DAYS)
def test_knowledge_and_scenario_may_be_applied_in_either_order(tables, as_of):
    one = known_tables(apply_scenario(tables, "scenario-1"), as_of)
    other = apply_scenario(known_tables(tables, as_of), "scenario-1")
    for name in RULE_TABLES:
        assert getattr(one, name) == getattr(other, name)


def test_an_end_counts_only_once_its_policy_is_known():
    """The older row is open until the ending policy is public (day 10), then ends on day 20."""
    first = date(2022, 1, 1)
    row = Refinement(
        *("r", "Y", None, "remove", 0, None, None, None, None, "any", "old"),
        valid_from=first,
        valid_to=date(2022, 1, 20),
        ended_by="new",
    )
    events = (PolicyEvent("old", "final_rule", first), PolicyEvent("new", "x", date(2022, 1, 10)))
    tables = RuleTables(policy_events=events, control_item_refinements=(row,))
    before = known_tables(tables, date(2022, 1, 9)).control_item_refinements[0]
    after = known_tables(tables, date(2022, 1, 10)).control_item_refinements[0]
    assert (before.valid_to, after.valid_to) == (None, date(2022, 1, 20))
