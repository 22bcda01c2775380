"""The state of a warehouse and of what it runs on, for a person and for a program."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines import __version__
from pipelines.archive.reach import find_unreachable
from pipelines.base.faults import estimate_room, find_existing
from pipelines.base.files import read_mapping
from pipelines.base.settings import Settings, now_utc, today_utc
from pipelines.contracts.load import discover_contracts
from pipelines.contracts.model import Contract
from pipelines.release.lock import describe_holder, is_held
from pipelines.release.manifest import CONTRACT_VERSION, list_releases
from pipelines.release.publish import find_readable, read_current_id
from pipelines.upkeep.findings import Finding
from pipelines.upkeep.housekeeping import measure
from pipelines.upkeep.repair import find_damage

SHOWN_RUNS = 5
# days over which growth is measured
GROWTH_DAYS = 30
GROWING = ("data", "outlooks", "dagster", "releases")


def examine(settings: Settings, asks_network: bool = False) -> dict[str, Any]:
    """Look at everything that a warehouse rests on.

    Args:
        settings: the warehouse.
        asks_network: also try the hosts of the connectors' addresses.

    Returns:
        `versions`, `keys`, `unreachable` (null if not asked), `disk`, `lock`, `clock`, `runs`,
        `release`, `findings` (each with kind, file, problem, way, advice) and `is_well`.
    """
    contracts, faults = discover_contracts(settings.sources_dir)
    findings = [] if is_held(settings.lock_path) else find_damage(settings)
    findings += [
        Finding("contract_fault", fault.source_id, fault.message.splitlines()[0], "person",
                f"run: compute-balance source check {fault.source_id}")
        for fault in faults if not fault.is_draft
    ]  # fmt: skip
    disk = measure_disk(settings)
    if disk["free_bytes"] < disk["needed_bytes"]:
        findings.append(
            Finding("disk", ".", "less is free than a run needs", "person",
                    "see what may go: compute-balance housekeeping --dry-run")
        )  # fmt: skip
    if not os.access(find_existing(settings.warehouse_dir), os.W_OK):
        findings.append(
            Finding("not_writable", ".", "the warehouse may not be written", "person",
                    "make it writable for this user; what is published can be read")
        )  # fmt: skip
    return {
        "versions": {
            "compute_balance": __version__,
            "contract": CONTRACT_VERSION,
            "python": platform.python_version(),
            "duckdb": duckdb.__version__,
            "dbt": _read_version("dbt-core"),
            "dagster": _read_version("dagster"),
            "great_expectations": _read_version("great-expectations"),
        },
        "keys": check_keys(contracts),
        "unreachable": find_unreachable(contracts) if asks_network else None,
        "disk": disk,
        "lock": describe_holder(settings.lock_path) if is_held(settings.lock_path) else None,
        "clock": describe_clock(settings),
        "runs": list_runs(settings),
        "release": describe_release(settings),
        "findings": [asdict(finding) for finding in findings],
        "is_well": not findings,
    }


def _read_version(package: str) -> str:
    from importlib.metadata import version

    return version(package)


def check_keys(contracts: list[Contract]) -> dict[str, dict[str, bool]]:
    """Return by source which keys of the environment its addresses need, and whether each is set.

    The keys themselves are never read out.
    """
    return {
        contract.source_id: {name: bool(os.environ.get(name)) for name in names}
        for contract in contracts
        if (names := sorted({key for a in contract.addresses for key in a.list_keys()}))
    }


def measure_disk(settings: Settings) -> dict[str, Any]:
    """Return bytes free, needed by a run, used by each folder, and added a day of late."""
    root = settings.warehouse_dir
    usage = shutil.disk_usage(find_existing(root))
    folders = {path.name: measure(path) for path in sorted(root.glob("*")) if not path.is_symlink()}
    growth = measure_growth(root)
    return {
        "free_bytes": usage.free,
        "needed_bytes": estimate_room(settings),
        "used_bytes": sum(folders.values()),
        "folders": folders,
        "growth_bytes_a_day": round(growth),
        "days_until_full": round(usage.free / growth) if growth else None,
    }


def measure_growth(root: Path) -> float:
    """Return the bytes a day that files of the last days add, where they stay."""
    now = datetime.now(UTC).timestamp()
    ages = [
        ((now - found.st_mtime) / 86_400, found.st_size)
        for name in GROWING
        for path in (root / name).rglob("*")
        if path.is_file() and not path.is_symlink()
        for found in [path.stat()]
    ]
    recent = [(age, size) for age, size in ages if age <= GROWTH_DAYS]
    span = max((age for age, _ in recent), default=0.0)
    return sum(size for _, size in recent) / max(span, 1.0)


def describe_clock(settings: Settings) -> dict[str, Any]:
    """Return this machine's day beside the newest day that a release is of."""
    days = [manifest.as_of for manifest in list_releases(settings.releases_dir)]
    return {"now": now_utc(), "today": today_utc(), "newest_release_as_of": max(days, default=None)}


def list_runs(settings: Settings) -> list[dict[str, Any]]:
    """Return how the last runs ended, the newest first."""
    paths = sorted((settings.warehouse_dir / "data" / "runs").glob("*.json"), reverse=True)
    reports = [read_mapping(path) for path in paths[:SHOWN_RUNS]]
    return [
        {key: report.get(key) for key in ("run_id", "as_of", "ended_at", "status", "message")}
        for report in reports
        if report
    ]


def describe_release(settings: Settings) -> dict[str, Any] | None:
    """Return which release is current, and which file readers are given; None before the first."""
    current = read_current_id(settings)
    if current is None:
        return None
    kept = list_releases(settings.releases_dir)
    return {
        "release_id": current,
        "as_of": next((m.as_of for m in kept if m.release_id == current), None),
        "kept_releases": len(kept),
        "database": str(find_readable(settings)),
    }
