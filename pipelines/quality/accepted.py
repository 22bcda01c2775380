"""Failed checks that somebody has accepted for the record: who, when, why, and what was found.

An acceptance holds for one check and one finding. A check that finds anything else stops the
release as before, and one that compares with the last release has a new one to compare with once
the accepted build is published.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from pipelines.base.errors import ComputeBalanceError
from pipelines.base.files import (
    read_kept_mapping,
    read_mapping,
    write_json,
    write_kept_json,
)
from pipelines.base.settings import Settings
from pipelines.quality.records import Check


@dataclass(frozen=True)
class AcceptedCheck:
    """One finding of one check that does not stop the release."""

    check_name: str
    observed: str | None
    by: str
    reason: str
    at: datetime


def keep_failed(settings: Settings, failed: list[Check]) -> None:
    """Keep which checks stopped the last run; nothing where none did."""
    write_json(_get_failed_path(settings), {c.name: c.observed for c in failed})


def accept_check(
    settings: Settings, check_name: str, by: str, reason: str, at: datetime
) -> AcceptedCheck:
    """Accept for the record what a check found in the run that it stopped.

    Raises:
        ComputeBalanceError: the last run was not stopped by a check of that name; lists those that
            stopped it.
    """
    failed = read_mapping(_get_failed_path(settings))
    if check_name not in failed:
        known = ", ".join(sorted(failed)) or "none"
        raise ComputeBalanceError(
            f"{check_name}: found no check of that name that stopped the last run; those that did: "
            f"{known}"
        )
    item = AcceptedCheck(check_name, failed[check_name], by, reason, at)
    kept = {one.check_name: asdict(one) for one in list_accepted_checks(settings)}
    write_kept_json(get_accepted_path(settings), kept | {check_name: asdict(item)})
    return item


def list_accepted_checks(settings: Settings) -> list[AcceptedCheck]:
    """Return what was accepted, the last acceptance of each check."""
    return [
        AcceptedCheck(**item | {"at": datetime.fromisoformat(item["at"])})
        for item in read_kept_mapping(get_accepted_path(settings)).values()
    ]


def apply_accepted(checks: list[Check], accepted: list[AcceptedCheck]) -> list[Check]:
    """Return the checks with accepted findings as warnings that say who accepted them and why."""
    by_finding = {(item.check_name, item.observed): item for item in accepted}
    found = []
    for check in checks:
        item = by_finding.get((check.name, check.observed))
        if item is not None and not check.passed and check.severity == "error":
            told = f"{check.message}; accepted by {item.by} on {item.at:%Y-%m-%d}: {item.reason}"
            check = replace(check, severity="warning", message=told)
        found.append(check)
    return found


def get_accepted_path(settings: Settings) -> Path:
    """Return where acceptances are kept; only a person can tell them again."""
    return settings.warehouse_dir / "data" / "accepted_checks.json"


def _get_failed_path(settings: Settings) -> Path:
    return settings.warehouse_dir / "data" / "failed_checks.json"
