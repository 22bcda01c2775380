"""The reports of runs: how each ended, with stages, counts and what its addresses answered.

A report is written for every run, also for one that failed, and stays for some weeks. Status,
metrics, the status page and the table `meta.run_history` all read these.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.base.files import read_mapping, write_json
from pipelines.base.settings import Settings, now_utc
from pipelines.quality.records import count_checks

if TYPE_CHECKING:
    from pipelines.run.state import Run

# days for which the report of a run is kept
KEPT_DAYS = 92


def get_reports_dir(settings: Settings) -> Path:
    """Return the folder with one report per run."""
    return settings.warehouse_dir / "data" / "runs"


def read_last_run(settings: Settings) -> dict | None:
    """Return the report of the newest run, whatever became of it; None before the first."""
    reports = read_run_reports(settings)
    return reports[-1] if reports else None


def read_run_reports(settings: Settings) -> list[dict]:
    """Return the reports of the kept runs, the newest last; damaged ones are left out."""
    found = [read_mapping(path) for path in sorted(get_reports_dir(settings).glob("*.json"))]
    return [r for r in found if {"run_id", "as_of", "ended_at", "status"} <= r.keys()]


def describe_run(run: Run, status: str, message: str) -> dict:
    """Return the report of a run.

    Args:
        run: as far as it came.
        status: `published`, `unchanged`, `built` or `failed`.
        message: one line for people.
    """
    from pipelines.run.state import get_peak_mib

    answers: dict[str, Counter[str]] = {}
    for answer in run.answers:
        answers.setdefault(answer.source_id, Counter())[answer.outcome] += 1
    manifest = run.outcome.manifest if run.outcome and not run.failure else None
    checks = count_checks(run.checks) if run.checks else (manifest.checks if manifest else None)
    return {
        "run_id": run.run_id,
        "as_of": run.as_of,
        "started_at": run.started_at,
        "ended_at": now_utc(),
        "status": status,
        "message": message,
        "release_id": manifest.release_id if manifest else None,
        "dagster_run_id": run.dagster_run_id,
        "peak_mib": round(get_peak_mib(), 1),
        "rows": sum(manifest.rows.values()) if manifest else None,
        "checks": checks,
        "answers": {source_id: dict(found) for source_id, found in answers.items()},
        "stages": [asdict(stage) for stage in run.record.stages],
    }


def write_run_report(settings: Settings, report: dict) -> None:
    """Keep how a run ended, and let the reports of long ago go."""
    folder = get_reports_dir(settings)
    write_json(folder / f"{report['run_id']}.json", report)
    oldest = datetime.now(UTC) - timedelta(days=KEPT_DAYS)
    for path in folder.glob("*.json"):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < oldest:
            path.unlink()
