"""The project's SQL says of every case what the independent evaluator says.

More cases, and more random rule sets, are compared by `scripts/compare_policy_engines.py`.
"""

from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from . import strategies as build
from . import test_evaluator_steps as steps
from .agreement import compare_engines
from .cases import DESTINATIONS, Case, random_cases, scenario_ids
from .evaluator import BUYERS, TRANSACTIONS
from .rows import BASELINE, RuleTables
from .sql_engine import (
    REGIME,
    STATUS,
    Program,
    SqlRun,
    Status,
    find_broken_timelines,
    find_status,
    open_run,
)
from .sql_rows import with_table_keys
from .test_evaluator_properties import POLICY
from .test_known_outcomes import EVERYTHING_KNOWN

STATUS_KEY = ("scenario_id", "chip_id", "destination_country", "buyer_headquarters", "transaction")
REGIME_KEY = ("scenario_id", "region_id")


def all_cases(seed: int) -> list[Case]:
    """Ask everything of a random rule set, each question on a day of its own."""
    picker = Random(seed)
    questions = product(
        (BASELINE, "scenario-1"), build.CHIPS, build.COUNTRIES, BUYERS, TRANSACTIONS
    )
    span = (build.LAST_DAY - build.FIRST_DAY).days
    return [
        Case(*question, build.FIRST_DAY + build.timedelta(days=picker.randint(0, span + 2)))
        for question in questions
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_mart_agrees_with_the_evaluator_on_the_facts(
    real_run: SqlRun, rule_tables: RuleTables, seed: int
) -> None:
    cases = list(
        random_cases(rule_tables, seed, 1500, as_of=EVERYTHING_KNOWN, countries=DESTINATIONS)
    )
    assert {case.scenario_id for case in cases} == set(scenario_ids(rule_tables))
    assert compare_engines(real_run, rule_tables, cases, EVERYTHING_KNOWN) == []


@settings(POLICY, max_examples=8)
@given(
    tables=build.rule_sets(crossing=True),
    as_of=st.just(build.EVERYTHING_KNOWN) | build.DAYS,
    seed=st.integers(0, 1000),
)
def test_the_mart_agrees_with_the_evaluator_on_random_rules(
    program: Program, tables: RuleTables, as_of, seed: int
) -> None:
    tables = with_table_keys(tables)
    with open_run(program, tables, build.COUNTRIES, as_of) as run:
        assert compare_engines(run, tables, all_cases(seed), as_of) == []
        assert find_broken_timelines(run, STATUS, STATUS_KEY) == []
        assert find_broken_timelines(run, REGIME, REGIME_KEY) == []


@pytest.mark.parametrize(
    ("refined", "export", "reexport"),
    [
        ("A_1", "licence_presumption_of_denial", "licence_case_by_case"),
        (None, "licence_presumption_of_denial", "not_controlled"),
    ],
)
def test_rows_of_one_refinement_must_all_fit_the_transaction(
    program: Program, refined: str | None, export: str, reexport: str
) -> None:
    """Each row of the two is met, but only re-exports fit both."""
    row = steps.refine("A", refined, 1, needs_metric="tpp", needs_operator=">=", needs_value="1")
    other = replace(row, needs_value="2", transaction="reexport")
    rules = steps.tables(
        *(steps.A, steps.NEEDS_A, row, other, steps.licence("A_1", steps.CASE)),
        chip={"chip_id": "chip"},
    )
    cases = [
        Case(BASELINE, "chip", "CN", "local", transaction, steps.date(2024, 6, 1))
        for transaction in ("export", "reexport")
    ]
    with open_run(program, rules, ("CN",), build.EVERYTHING_KNOWN) as run:
        found = [status.outcome for (status,) in find_status(run, cases)]
        assert found == [export, reexport]
        assert compare_engines(run, rules, cases, build.EVERYTHING_KNOWN) == []


def test_intervals_tile_the_time_on_the_facts(real_run: SqlRun) -> None:
    assert find_broken_timelines(real_run, STATUS, STATUS_KEY) == []
    assert find_broken_timelines(real_run, REGIME, REGIME_KEY) == []


def test_neighbouring_intervals_differ(real_run: SqlRun) -> None:
    """An interval ends only where something that is shown changes."""
    shown = ", ".join(Status.__dataclass_fields__)
    key = ", ".join(STATUS_KEY)
    repeated = real_run.execute(
        f"""
        select count(*) from (
            select row({shown}) as said, lag(row({shown})) over timeline as said_before, valid_from
            from marts.{STATUS}
            window timeline as (partition by {key} order by valid_from)
            qualify row_number() over timeline > 1
        ) where said is not distinct from said_before
        """
    ).fetchone()
    assert repeated == (0,)


def test_every_question_of_the_horizon_has_an_answer(
    real_run: SqlRun, rule_tables: RuleTables
) -> None:
    """One timeline for each chip, destination, buyer, transaction and scenario, and none else."""
    found = real_run.execute(
        f"""
        select
            count(*) filter (where valid_to is null), count(distinct chip_id),
            count(distinct destination_country), count(distinct scenario_id)
        from marts.{STATUS}
        """
    ).fetchone()
    sizes = len(rule_tables.chip_specs), len(DESTINATIONS), len(scenario_ids(rule_tables))
    kinds = len(BUYERS) * len(TRANSACTIONS)
    assert found == (kinds * sizes[0] * sizes[1] * sizes[2], *sizes)


def test_the_united_states_are_no_destination(real_run: SqlRun) -> None:
    case = Case("baseline", "nvidia-h100-sxm", "US", "local", "export", build.FIRST_DAY)
    assert find_status(real_run, [case]) == [[]]
