"""Is a price high because cost is high, or because the chip is scarce: rent over cost."""

from __future__ import annotations

from typing import Any

from pipelines.pages.answers.answer import (
    make_answer_page,
    make_columns,
    name_chips,
    show_interval,
    show_time,
)
from pipelines.pages.charts import Bands, draw_figure
from pipelines.pages.page import Block, Page, Table
from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import Texts

NAME = "scarcity"
TABLES = ("fct_scarcity_premium", "fct_gpu_hour_cost", "fct_scarcity_episode", "dim_chip")
PREMIUM = """
    select
        p.quarter_start, p.region_id, p.chip_id, p.price_usd, c.usd_per_gpu_hour_p05,
        c.usd_per_gpu_hour_p50, c.usd_per_gpu_hour_p95, c.capital_usd, c.power_usd, c.building_usd,
        c.operations_usd, p.premium_p05, p.premium_p50, p.premium_p95, p.is_thin, p.known_on,
        p.confidence
    from marts.fct_scarcity_premium as p
    left join marts.fct_gpu_hour_cost as c using (quarter_start, region_id, chip_id)
    order by p.chip_id, p.region_id, p.quarter_start
"""


def make_scarcity_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return the page on rents over costs."""
    if not reader.has(*TABLES):
        return []
    rows = reader.ask(PREMIUM)
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["chip_id"], row["region_id"]), []).append(row)
    if not groups:
        return []
    chips = name_chips(reader)
    longest = sorted(groups.values(), key=len)[-1]
    shown = [
        group for key, group in sorted(groups.items())
        if key[1] != "ROW" and len(group) >= 0.25 * len(longest)
    ]  # fmt: skip
    newest = max(row["quarter_start"] for row in rows)
    now = [row for row in rows if row["quarter_start"] == newest]
    scarce = [row for row in now if row["premium_p05"] > 1]
    main = max(shown, key=lambda group: (group[-1]["quarter_start"], group[-1]["price_usd"]))[-1]
    answer = texts.say(
        texts(
            "scarcity.answer",
            quarter=texts.quarter(main["quarter_start"]),
            chip=chips[main["chip_id"]],
            region=texts.word("region_in", main["region_id"]),
            price=texts.usd(main["price_usd"]),
            cost=texts.usd(main["usd_per_gpu_hour_p50"]),
            premium=show_interval(texts, main, "premium"),
        ),
        texts("scarcity.count", scarce=len(scarce), all=len(now)),
    )
    columns = ("chip", "region", "quarter", "price", "cost", "premium", "says")
    table = Table(
        make_columns(texts, NAME, *columns),
        tuple(_show_row(texts, chips, row) for row in reversed(rows)),
        caption=texts("scarcity.caption"),
        numeric=(3, 4, 5),
    )
    return [
        make_answer_page(
            reader, texts, NAME, answer=answer, figures=[_draw(texts, chips, shown)],
            table=table, rows=rows, tables=TABLES,
        )
    ]  # fmt: skip


def _show_row(texts: Texts, chips: dict[str, str], row: Row) -> tuple[str, ...]:
    ends = [texts.usd(row[f"usd_per_gpu_hour_{end}"]) for end in ("p50", "p05", "p95")]
    middle, low, high = ends
    known = row["usd_per_gpu_hour_p50"] is not None
    return (
        chips[row["chip_id"]],
        texts.word("region", row["region_id"]),
        texts.quarter(row["quarter_start"]),
        texts.usd(row["price_usd"]),
        texts("value.interval", middle=middle, low=low, high=high) if known else middle,
        show_interval(texts, row, "premium"),
        texts(f"scarcity.{_judge(row)}"),
    )


def _judge(row: Row) -> str:
    if row["premium_p05"] > 1:
        return "scarce"
    return "loss" if row["premium_p95"] < 1 else "cost"


def _draw(texts: Texts, chips: dict[str, str], shown: list[list[Row]]) -> Block:
    def name(row: Row) -> str:
        return texts(
            "scarcity.series",
            chip=chips[row["chip_id"]],
            region=texts.word("region", row["region_id"]),
        )

    points: list[dict[str, Any]] = [
        {
            "time": show_time(row["quarter_start"]),
            "series": name(row),
            "middle": row["premium_p50"],
            "low": row["premium_p05"],
            "high": row["premium_p95"],
        }
        for group in shown
        for row in group
    ]
    values = texts("list.parts").join(
        texts("answer.point", label=name(g[-1]), value=show_interval(texts, g[-1], "premium"))
        for g in shown
    )
    return draw_figure(
        texts("scarcity.figure"),
        texts("scarcity.alternative", values=values),
        Bands(
            points, [name(group[0]) for group in shown], texts("scarcity.axis"), scale="log",
            level=1, number_format=",~f",
        ).draw,
        texts("scarcity.how"),
    )  # fmt: skip
