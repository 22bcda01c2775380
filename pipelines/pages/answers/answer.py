"""How a page that answers a question is put together, and what all such pages ask alike.

Each page is a module beside this one: its question, its sentence, its figures, its table.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pipelines.pages.page import Block, Bullets, Download, Heading, Page, Table, Text
from pipelines.pages.reader import Reader, Row, make_sources_table, write_csv
from pipelines.pages.texts import Texts

FOLDER = "answers"
REGIONS = ("US", "CN", "ROW")
WORK = ("training_large", "training_small", "inference")
LAST_COUNTED = """
    select max(quarter_start) filter (not is_nowcast) as counted, max(quarter_start) as newest
    from marts.fct_compute_balance
"""


def find_last_counted(reader: Reader) -> date:
    """Return the last quarter whose deliveries are counted, or the newest where none is."""
    found = reader.ask(LAST_COUNTED)[0]
    quarter: date = found["counted"] or found["newest"]
    return quarter


def make_answer_page(
    reader: Reader,
    texts: Texts,
    name: str,
    *,
    answer: str,
    figures: Sequence[Block],
    table: Table,
    rows: list[Row],
    tables: tuple[str, ...],
    more: Sequence[Block] = (),
    page: str = "",
    title: str = "",
    is_variant: bool = False,
) -> Page:
    """Return the page of a question: sentence, figures, table, download, notes, sources.

    Args:
        reader: the release.
        texts: of the page's language.
        name: of the question: its texts are `NAME.title`, `NAME.note.1` and so on.
        answer: the computed sentence.
        figures: what stands before the table.
        table: rows behind the figures, as readers see them.
        rows: the same rows as data, for the download.
        tables: the marts that the page rests on.
        more: what stands after the table.
        page: the name of the page where it is another than that of the question.
        title: the title where it is another than that of the question.
        is_variant: whether another page leads to it, so that the first page need not.
    """
    page = page or name
    notes: list[str] = []
    while texts.has(f"{name}.note.{len(notes) + 1}"):
        notes.append(texts(f"{name}.note.{len(notes) + 1}"))
    blocks: list[Block] = [
        *figures,
        *([Bullets(tuple(notes))] if notes else []),
        Heading(texts("answer.table")),
        table,
        Download(f"{page}.csv", len(rows)),
        *more,
        Heading(texts("sources.title")),
        Text(texts("answer.tables", tables=texts.join([_link_table(t) for t in tables]))),
    ]
    sources = make_sources_table(reader, texts, tables)
    if sources:
        blocks.append(sources)
    return Page(
        f"{FOLDER}/{page}",
        title or texts(f"{name}.title"),
        blocks,
        answer=answer,
        files={f"{page}.csv": write_csv(rows)},
        is_variant=is_variant,
    )


def _link_table(name: str) -> str:
    return f"[{name}](../dictionary/{name}.html)"


def name_chips(reader: Reader) -> dict[str, str]:
    """Return the name of each chip by its id."""
    rows = reader.ask("select chip_id, chip_name from marts.dim_chip")
    return {row["chip_id"]: row["chip_name"] for row in rows}


def list_stand_ins(reader: Reader) -> set[str]:
    """Return the chips that stand in arrivals for a class of cards that nobody counts by chip."""
    rows = reader.ask(
        "select distinct c.chip_id from marts.dim_chip as c join meta.assumption as a "
        "on contains(a.applies_to || ';', 'chip_id=' || c.chip_id || ';') "
        "where a.parameter = 'cn_other_cards'"
    )
    return {row["chip_id"] for row in rows}


def name_arrivals(reader: Reader, texts: Texts) -> dict[str, str]:
    """Return names of chips as they arrived: a stand-in is called by what it stands for."""
    names = name_chips(reader)
    stand_ins = {
        chip: texts("answer.stand_in", chip=names[chip]) for chip in list_stand_ins(reader)
    }
    return {**names, **stand_ins}


def name_rules(reader: Reader, texts: Texts) -> dict[str, str]:
    """Return the title of each rule by its id, in the language where there is one."""
    rows = reader.ask("select policy_id, title from marts.dim_policy")
    return {
        row["policy_id"]: (
            texts(f"rule.{row['policy_id']}")
            if texts.has(f"rule.{row['policy_id']}")
            else row["title"]
        )
        for row in rows
    }


def name_cell(texts: Texts, row: Row, key: str = "answer.cell") -> str:
    """Return region and work of a row in words: as a label, or `answer.cell_in` in a sentence."""
    return texts(
        key,
        region=texts.word("region" if key == "answer.cell" else "region_in", row["region_id"]),
        work=texts.word("work", row["workload_id"]),
    )


def show_time(day: date) -> str:
    """Return a day as charts read it."""
    return day.isoformat()


def show_interval(texts: Texts, row: Row, measure: str) -> str:
    """Return the estimate of a row: columns `MEASURE_p50`, `_p05` and `_p95`."""
    return texts.interval(*(row[f"{measure}_{end}"] for end in ("p50", "p05", "p95")))


def list_points(texts: Texts, points: list[tuple[str, str]]) -> str:
    """Return labels with their values as one text, for readers who do not see a chart."""
    return texts("list.parts").join(
        texts("answer.point", label=label, value=value) for label, value in points
    )


def make_columns(texts: Texts, name: str, *columns: str) -> tuple[str, ...]:
    """Return the headings of a table: the texts `NAME.column.COLUMN`."""
    return tuple(texts(f"{name}.column.{column}") for column in columns)
