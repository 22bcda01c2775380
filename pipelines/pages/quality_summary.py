"""The page on data quality: what was checked, what is old, set aside, corrected or not resolved.

The checks themselves, kind by kind, belong in `quality.py`.
"""

from __future__ import annotations

from pipelines.pages.page import Block, Heading, Page, Table, Text
from pipelines.pages.quality import FOLDER, KINDS, tell_result
from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import ENGLISH, Texts

CHECKS = """
    select kind, table_name, check_name, severity, passed, observed, message
    from meta.quality_result
    order by kind, table_name, check_name
"""
SOURCES = """
    select source_id, title, freshness, newest_known_on, fresh_for_days
    from meta.source
    order by freshness, newest_known_on nulls first, source_id
"""
SET_ASIDE = """
    select source_id, kind, count(*) as row_count
    from meta.quarantine
    group by source_id, kind
    order by row_count desc, source_id, kind
"""
CORRECTIONS = """
    select source_id, action, count(*) as row_count
    from meta.correction
    group by source_id, action
    order by row_count desc, source_id, action
"""
LABELS = """
    select entity, count(*) as labels, sum(row_count) as row_count
    from marts.fct_unresolved_label
    group by entity
    order by labels desc, entity
"""


def make_quality_summary(reader: Reader, texts: Texts) -> Page:
    """Return the page in a language."""
    checks = reader.ask(CHECKS)
    told = [tell_result(row["severity"], row["passed"]) for row in checks]
    sources = reader.ask(SOURCES)
    first = texts(
        "quality.summary",
        checks=f"{len(checks):,}",
        passed=f"{told.count('passed'):,}",
        warned=f"{told.count('warned'):,}",
        sources=len(sources),
        fresh=sum(row["freshness"] not in ("stale", "empty") for row in sources),
    )
    blocks: list[Block] = [
        Text(first),
        *_show_checks(reader, texts),
        *_show_open(reader, texts),
        *_show_sources(reader, texts),
        *_count(texts, "set_aside", reader.ask(SET_ASIDE), "kind"),
        *_count(texts, "corrected", reader.ask(CORRECTIONS), "action"),
    ]
    if reader.has("fct_unresolved_label"):
        blocks += _show_labels(reader, texts)
    return Page(f"{FOLDER}/index", texts("quality.title"), blocks)


def _show_checks(reader: Reader, texts: Texts) -> list[Block]:
    rows = []
    for kind in KINDS:
        told = [
            tell_result(row["severity"], row["passed"])
            for row in reader.ask(CHECKS)
            if row["kind"] == kind
        ]
        counts = (f"{told.count(word):,}" for word in ("passed", "warned", "failed"))
        name = texts.word("quality_kind", kind)
        rows.append((f"[{name}]({kind}.html)", *counts))
    columns = ("checks", "passed", "warned", "failed")
    return [
        Table(tuple(texts(f"quality.{c}") for c in columns), tuple(rows), numeric=(1, 2, 3)),
        Text(texts("quality.gate")),
    ]


def _show_open(reader: Reader, texts: Texts) -> list[Block]:
    found = [row for row in reader.ask(CHECKS) if not row["passed"]]
    if not found:
        return []
    # what a check demands is kept in English, on the page of its kind as well
    is_english = texts.language is ENGLISH
    columns = ("check", "table", *(("demands", "found") if is_english else ("kind",)))
    return [
        Heading(texts("quality.open")),
        Table(
            tuple(texts(f"quality.{c}") for c in columns),
            tuple(
                (
                    f"`{row['check_name']}`",
                    f"`{row['table_name']}`",
                    *(
                        (row["message"], row["observed"] or "")
                        if is_english
                        else (f"[{texts.word('quality_kind', row['kind'])}]({row['kind']}.html)",)
                    ),
                )
                for row in found
            ),
        ),
    ]


def _show_sources(reader: Reader, texts: Texts) -> list[Block]:
    columns = ("source", "state", "newest", "fresh_for")
    return [
        Heading(texts("quality.freshness")),
        Table(
            tuple(texts(f"quality.{c}") for c in columns),
            tuple(
                (
                    f"[{row['source_id']}](../dictionary/source-{row['source_id']}.html)",
                    texts.word("freshness", row["freshness"]),
                    texts.day(row["newest_known_on"]),
                    str(row["fresh_for_days"]),
                )
                for row in reader.ask(SOURCES)
            ),
            numeric=(3,),
        ),
    ]


def _count(texts: Texts, name: str, rows: list[Row], column: str) -> list[Block]:
    if not rows:
        return []
    total = sum(row["row_count"] for row in rows)
    return [
        Heading(texts(f"quality.{name}", rows=f"{total:,}")),
        Text(texts(f"quality.{name}_note")),
        Table(
            tuple(texts(f"quality.{c}") for c in ("source", column, "rows")),
            tuple(
                (
                    f"[{row['source_id']}](../dictionary/source-{row['source_id']}.html)",
                    texts(f"quality_word.{row[column]}"),
                    f"{row['row_count']:,}",
                )
                for row in rows
            ),
            numeric=(2,),
        ),
    ]


def _show_labels(reader: Reader, texts: Texts) -> list[Block]:
    rows = reader.ask(LABELS)
    if not rows:
        return []
    return [
        Heading(texts("quality.labels")),
        Table(
            tuple(texts(f"quality.{c}") for c in ("entity", "label_count", "rows")),
            tuple(
                (
                    texts.word("quality_entity", row["entity"]),
                    f"{row['labels']:,}",
                    f"{row['row_count']:,}",
                )
                for row in rows
            ),
            texts("quality.labels_note"),
            numeric=(1, 2),
        ),
    ]
