"""The status page: a file that shows after each run, also a failed one, how the warehouse is."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from pipelines.base.files import write_bytes
from pipelines.base.rows import fetch_dicts
from pipelines.base.settings import Settings, now_utc
from pipelines.pages.frame import write_alone
from pipelines.pages.page import Block, Heading, Page, Table, Text
from pipelines.release.publish import find_readable
from pipelines.run.history import MIB, PARTS, STAGES, measure_folder
from pipelines.run.reports import read_run_reports

SHOWN_RUNS = 30
MESSAGE_LENGTH = 200


def write_status_page(settings: Settings) -> Path:
    """Write the page anew, whole or not at all; returns where it is."""
    path = settings.status_dir / "index.html"
    write_bytes(path, write_alone(make_status_page(settings)).encode())
    return path


def make_status_page(settings: Settings) -> Page:
    """Return the page: last runs, release, sources, checks, inbox, disk."""
    reports = read_run_reports(settings)[::-1]
    blocks: list[Block] = [Text(f"Written at {now_utc():%Y-%m-%d %H:%M} UTC.")]
    blocks += _show_runs(reports)
    if settings.current_path.exists():
        with duckdb.connect(str(find_readable(settings)), read_only=True) as connection:
            blocks += _show_release(connection)
    blocks += _show_disk(settings)
    return Page("index", "Status of the warehouse", blocks, _tell_state(settings, reports))


def _tell_state(settings: Settings, reports: list[dict]) -> str:
    if not reports:
        return "No run has been made yet."
    last = reports[0]
    ended = f"The last run ended at {last['ended_at']} UTC"
    if last["status"] == "failed":
        stays = "What was published stays." if settings.current_path.exists() else ""
        return f"{ended} and failed. {stays}".strip()
    return f"{ended}: {last['status']}."


def _show_runs(reports: list[dict]) -> list[Block]:
    rows = []
    for report in reports[:SHOWN_RUNS]:
        seconds = {stage["stage"]: stage["seconds"] or 0.0 for stage in report.get("stages", [])}
        checks = report.get("checks") or {}
        news = [s for s, found in (report.get("answers") or {}).items() if found.get("new")]
        peak = report.get("peak_mib")
        rows.append(
            (
                str(report["ended_at"]),
                report["status"],
                str(report["as_of"]),
                f"{sum(seconds.get(stage, 0.0) for stage in STAGES):.0f}" if seconds else "",
                f"{peak:,.0f}" if peak else "",
                f"{checks['warned']} / {checks['failed']}" if checks else "",
                ", ".join(news),
                str(report.get("message", ""))[:MESSAGE_LENGTH],
            )
        )
    columns = ("ended (UTC)", "how", "as of", "seconds", "peak MiB", "warned / failed", "news")
    table = Table((*columns, "message"), tuple(rows), f"The last {len(rows)} runs", (3, 4))
    return [Heading("Runs"), table if rows else Text("None yet.")]


def _show_release(connection: duckdb.DuckDBPyConnection) -> list[Block]:
    release = fetch_dicts(connection, "select * from meta.release")[0]
    sources = fetch_dicts(
        connection,
        "select source_id, area, freshness, newest_known_on, rows_known, last_loaded_at "
        "from meta.source order by freshness <> 'stale', area, source_id",
    )
    checks = fetch_dicts(
        connection,
        "select check_name, severity, observed from meta.quality_result where not passed "
        "order by severity, check_name",
    )
    inbox = fetch_dicts(
        connection,
        "select document_number, title, published_on from meta.policy_inbox "
        "where relevance <> 'not_relevant' and coalesce(review, 'to_be_coded') = 'to_be_coded' "
        "order by published_on",
    )
    stale = sum(source["freshness"] == "stale" for source in sources)
    return [
        Heading("Release"),
        Text(
            f"Release `{release['release_id']}`, as of {release['as_of']}, content "
            f"`{release['content_hash'][:16]}`."
        ),
        Heading("Sources"),
        _make_table(sources, f"{len(sources)} sources, {stale} stale"),
        Heading("Checks that did not pass"),
        _make_table(checks, f"{len(checks)} checks") if checks else Text("None."),
        Heading("Rule documents to review"),
        _make_table(inbox, f"{len(inbox)} documents") if inbox else Text("None."),
    ]


def _make_table(rows: list[dict], caption: str) -> Table:
    cells = tuple(
        tuple("" if value is None else str(value)[:MESSAGE_LENGTH] for value in row.values())
        for row in rows
    )
    return Table(tuple(name.replace("_", " ") for name in rows[0]), cells, caption)


def _show_disk(settings: Settings) -> list[Block]:
    free = shutil.disk_usage(settings.warehouse_dir).free
    rows = tuple(
        (part, f"{measure_folder(settings.warehouse_dir / part) / MIB:,.1f}") for part in PARTS
    )
    caption = f"Parts of the warehouse; {free / MIB:,.0f} MiB are free"
    return [Heading("Disk"), Table(("folder", "MiB"), rows, caption, (1,))]
