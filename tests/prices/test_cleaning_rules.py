"""Every rule that sets an offer aside has a test that triggers it, and is told of."""

import re

import yaml

from pipelines.base.settings import PROJECT_DIR

PRICES_DIR = PROJECT_DIR / "dbt" / "models" / "intermediate" / "prices"


def list_reasons() -> set[str]:
    """Return the reasons that the model can give."""
    sql = (PRICES_DIR / "int_prices__checked_offers.sql").read_text()
    (rules,) = re.findall(r"(?s)case\s+when chip_id is null.*end as exclusion_reason", sql)
    plain = re.findall(r"(?:then|else) '(\w+)'", rules)
    return {*plain, *re.findall(r"'reason': '(\w+)'", sql)}


def test_every_rule_has_a_row_that_triggers_it() -> None:
    tests = yaml.safe_load((PRICES_DIR / "_prices__unit_tests.yml").read_text())["unit_tests"]
    (rules,) = (t for t in tests if t["name"] == "offers_are_set_aside_for_a_reason")
    triggered = {row["exclusion_reason"] for row in rules["expect"]["rows"]} - {None}
    assert triggered == list_reasons()


def test_every_reason_is_explained() -> None:
    page = (PROJECT_DIR / "docs" / "prices.md").read_text()
    assert [reason for reason in sorted(list_reasons()) if f"`{reason}`" not in page] == []


def test_audit_knows_every_reason() -> None:
    suites = yaml.safe_load((PROJECT_DIR / "expectations" / "prices_index.yml").read_text())
    (known,) = (
        item["forbidden"]
        for suite in suites
        for item in suite["expectations"]
        if item["name"] == "reasons_in_vocabulary"
    )
    assert set(re.findall(r"'(\w+)'", known)) == list_reasons()
