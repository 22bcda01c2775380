"""The first page of the site: the questions with their answers, then all that there is."""

from __future__ import annotations

from pipelines.pages.page import Block, Cards, Figure, Heading, Page, Table, Text
from pipelines.pages.reader import Reader
from pipelines.pages.texts import Texts

STALE = """
    select source_id, freshness, newest_known_on
    from meta.source
    where freshness in ('stale', 'empty', 'unread')
    order by source_id
"""
CHECKS = """
    select count(*) filter (passed) as passed, count(*) filter (not passed) as warned
    from meta.quality_result
"""
TABLES = """
    select t.table_name, d.estimated_size
    from information_schema.tables as t
    left join duckdb_tables() as d on d.schema_name = t.table_schema and d.table_name = t.table_name
    where t.table_schema = 'marts'
    order by t.table_name
"""


def make_index(reader: Reader, texts: Texts, pages: list[Page]) -> Page:
    """Return the first page: a figure, a card per page that answers a question, the tables."""
    # the other quarters of a page are reached from it
    answers = tuple(
        (page.title, page.path, page.answer)
        for page in pages
        if page.answer and not page.is_variant
    )
    blocks: list[Block] = [Text(texts("index.intro"))]
    first = [page for page in pages if not page.is_variant]
    figures = [block for page in first for block in page.blocks if isinstance(block, Figure)]
    blocks += figures[:1]
    if answers:
        blocks += [Heading(texts("index.questions")), Cards(answers)]
    checks = reader.ask(CHECKS)[0]
    blocks += [
        Heading(texts("index.data")),
        Text(texts("index.checks", passed=f"{checks['passed']:,}", warned=f"{checks['warned']:,}")),
        *_list_stale(reader, texts),
        Table(
            (texts("index.table"), texts("index.rows")),
            tuple(
                (
                    f"[{row['table_name']}](dictionary/{row['table_name']}.html)",
                    "" if row["estimated_size"] is None else f"{row['estimated_size']:,}",
                )
                for row in reader.ask(TABLES)
            ),
            caption=texts("index.tables", count=len(reader.marts)),
            numeric=(1,),
            is_folded=True,
        ),
    ]
    return Page("index", texts("index.title"), blocks)


def _list_stale(reader: Reader, texts: Texts) -> list[Block]:
    stale = reader.ask(STALE)
    if not stale:
        return []
    rows = tuple(
        (
            f"[{row['source_id']}](dictionary/source-{row['source_id']}.html)",
            texts.word("freshness", row["freshness"]),
            texts.day(row["newest_known_on"]),
        )
        for row in stale
    )
    columns = tuple(texts(f"index.{name}") for name in ("source", "state", "newest"))
    caption = texts("index.stale", count=len(rows))
    return [Table(columns, rows, caption=caption, is_folded=True)]
