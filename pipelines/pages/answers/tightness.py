"""Is a region short of chips: what quantities say and what prices say, side by side."""

from __future__ import annotations

from typing import Any

from pipelines.pages.answers.answer import (
    make_answer_page,
    make_columns,
    show_interval,
    show_time,
)
from pipelines.pages.charts import Bands, draw_figure
from pipelines.pages.page import Block, Page, Table
from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import Texts

NAME = "tightness"
TABLES = ("fct_tightness",)
TIGHTNESS = """
    select
        quarter_start, region_id,
        tightness_quantity_p05, tightness_quantity_p50, tightness_quantity_p95,
        tightness_price_p05, tightness_price_p50, tightness_price_p95,
        tightness_p05, tightness_p50, tightness_p95,
        probability_tight_quantity, probability_tight_price, probability_tight,
        agreement, is_informative, uninformative_reason, state, is_nowcast, confidence
    from marts.fct_tightness
    order by region_id, quarter_start
"""


def make_tightness_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return the page on how tight the regions are."""
    if not reader.has(*TABLES):
        return []
    rows = reader.ask(TIGHTNESS)
    regions = [r for r in ("CN", "US") if any(row["region_id"] == r for row in rows)]
    if not regions:
        return []
    latest = {r: [row for row in rows if row["region_id"] == r][-1] for r in regions}
    answer = texts.say(
        *(
            texts(
                "tightness.answer",
                region=texts.word("region_in", region),
                quarter=texts.quarter(row["quarter_start"]),
                state=texts.word("state", row["state"]),
                probability=texts.percent(row["probability_tight"]),
                quantity=texts.number(row["tightness_quantity_p50"]),
                price=texts.number(row["tightness_price_p50"]),
            )
            for region, row in latest.items()
        )
    )
    columns = ("region", "quarter", "quantity", "price", "both", "state", "agreement", "little")
    table = Table(
        make_columns(texts, NAME, *columns),
        tuple(_show_row(texts, row) for row in reversed(rows)),
        caption=texts("tightness.caption"),
        numeric=(2, 3, 4),
    )
    figures = [_draw(texts, region, rows, latest[region]) for region in regions]
    return [
        make_answer_page(
            reader, texts, NAME, answer=answer, figures=figures, table=table, rows=rows,
            tables=TABLES,
        )
    ]  # fmt: skip


def _show_row(texts: Texts, row: Row) -> tuple[str, ...]:
    return (
        texts.word("region", row["region_id"]),
        texts.quarter(row["quarter_start"]),
        show_interval(texts, row, "tightness_quantity"),
        show_interval(texts, row, "tightness_price"),
        show_interval(texts, row, "tightness"),
        texts.word("state", row["state"]),
        texts.word("agreement", row["agreement"]),
        texts.word("uninformative", row["uninformative_reason"]),
    )


def _draw(texts: Texts, region: str, rows: list[Row], latest: Row) -> Block:
    sides = ("quantity", "price")
    points: list[dict[str, Any]] = [
        {
            "time": show_time(row["quarter_start"]),
            "series": texts(f"tightness.{side}"),
            "middle": row[f"tightness_{side}_p50"],
            "low": row[f"tightness_{side}_p05"],
            "high": row[f"tightness_{side}_p95"],
        }
        for row in rows
        for side in sides
        if row["region_id"] == region and row[f"tightness_{side}_p50"] is not None
    ]
    names = [texts(f"tightness.{side}") for side in sides]
    name = texts.word("region_in", region)
    return draw_figure(
        texts("tightness.figure", region=name),
        texts(
            "tightness.alternative",
            region=name,
            quarter=texts.quarter(latest["quarter_start"]),
            quantity=show_interval(texts, latest, "tightness_quantity"),
            price=show_interval(texts, latest, "tightness_price"),
        ),
        Bands(points, names, texts("tightness.axis"), level=1, number_format=",~f").draw,
        texts("tightness.how"),
    )
