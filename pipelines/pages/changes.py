"""What changed since the release before: rows that came, changed and went, table by table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.base.settings import Settings
from pipelines.pages.frame import ReleaseNote
from pipelines.pages.page import Block, Heading, Page, Table, Text
from pipelines.pages.reader import Reader
from pipelines.pages.texts import Texts
from pipelines.release.diff import TableChange, diff_releases, open_release
from pipelines.release.manifest import list_releases

PATH = "changes"
# they only put together what the tables hold, in millions of rows
VIEWS = """
    select view_name from duckdb_views() where schema_name = 'marts' and not internal
    order by view_name
"""
SHOWN_COLUMNS = 8


@dataclass(frozen=True)
class Comparison:
    """The release before (None where there is none), what changed since, and the views.

    Views are not compared: they put together what the tables hold.
    """

    before: str | None
    as_of: date | None
    changes: list[TableChange]
    views: list[str]


def find_changes(settings: Settings, reader: Reader) -> Comparison:
    """Compare the current release with the one before, where that is kept."""
    current = reader.release.release_id
    older = [m for m in list_releases(settings.releases_dir) if m.release_id < current]
    views = [row["view_name"] for row in reader.ask(VIEWS)]
    if not older:
        return Comparison(None, None, [], views)
    first = open_release(settings, older[0].release_id)
    changes = diff_releases(first, open_release(settings, current), views)
    return Comparison(older[0].release_id, older[0].as_of, changes, views)


def make_changes_page(
    texts: Texts, release: ReleaseNote, found: Comparison, documents: set[str]
) -> Page:
    """Return the page in a language.

    Args:
        texts: the language.
        release: the current one.
        found: what changed since the one before.
        documents: paths of the pages of documents, among them perhaps the changelog.
    """
    blocks: list[Block] = []
    if "documents/data-changelog" in documents:
        blocks.append(Text(texts("changes.log")))
    if found.before is None:
        answer = texts("changes.first", release=release.release_id)
        return Page(PATH, texts("changes.title"), [Text(answer), *blocks])
    changes, views = found.changes, found.views
    answer = texts(
        "changes.answer",
        tables=len(changes),
        before=found.before,
        as_of=texts.day(found.as_of),
        added=f"{sum(change.added for change in changes):,}",
        changed=f"{sum(change.changed for change in changes):,}",
        removed=f"{sum(change.removed for change in changes):,}",
    )
    blocks.insert(0, Text(answer))
    if changes:
        blocks += [
            Heading(texts("changes.tables")),
            Table(
                tuple(
                    texts(f"changes.{c}")
                    for c in ("table", "rows", "added", "changed", "removed", "columns")
                ),
                tuple(_make_row(texts, change) for change in changes),
                texts("changes.caption"),
                numeric=(1, 2, 3, 4),
            ),
        ]
    if views:
        shown = ", ".join(f"[{view}](dictionary/{view}.html)" for view in views)
        blocks.append(Text(texts("changes.views", views=shown)))
    return Page(PATH, texts("changes.title"), blocks)


def _make_row(texts: Texts, change: TableChange) -> tuple[str, ...]:
    if change.rows_before is None:
        columns = texts("changes.new_table")
    elif change.rows_after is None:
        columns = texts("changes.gone_table")
    else:
        parts = change.columns.split(", ") if change.columns else []
        columns = ", ".join(parts[:SHOWN_COLUMNS])
        if len(parts) > SHOWN_COLUMNS:
            columns = texts("things.and_more", names=columns, more=len(parts) - SHOWN_COLUMNS)
    name = change.table
    link = name if change.rows_after is None else f"[{name}](dictionary/{name}.html)"
    counts = (change.rows_after or 0, change.added, change.changed, change.removed)
    return (link, *(f"{count:,}" for count in counts), columns)
