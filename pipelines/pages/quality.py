"""The pages on checks, kind by kind: what was checked on a release and what was found.

The page over all of them is `quality_summary.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipelines.pages.page import Block, Heading, Page, Table, Text

FOLDER = "quality"
KINDS = {
    "expectation": "Expectations of raw tables, of marts and across tables (Great Expectations)",
    "dbt": "Tests of dbt: keys, relations, identities on every draw",
    "contract": "Contracts: rows quarantined, documents refused, documents to review",
    "freshness": "Age of each source against its contract",
}


def make_quality_pages(database: Path) -> list[Page]:
    """Return one page per kind of check on a release."""
    with duckdb.connect(str(database), read_only=True) as connection:
        checks = connection.execute(
            "select kind, table_name, check_name, severity, passed, observed, message "
            "from meta.quality_result order by kind, table_name, check_name"
        ).fetchall()
    return [_make_kind_page(kind, title, checks) for kind, title in KINDS.items()]


def tell_result(severity: str, passed: bool) -> str:
    """Return how a check ended: passed, warned or failed."""
    if passed:
        return "passed"
    return "failed" if severity == "error" else "warned"


def _make_kind_page(kind: str, title: str, checks: list[tuple]) -> Page:
    blocks: list[Block] = []
    for table, members in _group_by_table(c for c in checks if c[0] == kind):
        blocks += [
            Heading(table),
            Table(
                ("check", "result", "severity", "demands", "found"),
                tuple(
                    (f"`{c[2]}`", tell_result(c[3], c[4]), c[3], c[6], c[5] or "") for c in members
                ),
            ),
        ]
    return Page(f"{FOLDER}/{kind}", title, blocks or [Text("No check of this kind was made.")])


def _group_by_table(checks: Iterable[tuple]) -> list[tuple[str, list[tuple]]]:
    groups: dict[str, list[tuple]] = {}
    for check in checks:
        groups.setdefault(check[1], []).append(check)
    # marts first: they are what readers of the pages use
    return sorted(groups.items(), key=lambda item: (not item[0].startswith("marts."), item[0]))
