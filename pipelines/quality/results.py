"""What a check is, whoever ran it: contract, dbt, Great Expectations or freshness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Check:
    """Outcome of one check on one table.

    `severity` says what a failure means: an error blocks the release, a warning is published with
    it. `observed` is what was found, `message` what the check demands, in an analyst's words.
    """

    name: str
    table: str
    severity: Severity
    passed: bool
    observed: str | None
    kind: Literal["contract", "dbt", "expectation", "freshness"]
    message: str


def count_checks(checks: list[Check]) -> dict[str, int]:
    """Return how many checks passed, warned and failed."""
    return {
        "passed": sum(check.passed for check in checks),
        "warned": sum(not c.passed and c.severity == "warning" for c in checks),
        "failed": sum(not c.passed and c.severity == "error" for c in checks),
    }
