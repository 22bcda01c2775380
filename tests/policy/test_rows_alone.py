"""What rows alone change: a new rule, and what builds of earlier days do not know yet.

Everything is asked of the project's own SQL on the facts as coded, with rows added or an earlier
as-of day and nothing else.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from .sql_engine import CLAUSES, REGIME, SCENARIOS, STATUS, Program, SqlRun, run_sql
from .sql_rows import Rows, read_embedded_rows
from .test_known_outcomes import EVERYTHING_KNOWN

NEW_RULE = "us-2026-11-new-rule"
# What China and Japan and the chips around the new threshold need; fewer rows run quicker.
CHIPS = ("nvidia-l20", "nvidia-l2", "nvidia-h100-sxm", "nvidia-h800", "nvidia-h20")
COUNTRIES = ("US", "CN", "HK", "JP")
Interval = tuple[str, str | None, str]


def read_rows() -> Rows:
    """Read the facts, for a few chips and countries."""
    rows = read_embedded_rows()
    rows["chip_specs"] = [row for row in rows["chip_specs"] if row["chip_id"] in CHIPS]
    rows["countries"] = [row for row in rows["countries"] if row["country_code"] in COUNTRIES]
    return rows


def add_new_rule(rows: Rows) -> None:
    """Code a rule as an analyst would: what carries a TPP of 1900 is denied to China from 2027 on.

    The L20 (1913.6) lies above, the L2 (1545.6) below. One scenario is the world without the rule,
    another has it half a year later.
    """
    days: dict[str, Any] = {"valid_from": "2027-01-01", "valid_to": None, "ended_by": None}
    rows["policy_events"].append(
        {
            "policy_id": NEW_RULE,
            "jurisdiction": "US",
            "issuer": "BIS",
            "instrument": "final_rule",
            "title": "A lower threshold",
            "announced_on": "2026-11-01",
            "public_on": "2026-11-01",
            "effective_on": "2027-01-01",
            "affects": "chips",
        }
    )
    rows["rule_parameters"].append(
        {
            "policy_id": NEW_RULE,
            "control_item": "3A090.d",
            "clause_id": "us26-3a090-d",
            "subject": "chip",
            "use": "decide",
            "metric": "tpp",
            "operator": ">=",
            "threshold": "1900",
            "unit": "tpp_points",
            **days,
        }
    )
    rows["licence_policy"].append(
        {
            "policy_id": NEW_RULE,
            "control_item": "3A090.d",
            "destination_group": "CN",
            "buyer_scope": "any",
            "rank": "11",
            "licence_required": "true",
            "review_policy": "presumption_of_denial",
            **days,
        }
    )
    for scenario_id, switch, value in (
        ("without-new-rule", "off", None),
        ("new-rule-later", "effective_from", "2027-07-01"),
    ):
        rows["scenarios"].append(
            {
                "scenario_id": scenario_id,
                "title": scenario_id,
                "description": scenario_id,
                "policy_id": NEW_RULE,
                "switch": switch,
                "value": value,
            }
        )


@pytest.fixture(scope="module")
def new_rule_run(program: Program) -> SqlRun:
    rows = read_rows()
    add_new_rule(rows)
    return run_sql(program, rows, EVERYTHING_KNOWN)


def read_timeline(
    run: SqlRun, chip_id: str, country: str, scenario_id: str = "baseline"
) -> list[Interval]:
    """Give the outcomes of a local buyer's exports, days as text.

    Neighbours of one outcome are merged: restrictions of the destination part them as well.
    """
    rows = run.execute(
        f"""
        select valid_from::varchar, valid_to::varchar, outcome from marts.{STATUS}
        where scenario_id = ? and chip_id = ? and destination_country = ?
            and buyer_headquarters = 'local' and transaction = 'export'
        order by valid_from
        """,
        [scenario_id, chip_id, country],
    ).fetchall()
    merged: list[Interval] = []
    for first, last, outcome in rows:
        if merged and merged[-1][2] == outcome:
            first = merged.pop()[0]
        merged.append((first, last, outcome))
    return merged


def read_one(run: SqlRun, query: str, values: Sequence[str] = ()) -> tuple:
    (row,) = run.execute(query, values).fetchall()
    return row


def test_a_new_rule_changes_the_status_from_its_day_on(new_rule_run: SqlRun) -> None:
    assert read_timeline(new_rule_run, "nvidia-l20", "CN") == [
        ("2019-01-01", "2027-01-01", "not_controlled"),
        ("2027-01-01", None, "licence_presumption_of_denial"),
    ]
    shown = read_one(
        new_rule_run,
        f"""
        select control_item, clause_id, policy_id, binding_metric, round(headroom_pct, 3)
        from marts.{STATUS}
        where scenario_id = 'baseline' and chip_id = 'nvidia-l20' and destination_country = 'HK'
            and buyer_headquarters = 'local' and transaction = 'reexport' and valid_to is null
        """,
    )
    # 100 x (1900 - 1913.6) / 1900; Hong Kong is a member of CN.
    assert shown == ("3A090.d", "us26-3a090-d", NEW_RULE, "tpp", -0.716)


@pytest.mark.parametrize(("chip_id", "country"), [("nvidia-l2", "CN"), ("nvidia-l20", "JP")])
def test_a_new_rule_leaves_what_it_does_not_reach(
    new_rule_run: SqlRun, chip_id: str, country: str
) -> None:
    assert read_timeline(new_rule_run, chip_id, country)[-1][2] == "not_controlled"


def test_a_new_rule_is_the_regime_of_the_region_it_reaches(new_rule_run: SqlRun) -> None:
    regime = f"""
        select valid_from::varchar, policy_regime, contains(policy_ids, '{NEW_RULE}')
        from marts.{REGIME} where scenario_id = ? and region_id = ? and valid_to is null
    """
    assert read_one(new_rule_run, regime, ["baseline", "CN"]) == ("2027-01-01", NEW_RULE, True)
    assert read_one(new_rule_run, regime, ["baseline", "ROW"])[1:] != (NEW_RULE, True)
    assert read_one(new_rule_run, regime, ["without-new-rule", "CN"])[2] is False


def test_a_new_rule_has_the_scenarios_that_its_rows_say(new_rule_run: SqlRun) -> None:
    last = {
        scenario_id: read_timeline(new_rule_run, "nvidia-l20", "CN", scenario_id)[-1]
        for scenario_id in ("without-new-rule", "new-rule-later", "no-2023-10-rule")
    }
    assert last == {
        "without-new-rule": ("2019-01-01", None, "not_controlled"),
        "new-rule-later": ("2027-07-01", None, "licence_presumption_of_denial"),
        "no-2023-10-rule": ("2027-01-01", None, "licence_presumption_of_denial"),
    }
    titles = f"select count(*) from marts.{SCENARIOS} where contains(scenario_id, 'new-rule')"
    assert read_one(new_rule_run, titles) == (2,)


def test_a_new_rule_stands_in_the_reasoning(new_rule_run: SqlRun) -> None:
    reasoning = f"""
        select chip_value, operator, threshold, is_met from marts.{CLAUSES}
        where chip_id = ? and clause_id = 'us26-3a090-d' and valid_to is null
    """
    assert read_one(new_rule_run, reasoning, ["nvidia-l20"]) == ("1913.6", ">=", "1900.0", True)
    assert read_one(new_rule_run, reasoning, ["nvidia-l2"])[3] is False


def test_a_new_rule_is_unknown_before_it_was_announced(program: Program) -> None:
    rows = read_rows()
    add_new_rule(rows)
    run = run_sql(program, rows, date(2026, 10, 31))
    assert read_timeline(run, "nvidia-l20", "CN")[-1][1:] == (None, "not_controlled")
    regimes = f"select count(*) from marts.{REGIME} where contains(policy_ids, '{NEW_RULE}')"
    assert read_one(run, regimes) == (0,)


@pytest.mark.parametrize(
    ("as_of", "chip_id", "expected"),
    [
        # The day before the rule: the H800 is exportable with no end in sight.
        ("2023-10-16", "nvidia-h800", [("2019-01-01", None, "not_controlled")]),
        # The rule of 17 October takes effect 30 days later.
        (
            "2023-10-18",
            "nvidia-h800",
            [
                ("2019-01-01", "2023-11-17", "not_controlled"),
                ("2023-11-17", None, "licence_presumption_of_denial"),
            ],
        ),
        # Nobody knew of the letter that came in April.
        ("2025-03-01", "nvidia-h20", [("2019-01-01", None, "not_controlled")]),
    ],
)
def test_a_build_of_an_earlier_day_sees_what_was_known(
    program: Program, as_of: str, chip_id: str, expected: list[Interval]
) -> None:
    run = run_sql(program, read_rows(), date.fromisoformat(as_of))
    assert read_timeline(run, chip_id, "CN") == expected


def test_a_build_of_march_2025_knows_no_letter_on_the_h20(program: Program) -> None:
    run = run_sql(program, read_rows(), date(2025, 3, 1))
    letter = f"""
        select
            (select count(*) from marts.{STATUS} where contains(policy_id, '2025-04'))
            + (select count(*) from marts.{REGIME} where contains(policy_ids, '2025-04'))
            + (select count(*) from intermediate.int_policy__rule_book
               where contains(policy_id, '2025-04') or contains(ended_by, '2025-04'))
    """
    assert read_one(run, letter) == (0,)
