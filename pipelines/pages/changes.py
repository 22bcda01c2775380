"""What changed since the release before: rows that came, changed and went, table by table."""

from __future__ import annotations

from pipelines.base.settings import Settings
from pipelines.pages.page import Block, Heading, Page, Table, Text
from pipelines.pages.reader import Reader
from pipelines.pages.texts import Texts
from pipelines.release.diff import TableChange, diff_releases, open_release
from pipelines.release.manifest import Manifest, list_releases

PATH = "changes"
# they only put together what the tables hold, in millions of rows
VIEWS = """
    select view_name from duckdb_views() where schema_name = 'marts' and not internal
    order by view_name
"""
SHOWN_COLUMNS = 8


def find_changes(
    settings: Settings, reader: Reader
) -> tuple[Manifest | None, list[TableChange], list[str]]:
    """Compare the current release with the one before.

    Returns:
        The release before (None where there is none), what changed in each table, and the views,
        which are not compared.
    """
    current = reader.release.release_id
    older = [m for m in list_releases(settings.releases_dir) if m.release_id < current]
    views = [row["view_name"] for row in reader.ask(VIEWS)]
    if not older:
        return None, [], views
    first = open_release(settings, older[0].release_id)
    return older[0], diff_releases(first, open_release(settings, current), views), views


def make_changes_page(
    texts: Texts,
    reader: Reader,
    found: tuple[Manifest | None, list[TableChange], list[str]],
    documents: set[str],
) -> Page:
    """Return the page in a language.

    Args:
        texts: the language.
        reader: the current release.
        found: what `find_changes` returned.
        documents: paths of the pages of documents, among them perhaps the changelog.
    """
    before, changes, views = found
    blocks: list[Block] = []
    if "documents/data-changelog" in documents:
        blocks.append(Text(texts("changes.log")))
    if before is None:
        answer = texts("changes.first", release=reader.release.release_id)
        return Page(PATH, texts("changes.title"), [Text(answer), *blocks])
    answer = texts(
        "changes.answer",
        tables=len(changes),
        before=before.release_id,
        as_of=texts.day(before.as_of),
        added=texts.number(sum(change.added for change in changes)),
        changed=texts.number(sum(change.changed for change in changes)),
        removed=texts.number(sum(change.removed for change in changes)),
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
