"""The example queries obey what their own page says about adding up."""

import re
from pathlib import Path

import pytest

from pipelines.base.settings import PROJECT_DIR

QUERIES = sorted((PROJECT_DIR / "warehouse" / "queries").glob("*.sql"))
# tables that hold all scenarios side by side
BY_SCENARIO = re.compile(
    r"fct_(?:compute_supply|compute_balance|compute_load|chip_control_status|policy_impact"
    r"|policy_regime)\b"
)
# what overlaps and is never added: the column must be named wherever such a table is read
OVERLAPS = {"fct_compute_supply": "step", "fct_compute_balance": "access", "bi.balance": "workload"}


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_query_obeys_its_page(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- ") and "?" in text.split("\nselect", maxsplit=1)[0]
    if BY_SCENARIO.search(text):
        assert "scenario_id = '" in text
    for table, column in OVERLAPS.items():
        assert table not in text or column in text
    # the ends of a band do not add up, and a sum of medians says what it is
    sums = re.findall(r"sum\(([^)]*)\)", text)
    assert not [expression for expression in sums if re.search(r"_p(?:05|25|75|95)\b", expression)]
    if any("_p50" in expression for expression in sums):
        assert "without a band" in text


def test_there_are_queries() -> None:
    assert len(QUERIES) >= 10
