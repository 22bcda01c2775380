"""The runs of the past weeks as rows, for `meta.run_history`, and as figures, for Prometheus."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from pipelines.base.files import write_bytes
from pipelines.base.settings import Settings
from pipelines.release.publish import find_readable
from pipelines.run.reports import describe_run, read_run_reports
from pipelines.run.state import Run

STAGES = ("fetch", "ingest", "register", "models", "meta", "audit", "publish")
OUTCOMES = ("new", "unchanged", "failed")
RESULTS = ("passed", "warned", "failed")
STATUSES = ("published", "unchanged", "built", "failed")
PREFIX = "compute_balance_"
# parts of a warehouse whose size is told
PARTS = ("data/archive", "data", "releases", "as_of", "build", "outlooks", "dagster", "docs")
MIB = 1024 * 1024


def list_history(run: Run) -> list[tuple]:
    """Return the rows of `meta.run_history`: the kept runs before this one, and this one so far."""
    own = describe_run(run, "under_way", "")
    return [_make_row(report) for report in [*read_run_reports(run.settings), own]]


def _make_row(report: Mapping) -> tuple:
    stages = {
        stage["stage"]: stage["seconds"]
        for stage in report.get("stages", [])
        if stage["seconds"] is not None
    }
    answers = (report.get("answers") or {}).items()
    counts = [sum(found.get(outcome, 0) for _, found in answers) for outcome in OUTCOMES]
    news = ", ".join(sorted(source_id for source_id, found in answers if found.get("new")))
    checks = report.get("checks") or {}
    return (
        report["run_id"],
        _to_day(report["as_of"]),
        _to_moment(report.get("started_at")),
        _to_moment(report["ended_at"]),
        report["status"],
        report.get("release_id"),
        *(stages.get(stage) for stage in STAGES),
        report.get("peak_mib"),
        report.get("rows"),
        *(checks.get(result) for result in RESULTS),
        *counts,
        news or None,
    )


def _to_day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _to_moment(value: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


@dataclass
class Family:
    """One metric: its name without prefix, what it is, and a value per set of labels."""

    name: str
    help: str
    values: dict[tuple[tuple[str, str], ...], float] = field(default_factory=dict)

    def set(self, value: float | None, **labels: str) -> None:
        """Set the value for some labels; None sets nothing."""
        if value is not None:
            self.values[tuple(sorted(labels.items()))] = value


def write_prometheus(families: Iterable[Family]) -> str:
    """Return metrics in the text format of Prometheus, each with its help and type (gauge)."""
    lines = []
    for family in families:
        name = PREFIX + family.name
        help_text = family.help.replace("\\", "\\\\").replace("\n", " ")
        lines += [f"# HELP {name} {help_text}", f"# TYPE {name} gauge"]
        for labels, value in family.values.items():
            shown = ",".join(f'{key}="{_escape(text)}"' for key, text in labels)
            lines.append(f"{name}{{{shown}}} {value:.15g}" if shown else f"{name} {value:.15g}")
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def collect_metrics(settings: Settings) -> list[Family]:
    """Return what a monitor should know: the last runs, the release, the sources, the disk."""
    return [
        *_measure_runs(read_run_reports(settings)),
        *_measure_release(settings),
        *_measure_disk(settings),
    ]


def _to_seconds(moment: datetime) -> float:
    return moment.replace(tzinfo=UTC).timestamp()


def _measure_runs(reports: list[dict]) -> list[Family]:
    count = Family("runs", "Runs whose reports are kept, by how they ended.")
    ended = Family("run_last_ended_seconds", "End of the last run that ended so, in epoch seconds.")
    stages = Family("run_stage_seconds", "Seconds of a stage of the last run.")
    peak = Family("run_peak_bytes", "Peak memory of the last run.")
    rows = Family("run_rows", "Rows of all marts that the last run published or found unchanged.")
    checks = Family("run_checks", "Checks of the last run that made any, by result.")
    answers = Family("run_answers", "Addresses of the last run that fetched, by how they answered.")
    for status in STATUSES:
        count.set(sum(report["status"] == status for report in reports), status=status)
    for report in reports:
        ended.set(_to_seconds(datetime.fromisoformat(report["ended_at"])), status=report["status"])
        if report.get("checks"):
            for result in RESULTS:
                checks.set(report["checks"][result], result=result)
    for report in reports[-1:]:
        for stage in report.get("stages", []):
            stages.set(stage["seconds"], stage=stage["stage"])
        mib = report.get("peak_mib")
        peak.set(mib * MIB if mib else None)
        rows.set(report.get("rows"))
    for report in [report for report in reports if report.get("answers")][-1:]:
        for source_id, found in report["answers"].items():
            for outcome in OUTCOMES:
                answers.set(found.get(outcome, 0), source=source_id, outcome=outcome)
    return [count, ended, stages, peak, rows, checks, answers]


def _measure_release(settings: Settings) -> list[Family]:
    created = Family("release_created_seconds", "When the current release was made, in epoch time.")
    stale = Family("source_stale", "1 for a source that is stale in the current release, else 0.")
    newest = Family("source_newest_seconds", "Day of a source's newest known row, in epoch time.")
    inbox = Family("inbox_open", "Rule documents that nobody has reviewed.")
    if settings.current_path.exists():
        with duckdb.connect(str(find_readable(settings)), read_only=True) as connection:
            for (moment,) in connection.execute("select created_at from meta.release").fetchall():
                created.set(_to_seconds(moment))
            for source_id, state, day in connection.execute(
                "select source_id, freshness, newest_known_on from meta.source order by source_id"
            ).fetchall():
                stale.set(float(state == "stale"), source=source_id)
                if day is not None:
                    newest.set(
                        _to_seconds(datetime.combine(day, datetime.min.time())), source=source_id
                    )
            inbox.set(count_open(connection))
    return [created, stale, newest, inbox]


def count_open(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many rule documents of a release wait for a person."""
    found = connection.execute(
        "select count(*) from meta.policy_inbox where relevance <> 'not_relevant' "
        "and coalesce(review, 'to_be_coded') = 'to_be_coded'"
    ).fetchall()
    return int(found[0][0])


def _measure_disk(settings: Settings) -> list[Family]:
    sizes = Family("disk_bytes", "Bytes of a part of the warehouse.")
    free = Family("disk_free_bytes", "Bytes that are free where the warehouse is.")
    for part in PARTS:
        sizes.set(measure_folder(settings.warehouse_dir / part), part=part)
    if settings.warehouse_dir.exists():
        free.set(shutil.disk_usage(settings.warehouse_dir).free)
    return [sizes, free]


def measure_folder(folder: Path) -> int:
    """Return the bytes of all files below a folder; 0 if there is none."""
    total = 0
    for path in folder.rglob("*") if folder.exists() else []:
        # a file may go while others are counted
        try:
            total += path.lstat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total


def write_metrics_file(settings: Settings) -> Path:
    """Write the metrics where a collector of text files finds them; whole or not at all."""
    path = settings.status_dir / "metrics.prom"
    write_bytes(path, write_prometheus(collect_metrics(settings)).encode())
    return path
