"""The pages on quality: what was checked on a release, what was found, suite by suite."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipelines.base.rows import fetch_row
from pipelines.pages.page import Block, Heading, Page, Table, Text

FOLDER = "quality"
KINDS = {
    "expectation": "Expectations of raw tables, of marts and across tables (Great Expectations)",
    "dbt": "Tests of dbt: keys, relations, identities on every draw",
    "contract": "Contracts: rows quarantined, documents refused, documents to review",
    "freshness": "Age of each source against its contract",
}


def make_quality_pages(database: Path) -> list[Page]:
    """Return the summary of all checks of a release, and one page per kind of check."""
    with duckdb.connect(str(database), read_only=True) as connection:
        release = fetch_row(
            connection, "select release_id, as_of, created_at, code_version from meta.release"
        )
        checks = connection.execute(
            "select kind, table_name, check_name, severity, passed, observed, message "
            "from meta.quality_result order by kind, table_name, check_name"
        ).fetchall()
    return [
        _make_summary(release, checks),
        *(_make_kind_page(kind, title, checks) for kind, title in KINDS.items()),
    ]


def _tell(severity: str, passed: bool) -> str:
    if passed:
        return "passed"
    return "failed" if severity == "error" else "warned"


def _make_summary(release: tuple, checks: list[tuple]) -> Page:
    rows = []
    for kind, title in KINDS.items():
        told = [_tell(c[3], c[4]) for c in checks if c[0] == kind]
        rows.append(
            (
                f"[{title}]({kind}.html)",
                *(str(told.count(word)) for word in ("passed", "warned", "failed")),
            )
        )
    open_checks = [c for c in checks if not c[4]]
    blocks: list[Block] = [
        Text(
            f"Release `{release[0]}`, as of {release[1]}, made {release[2]} UTC by code "
            f"`{release[3]}`. A failed check of severity error stops a release, so none stands "
            "here; a warning is published with it."
        ),
        Table(("checks", "passed", "warned", "failed"), tuple(rows)),
    ]
    if open_checks:
        blocks += [
            Heading("What did not pass"),
            Table(
                ("check", "table", "demands", "found"),
                tuple((f"`{c[2]}`", f"`{c[1]}`", c[6], c[5] or "") for c in open_checks),
            ),
        ]
    return Page(f"{FOLDER}/index", "Quality of the release", blocks)


def _make_kind_page(kind: str, title: str, checks: list[tuple]) -> Page:
    blocks: list[Block] = []
    for table, members in _group_by_table(c for c in checks if c[0] == kind):
        blocks += [
            Heading(table),
            Table(
                ("check", "result", "severity", "demands", "found"),
                tuple((f"`{c[2]}`", _tell(c[3], c[4]), c[3], c[6], c[5] or "") for c in members),
            ),
        ]
    return Page(f"{FOLDER}/{kind}", title, blocks or [Text("No check of this kind was made.")])


def _group_by_table(checks: Iterable[tuple]) -> list[tuple[str, list[tuple]]]:
    groups: dict[str, list[tuple]] = {}
    for check in checks:
        groups.setdefault(check[1], []).append(check)
    # marts first: they are what readers of the pages use
    return sorted(groups.items(), key=lambda item: (not item[0].startswith("marts."), item[0]))
