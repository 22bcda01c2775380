"""The scripts about rules, in a short form: they run, and say what they are for."""

from datetime import date

import pytest

from scripts.compare_policy_engines import EARLIER_DAYS, compare_facts, compare_rule_sets
from scripts.measure_policy_status import measure
from tests.policy.sql_engine import Program


def test_both_engines_are_compared_on_facts_and_on_random_rules(
    program: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    differences = [
        *compare_facts(program, {EARLIER_DAYS[0]: 20}, seed=1),
        *compare_rule_sets(program, rule_sets=1, seed=1),
    ]
    assert differences == []
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("facts as of 2022-09-15: 20 cases, 0 differences")
    assert shown[1].startswith("random rules: 1 rule sets, ")


def test_the_status_is_measured(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    measure(program, date(2019, 6, 1), threads=2)
    shown = capsys.readouterr().out
    assert "fct_chip_control_status" in shown
    assert "all models" in shown and " s, 2 threads" in shown
    assert "MiB" in shown
