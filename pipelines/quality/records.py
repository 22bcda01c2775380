"""What a run records of itself: checks, freshness of sources, stages; whoever found it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
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


@dataclass(frozen=True)
class Freshness:
    """How fresh a source is on the as-of day."""

    source_id: str
    state: str  # fresh, stale, always_known, empty, unread
    newest_known_on: date | None
    rows_known: int
    message: str


@dataclass(frozen=True)
class StageRecord:
    """One finished stage of a run."""

    stage: str
    started_at: datetime
    seconds: float | None
    peak_mib: float
    status: str = "done"


@dataclass
class RunRecord:
    """Identity and stages of a run; grows while the run goes on."""

    run_id: str
    as_of: date
    stages: list[StageRecord] = field(default_factory=list)
