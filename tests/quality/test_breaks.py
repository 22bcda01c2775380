"""Whatever is broken on purpose is caught by the check that is named for it."""

import pytest

from tests.quality.breaks import Break, Finding
from tests.quality.catalogue import BREAKS
from tests.quality.page import PAGE_PATH, write_page


@pytest.mark.parametrize("item", BREAKS, ids=lambda item: item.title)
def test_break_is_caught_by_its_check(item: Break, findings: dict[str, Finding]) -> None:
    finding = findings[item.title]
    assert finding.before.passed, f"fails without the break: {finding.before.observed}"
    assert not finding.after.passed, f"not caught; found {finding.after.observed}"
    assert not (finding.after.observed or "").startswith("could not be evaluated")
    assert item.tells in finding.reason


def test_breaks_are_many_and_distinct() -> None:
    titles = [item.title for item in BREAKS]
    assert len(titles) == len(set(titles)) >= 20


def test_page_of_breaks_is_up_to_date(findings: dict[str, Finding]) -> None:
    page = write_page(list(findings.values()))
    assert PAGE_PATH.read_text(encoding="utf-8") == page, "run: python -m tests.quality.page"
