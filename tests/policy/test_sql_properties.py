"""Properties of the project's SQL itself over random rule sets.

Each rule set gets a further policy and a scenario that switches it off, so that one run of the SQL
answers with the new rows and without them. Statements are about known outcomes: the mart shows no
bounds of an unknown one. What it takes for each to hold is said in `test_evaluator_properties.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from . import strategies as build
from .day_rows import OUTCOMES, strictness
from .evaluator import UNKNOWN
from .rows import (
    RULE_TABLES,
    Chip,
    LicenceRow,
    PolicyEvent,
    RuleParameter,
    RuleTables,
    Switch,
)
from .sql_engine import STATUS, Program, SqlRun, open_run
from .sql_rows import with_table_keys
from .test_evaluator_properties import (
    NEW,
    POLICY,
    add_rows,
    always,
    family,
    new_clauses,
    with_zone_as_exception,
)

WITHOUT = "without"
FEW = settings(POLICY, max_examples=4)
SCALE = {outcome: level for level, outcome in OUTCOMES.items()}


def make_optional(tables: RuleTables, policies: Iterable[str] = (NEW,)) -> RuleTables:
    """Add the scenario in which the policies are not there."""
    switches = tuple(Switch(WITHOUT, policy, "off") for policy in policies)
    return replace(with_table_keys(tables), scenarios=switches)


def read_changes(run: SqlRun) -> list[tuple[str, str]]:
    """Give the known outcomes without and with the new rows wherever and whenever they differ."""
    return run.execute(
        f"""
        select distinct off.outcome, base.outcome
        from marts.{STATUS} as base
        inner join marts.{STATUS} as off
            using (chip_id, destination_country, buyer_headquarters, transaction)
        where
            base.scenario_id = 'baseline' and off.scenario_id = '{WITHOUT}'
            and base.outcome <> off.outcome and '{UNKNOWN}' not in (base.outcome, off.outcome)
            and base.valid_from < coalesce(off.valid_to, date '9999-12-31')
            and off.valid_from < coalesce(base.valid_to, date '9999-12-31')
        """
    ).fetchall()


def find_changes(
    program: Program, tables: RuleTables, as_of: date = build.EVERYTHING_KNOWN
) -> list[tuple[str, str]]:
    with open_run(program, make_optional(tables), build.COUNTRIES, as_of) as run:
        return read_changes(run)


def loosened(changes: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(old, new) for old, new in changes if SCALE[new] < SCALE[old]]


def tightened(changes: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(old, new) for old, new in changes if SCALE[new] > SCALE[old]]


@settings(FEW)
@given(tables=build.rule_sets(), clause=new_clauses(*build.CONTROL_ITEMS))
def test_adding_a_clause_to_a_control_item_never_loosens(program, tables, clause):
    assert loosened(find_changes(program, add_rows(tables, "rule_parameters", clause))) == []


@settings(FEW)
@given(tables=build.rule_sets(), drawn=build.licence_rows(), data=st.data())
def test_adding_a_row_that_requires_a_licence_never_loosens(program, tables, drawn, data):
    rows = [r for r in tables.licence_policy if r.control_item in family(drawn.control_item)]
    needed = max([1, *(strictness(row) for row in rows)])
    scale = [replace(drawn, review_policy=r, licence_required=r != "none") for r in build.REVIEWS]
    new = always(data.draw(st.sampled_from([r for r in scale if strictness(r) >= needed])))
    assert loosened(find_changes(program, add_rows(tables, "licence_policy", [new]))) == []


@settings(FEW)
@given(tables=build.rule_sets(), clause=new_clauses(build.EXCLUSION))
def test_adding_a_clause_to_an_exclusion_never_tightens(program, tables, clause):
    assert tightened(find_changes(program, add_rows(tables, "rule_parameters", clause))) == []


@settings(FEW)
@given(tables=build.rule_sets(), drawn=build.refinements(False))
def test_adding_a_removal_never_tightens(program, tables, drawn):
    removal = {"effect": "remove", "refined_item": None, "refinement_id": "removal-new"}
    needs = {"needs_item": build.EXCLUSION if drawn.needs_item else None}
    new = always(drawn, **removal, **needs)
    assert (
        tightened(find_changes(program, add_rows(tables, "control_item_refinements", [new]))) == []
    )


def rename_policy(tables: RuleTables, old: str, new: str) -> RuleTables:
    """Give the rows of a policy to another one."""

    def see(row: Any) -> Any:
        return replace(row, policy_id=new) if row.policy_id == old else row

    renamed = {name: tuple(see(row) for row in getattr(tables, name)) for name in RULE_TABLES}
    return replace(tables, policy_events=tuple(map(see, tables.policy_events)), **renamed)


@settings(FEW)
@given(tables=build.rule_sets(), clause=new_clauses(build.ZONE), drawn=build.licence_rows())
def test_adding_to_an_exception_never_tightens(program, tables, clause, drawn):
    """A further clause of the zone and a further row of the exception, both at once."""
    before = rename_policy(with_zone_as_exception(tables), NEW, "rule-base")
    exception = {"review_policy": "exception_nac", "licence_required": True}
    row: LicenceRow = always(drawn, control_item=build.ZONE_ITEM, **exception)
    after = add_rows(before, "rule_parameters", clause)
    after = replace(after, licence_policy=(*after.licence_policy, row))
    assert tightened(find_changes(program, after)) == []


@settings(FEW)
@given(tables=build.rule_sets(crossing=True), as_of=st.just(build.EVERYTHING_KNOWN) | build.DAYS)
def test_without_rules_and_letters_nothing_is_controlled(program, tables, as_of):
    """Once by a scenario that switches every policy off, once by leaving out all clauses and names
    while licence rows and refinements stay."""
    switched = make_optional(tables, build.POLICIES)
    restrictions = [row for row in tables.policy_named_chips if row.side == "destination"]
    bare = replace(switched, rule_parameters=(), policy_named_chips=tuple(restrictions))
    for rule_set, scenario in ((switched, WITHOUT), (bare, "baseline")):
        with open_run(program, rule_set, build.COUNTRIES, as_of) as run:
            outcomes = run.execute(
                f"select outcome, count(*) from marts.{STATUS} where scenario_id = ? group by all",
                [scenario],
            ).fetchall()
        assert [outcome for outcome, _ in outcomes] == ["not_controlled"]


def test_a_milder_row_of_lower_rank_is_seen_to_loosen(program):
    """The comparison finds what is there: denial for all, then a milder row of China itself.

    The row of the lower rank answers, so China gets case-by-case review in place of denial.
    """
    first = build.FIRST_DAY
    clause = RuleParameter("rule-1", "Y", "c", "chip", "decide", "tpp", ">=", 1.0, "", first)
    denial = LicenceRow(
        *("rule-1", "Y", "ANY", "any", 30, True, "presumption_of_denial", None), first
    )
    milder = LicenceRow(NEW, "Y", "CN", "any", 11, True, "case_by_case", None, first)
    tables = RuleTables(
        policy_events=(PolicyEvent("rule-1", "final_rule", first),),
        rule_parameters=(clause,),
        licence_policy=(denial,),
        chip_specs=(Chip("chip-1", {"chip_id": "chip-1", "published_on": first, "tpp": 2.0}),),
    )
    changes = find_changes(program, add_rows(tables, "licence_policy", [milder]))
    assert changes == [("licence_presumption_of_denial", "licence_case_by_case")]
    assert loosened(changes) == changes and tightened(changes) == []
