"""Each step of the decision procedure on the smallest rule set that shows it, by hand."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from .evaluator import Decision, apply_scenario, decide
from .rows import (
    Chip,
    FactsError,
    GroupMembership,
    LicenceRow,
    NamedChip,
    PolicyEvent,
    Refinement,
    RuleParameter,
    RuleTables,
    Switch,
)

DAY = date(2024, 1, 1)
RULE, LETTER = "rule", "letter"
DENIAL, CASE, APPROVAL = "presumption_of_denial", "case_by_case", "presumption_of_approval"


def clause(item: str, metric: str, threshold: float, **changes: Any) -> RuleParameter:
    row = RuleParameter(RULE, item, f"{item}-{metric}", "chip", "decide", metric, ">=", threshold)
    return replace(row, **{"valid_from": DAY, **changes})


def licence(item: str, review: str | None, **changes: Any) -> LicenceRow:
    row = LicenceRow(RULE, item, "ANY", "any", 90, review != "none", review, valid_from=DAY)
    return replace(row, **changes)


def refine(item: str, refined: str | None, rank: int, **changes: Any) -> Refinement:
    effect = "remove" if refined is None else "refine"
    row = Refinement(
        *(f"{effect}-{item}-{refined}", item, refined, effect, rank, None, None, None, None, "any"),
        policy_id=RULE,
        valid_from=DAY,
    )
    return replace(row, **changes)


def named(item: str, **changes: Any) -> NamedChip:
    row = NamedChip(LETTER, "chip", None, "export", "needs_licence", item, "ANY", "any", DAY)
    return replace(row, **changes)


def tables(*rows: Any, chip: dict[str, Any] | None = None, **changes: Any) -> RuleTables:
    """Sort rows into their tables; the chip is known since 2020."""

    def of(row_type: type) -> tuple[Any, ...]:
        return tuple(row for row in rows if isinstance(row, row_type))

    events = (
        PolicyEvent(RULE, "final_rule", DAY, DAY),
        PolicyEvent("older", "final_rule", DAY, DAY),
        PolicyEvent(LETTER, "is_informed_letter", DAY, DAY),
    )
    values = {"published_on": date(2020, 1, 1), "tpp": 5000.0, "vendor": "a", **(chip or {})}
    return RuleTables(
        policy_events=events,
        rule_parameters=of(RuleParameter),
        control_item_refinements=of(Refinement),
        licence_policy=of(LicenceRow),
        policy_named_chips=of(NamedChip),
        destination_groups=of(GroupMembership),
        chip_specs=(Chip("chip", values),),
        scenarios=of(Switch),
        **changes,
    )


def ask(rules: RuleTables, destination: str = "CN", transaction: str = "export") -> Decision:
    return decide(
        rules, "baseline", "chip", destination, "local", transaction, date(2024, 6, 1), DAY
    )


A, B = clause("A", "tpp", 4800), clause("B", "tpp", 1600)
NEEDS_A, NEEDS_B = licence("A", DENIAL), licence("B", CASE)


def test_one_false_condition_settles_a_clause_with_a_missing_metric():
    low = clause("A", "tpp", 9000, clause_id="c")
    open_question = clause("A", "performance_density", 1, clause_id="c")
    assert ask(tables(low, open_question, NEEDS_A)).outcome == "not_controlled"


def test_one_true_clause_settles_an_item_with_an_undecided_clause():
    open_question = clause("A", "performance_density", 1)
    assert ask(tables(A, open_question, NEEDS_A)).outcome == "licence_presumption_of_denial"


def test_a_letter_binds_by_name_only():
    """The clause of the letter is met, yet only the named row makes the item true."""
    text = replace(A, policy_id=LETTER)
    needs = replace(NEEDS_A, policy_id=LETTER)
    assert ask(tables(text, needs)).outcome == "not_controlled"
    assert ask(tables(text, needs, named("A"))).outcome == "licence_presumption_of_denial"


@pytest.mark.parametrize(("subject", "use"), [("system", "decide"), ("chip", "flag")])
def test_other_subjects_and_uses_decide_nothing(subject, use):
    assert ask(tables(replace(A, subject=subject, use=use), NEEDS_A)).outcome == "not_controlled"


def test_meets_reads_the_result_of_another_item():
    follows = clause("B", "meets_a", 1, operator="=")
    assert ask(tables(A, follows, NEEDS_B)).outcome == "licence_case_by_case"
    lower = replace(A, threshold=9000)
    assert ask(tables(lower, follows, NEEDS_B)).outcome == "not_controlled"


def test_items_that_read_each_other_are_refused():
    circle = (clause("A", "meets_b", 1), clause("B", "meets_a", 1))
    with pytest.raises(FactsError):
        ask(tables(*circle, NEEDS_A))


def test_a_statement_drops_the_item_and_what_begins_with_it_and_a_dot():
    rows = [clause(item, "tpp", 1) for item in ("X", "X.a", "XY")]
    needs = [licence("X", DENIAL), licence("X.a", CASE), licence("XY", APPROVAL)]
    outside = named("X", treatment="outside_3a090")
    assert ask(tables(*rows, *needs, outside)).outcome == "licence_presumption_of_approval"


def test_removals_read_results_before_any_removal():
    """C removes A and A removes B; B goes too, although A is gone."""
    c = clause("C", "tpp", 1)
    removals = (
        refine("A", None, 0, needs_item="C"),
        refine("B", None, 0, needs_item="A"),
    )
    assert ask(tables(A, B, c, *removals, NEEDS_A, NEEDS_B)).outcome == "not_controlled"


def test_an_undecided_removal_leaves_the_item_undecided():
    c = clause("C", "performance_density", 1)
    found = ask(tables(A, c, refine("A", None, 0, needs_item="C"), NEEDS_A))
    assert (found.outcome, found.missing_metrics) == ("unknown", ("performance_density",))


def test_a_refined_item_without_a_licence_row_is_passed_over():
    first, second = refine("A", "A_1", 1), refine("A", "A_2", 2)
    found = ask(tables(A, NEEDS_A, first, second, licence("A_2", CASE)))
    assert (found.outcome, found.control_item) == ("licence_case_by_case", "A_2")


def test_the_first_met_refinement_answers():
    second, first = refine("A", "A_2", 2), refine("A", "A_1", 1)
    rows = (licence("A_2", CASE), licence("A_1", APPROVAL))
    assert ask(tables(A, NEEDS_A, second, first, *rows)).control_item == "A_1"


def test_an_undecided_refinement_before_the_answer_stays_possible():
    """Not known whether the milder item applies; with equal standards it does not matter."""
    fine = refine("A", "A_1", 1, needs_metric="is_datacenter", needs_operator="=", needs_value="0")
    found = ask(tables(A, NEEDS_A, fine, licence("A_1", "exception_nac")))
    assert (found.outcome, found.missing_metrics) == ("unknown", ("is_datacenter",))
    same = ask(tables(A, NEEDS_A, fine, licence("A_1", DENIAL)))
    assert (same.outcome, same.control_item) == ("licence_presumption_of_denial", "A")


def test_a_transaction_that_does_not_fit_bars_a_refinement_even_for_a_named_chip():
    fine = refine("A", "A_1", 1, needs_metric="tpp", needs_operator=">=", needs_value="9000")
    rules = tables(
        *(A, NEEDS_A, replace(fine, transaction="export"), licence("A_1", CASE)),
        named("A_1", policy_id=RULE),
    )
    assert ask(rules).outcome == "licence_case_by_case"
    assert ask(rules, transaction="reexport").outcome == "licence_presumption_of_denial"


def test_a_named_refined_item_never_makes_its_base_item_true():
    low = replace(A, threshold=9000)
    rules = tables(low, NEEDS_A, refine("A", "A_1", 1), licence("A_1", CASE), named("A_1"))
    assert ask(rules).outcome == "not_controlled"


@pytest.mark.parametrize(
    ("metric", "comparison", "value", "outcome"),
    [
        # An empty day of release fails every test; an empty market_variant_of is no variant.
        ("released_on", "<=", "2026-01-15", "licence_presumption_of_denial"),
        ("released_on", ">=", "2019-01-15", "licence_presumption_of_denial"),
        ("is_market_variant", "=", "0", "licence_case_by_case"),
        ("vendor", "not_in", "b;c", "licence_case_by_case"),
        ("vendor", "not_in", "a;c", "licence_presumption_of_denial"),
        ("vendor_country", "=", "US", "unknown"),
        # The 150 TB/s are SRAM, so the chip has no DRAM bandwidth.
        ("total_dram_bandwidth_gb_s", "<", "6500", "licence_case_by_case"),
    ],
)
def test_metric_of_a_refinement(metric, comparison, value, outcome):
    needs = {"needs_metric": metric, "needs_operator": comparison, "needs_value": value}
    chip = {"memory_type": "SRAM", "memory_bandwidth_gb_s": 150000.0}
    fine = refine("A", "A_1", 1, **needs)
    assert ask(tables(A, NEEDS_A, fine, licence("A_1", CASE), chip=chip)).outcome == outcome


def test_rank_then_latest_start_then_last_policy_chooses_the_licence_row():
    rows = [
        licence("A", CASE, rank=20),
        licence("A", APPROVAL, rank=10, valid_from=date(2023, 1, 1)),
        licence("A", "exception_nac", rank=10, policy_id="older"),
        licence("A", DENIAL, rank=10),
    ]
    assert ask(tables(A, *rows)).outcome == "licence_presumption_of_denial"
    assert ask(tables(A, *rows[:3])).outcome == "licence_exception"
    assert ask(tables(A, *rows[:2])).outcome == "licence_presumption_of_approval"


@pytest.mark.parametrize("group", ["A:5", "A:6", "D:1", "D:4", "D:5", "MO"])
def test_other_is_a_place_in_no_class(group):
    other = licence("A", DENIAL, destination_group="OTHER")
    member = GroupMembership("JP", group)
    assert ask(tables(A, other), "JP").outcome == "licence_presumption_of_denial"
    assert ask(tables(A, other, member), "JP").outcome == "not_controlled"


def test_other_is_not_left_by_joining_another_group():
    other = licence("A", DENIAL, destination_group="OTHER")
    member = GroupMembership("HK", "S5:a")
    assert ask(tables(A, other, member), "HK").outcome == "licence_presumption_of_denial"


def test_controlled_without_a_requirement_differs_from_not_controlled():
    assert ask(tables(A, licence("A", "none"))).outcome == "no_licence_needed"
    open_question = clause("A", "performance_density", 1)
    assert ask(tables(open_question, licence("A", "none"))).outcome == "unknown"


def test_an_open_question_about_a_milder_item_does_not_matter():
    open_question = clause("B", "performance_density", 1)
    found = ask(tables(A, open_question, NEEDS_A, NEEDS_B))
    assert (found.outcome, found.missing_metrics) == ("licence_presumption_of_denial", ())


def test_a_licence_without_a_published_standard_lies_between_denial_and_review():
    unpublished = licence("B", None)
    assert ask(tables(A, B, NEEDS_A, unpublished)).control_item == "A"
    assert ask(tables(A, B, licence("A", CASE), unpublished)).outcome == "licence_required"


@pytest.mark.parametrize(
    ("switches", "starts", "end"),
    [
        # The successor moves by ten days, and so does the end that the older rule owes to it.
        ([Switch("s", RULE, "effective_from", date(2024, 1, 11))], "2024-01-11", "2024-01-10"),
        ([Switch("s", RULE, "off")], None, None),
        ([Switch("s", "older", "ended_on", date(2024, 2, 1))], "2024-01-01", "2024-02-01"),
        ([Switch("s", "older", "ended_on")], "2024-01-01", None),
    ],
)
def test_a_scenario_moves_starts_and_the_ends_that_others_owe(switches, starts, end):
    older = licence(
        "A",
        DENIAL,
        policy_id="older",
        valid_from=date(2023, 1, 1),
        valid_to=date(2023, 12, 31),
        ended_by=RULE,
    )
    after = apply_scenario(tables(older, NEEDS_B, *switches), "s").licence_policy
    found = {row.policy_id: row for row in after}
    assert found["older"].valid_to == (date.fromisoformat(end) if end else None)
    expected = date.fromisoformat(starts) if starts else None
    assert (found[RULE].valid_from if RULE in found else None) == expected
