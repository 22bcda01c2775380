"""Who holds the idle capacity: chips without power and chips that are powered and not at work."""

from __future__ import annotations

from pipelines.pages.answers.answer import (
    find_last_counted,
    list_points,
    make_answer_page,
    make_columns,
)
from pipelines.pages.charts import Bars, draw_figure
from pipelines.pages.page import Block, Page, Table
from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import Texts

NAME = "idle"
TABLES = ("fct_balance_walk_part", "fct_compute_load", "fct_reported_utilisation")
# by the yardstick of inference, the one kind of work that every chip can do
HOLDERS = """
    select
        quarter_start, owner,
        sum(deployed_h100e) as deployed_h100e,
        sum(deployed_h100e - powered_h100e) as unpowered_h100e,
        sum(powered_h100e * (1 - occupancy_share)) as unoccupied_h100e,
        sum(deployed_h100e - powered_h100e * occupancy_share) as idle_h100e,
        sum(deployed_h100e - powered_h100e * occupancy_share) / sum(deployed_h100e) as idle_share,
    from marts.fct_balance_walk_part
    where quarter_start = $quarter and workload_id = 'inference' and occupancy_share is not null
    group by quarter_start, owner
    having sum(deployed_h100e) > 0
    order by idle_h100e desc, owner
"""
REPORTED = """
    select subject, segment, region_id, on_date, metric, value_pct, known_on, confidence
    from marts.fct_reported_utilisation
    where metric in ('allocation', 'duty', 'idle', 'racks_filled')
    order by on_date desc, subject, segment
    limit 25
"""


def make_idle_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return the page on idle capacity in the last counted quarter."""
    if not reader.has(*TABLES, "fct_compute_balance"):
        return []
    quarter = find_last_counted(reader)
    rows = reader.ask(HOLDERS, {"quarter": quarter})
    if not rows:
        return []
    total = sum(row["idle_h100e"] for row in rows)
    deployed = sum(row["deployed_h100e"] for row in rows)
    named = [row for row in rows if row["owner"] != "Other"]
    answer = texts(
        "idle.answer",
        quarter=texts.quarter(quarter),
        idle=texts.number(total),
        share=texts.percent(total / deployed),
        owner=texts.word("owner", named[0]["owner"]),
        most=texts.number(named[0]["idle_h100e"]),
        china=texts.join(
            [
                texts("idle.china", share=texts.percent(row["idle_share"]))
                for row in rows
                if row["owner"] == "China"
            ]
        ),
    )
    table = Table(
        make_columns(texts, NAME, "owner", "deployed", "unpowered", "unoccupied", "share"),
        tuple(
            (
                texts.word("owner", row["owner"]),
                texts.number(row["deployed_h100e"]),
                texts.number(row["unpowered_h100e"]),
                texts.number(row["unoccupied_h100e"]),
                texts.percent(row["idle_share"]),
            )
            for row in rows
        ),
        caption=texts("idle.caption", quarter=texts.quarter(quarter)),
        numeric=(1, 2, 3, 4),
    )
    return [
        make_answer_page(
            reader, texts, NAME, answer=answer, figures=[_draw(texts, rows)], table=table,
            rows=rows, tables=TABLES, more=[_list_reports(reader, texts)],
        )
    ]  # fmt: skip


def _list_reports(reader: Reader, texts: Texts) -> Block:
    return Table(
        make_columns(texts, NAME, "subject", "region", "day", "metric", "value"),
        tuple(
            (
                row["subject"],
                texts.word("region", row["region_id"]),
                texts.day(row["on_date"]),
                texts.word("metric", row["metric"]),
                texts.percent(row["value_pct"] / 100),
            )
            for row in reader.ask(REPORTED)
        ),
        caption=texts("idle.reported"),
        numeric=(4,),
    )


def _draw(texts: Texts, rows: list[Row]) -> Block:
    shown = [
        {
            "label": texts.word("owner", row["owner"]),
            "value": row["idle_h100e"],
            "text": texts(
                "supply.label",
                value=texts.number(row["idle_h100e"]),
                share=texts.percent(row["idle_share"]),
            ),
        }
        for row in rows
    ]
    points = [(row["label"], row["text"]) for row in shown]
    return draw_figure(
        texts("idle.figure"),
        texts("idle.alternative", values=list_points(texts, points)),
        Bars(shown, texts("idle.axis"), texts.axis, has_intervals=False).draw,
        texts("idle.how"),
    )
