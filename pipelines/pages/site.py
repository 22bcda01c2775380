"""Writing all pages about the current release as HTML under `warehouse/docs`, from one index."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from pipelines.base.errors import ReleaseError
from pipelines.base.files import get_temporary_path
from pipelines.base.rows import fetch_row
from pipelines.base.settings import Settings
from pipelines.contracts.load import load_contracts
from pipelines.pages.claims import PATH as CLAIMS_PATH
from pipelines.pages.claims import make_claims_pages
from pipelines.pages.data_notes import make_data_notes_page
from pipelines.pages.dictionary import make_dictionary_pages
from pipelines.pages.licences import make_licences_page
from pipelines.pages.page import Block, Heading, Page, Table, Text, write_html
from pipelines.pages.quality import make_quality_pages
from pipelines.pages.report import PATH as REPORT_PATH
from pipelines.pages.report import make_report_pages
from pipelines.pages.revisions import PATH as REVISIONS_PATH
from pipelines.pages.revisions import make_revisions_page
from pipelines.release.publish import find_readable

TITLE = "Compute Balance"
# pages that answer questions; a project without the balance or the claims lacks some
ANSWERS = (
    (REPORT_PATH, "Report", "the balance, prices and rules of the newest quarter"),
    (CLAIMS_PATH, "Claims", "was the practitioner of 2023 right?"),
    (REVISIONS_PATH, "Revisions", "how figures moved between builds and versions of estimates"),
)


def write_site(settings: Settings) -> tuple[Path, int]:
    """Write the pages anew, whole or not at all.

    Returns:
        The index, and how many pages there are.

    Raises:
        ReleaseError: nothing is published yet.
    """
    if not settings.current_path.exists():
        raise ReleaseError("nothing is published yet; run: make warehouse")
    folder = settings.warehouse_dir / "docs"
    pages = [
        *make_claims_pages(find_readable(settings)),
        *make_quality_pages(find_readable(settings)),
        *make_report_pages(find_readable(settings)),
        make_revisions_page(settings),
        *make_source_pages(settings),
    ]
    staged = get_temporary_path(folder)
    shutil.rmtree(staged, ignore_errors=True)
    for page in [_make_index(settings, {page.path for page in pages}), *pages]:
        path = staged / f"{page.path}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write_html(page, TITLE), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    staged.rename(folder)
    return folder / "index.html", len(pages) + 1


def make_source_pages(settings: Settings) -> list[Page]:
    """Return all pages that follow from contracts and descriptions alone."""
    contracts = load_contracts(settings.sources_dir)
    return [
        make_licences_page(contracts),
        make_data_notes_page(contracts, settings.docs_dir),
        *make_dictionary_pages(contracts, settings.dbt_dir),
    ]


def _make_index(settings: Settings, present: set[str]) -> Page:
    with duckdb.connect(str(find_readable(settings)), read_only=True) as connection:
        release_id, as_of, created_at, content_hash = fetch_row(
            connection, "select release_id, as_of, created_at, content_hash from meta.release"
        )
        passed, warned = fetch_row(
            connection,
            "select count(*) filter (passed), count(*) filter (not passed) "
            "from meta.quality_result",
        )
        stale = connection.execute(
            "select source_id, freshness, newest_known_on::varchar from meta.source "
            "where freshness in ('stale', 'empty', 'unread') order by source_id"
        ).fetchall()
        tables = connection.execute(
            "select table_name, estimated_size from duckdb_tables() where schema_name = 'marts' "
            "order by table_name"
        ).fetchall()
    blocks: list[Block] = [
        Text(
            f"Release `{release_id}`, as of {as_of}, made {created_at} UTC, content "
            f"`{content_hash[:16]}`."
        ),
        Table(
            ("page", "what it tells"),
            (
                (
                    "[Quality](quality/index.html)",
                    f"{passed:,} checks passed, {warned} warned: what was demanded and found",
                ),
                *(
                    (f"[{name}]({path}.html)", text)
                    for path, name, text in ANSWERS
                    if path in present
                ),
                ("[Data dictionary](dictionary/index.html)", "every table, column and source"),
                ("[Data notes](data-notes.html)", "what was corrected, left out or not verified"),
                ("[Licences and attribution](data-licences.html)", "terms of every publisher"),
            ),
        ),
        Heading("Tables"),
        Table(
            ("table", "rows"),
            tuple((f"[{name}](dictionary/{name}.html)", f"{rows:,}") for name, rows in tables),
        ),
    ]
    if stale:
        blocks += [
            Heading("Sources that are not fresh"),
            Table(
                ("source", "state", "newest known day"), tuple((*s[:2], s[2] or "") for s in stale)
            ),
        ]
    return Page("index", TITLE, blocks)
