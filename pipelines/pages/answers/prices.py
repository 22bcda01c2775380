"""What an accelerator-hour rents for: the index of matched offers and the newest rents."""

from __future__ import annotations

from typing import Any

from pipelines.pages.answers.answer import (
    list_points,
    make_answer_page,
    make_columns,
    name_chips,
    show_time,
)
from pipelines.pages.charts import Bands, draw_figure
from pipelines.pages.page import Block, Page, Table
from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import Texts

NAME = "prices"
TABLES = ("fct_rental_price_index", "fct_rental_price", "dim_chip")
# the chips with the longest series that are not thin
INDEX = """
    with
    longest as (
        select chip_id
        from marts.fct_rental_price_index
        where region_id = 'WORLD' and commitment = 'on_demand'
        group by chip_id
        order by count(*) filter (not is_thin) desc, chip_id
        limit 6
    )
    select
        month_start, region_id, chip_id, commitment, index_value, matched_offers, providers,
        is_thin, series_start, known_on, confidence
    from marts.fct_rental_price_index
    semi join longest using (chip_id)
    where region_id = 'WORLD' and commitment = 'on_demand'
    order by chip_id, month_start
"""
RENTS = """
    select
        month_start, region_id, chip_id, provider_type, quotes, providers,
        usd_per_gpu_hour_p25, usd_per_gpu_hour_p50, usd_per_gpu_hour_p75
    from marts.fct_rental_price
    where commitment = 'on_demand' and not is_press_report and usd_per_gpu_hour_p50 is not null
    qualify row_number() over (
        partition by region_id, chip_id, provider_type order by month_start desc
    ) = 1
    order by chip_id, region_id, provider_type
"""


def make_price_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return the page on rents."""
    if not reader.has(*TABLES):
        return []
    rows = reader.ask(INDEX)
    if not rows:
        return []
    chips = name_chips(reader)
    names = list(dict.fromkeys(row["chip_id"] for row in rows))
    latest = {name: [r for r in rows if r["chip_id"] == name][-1] for name in names}
    start = {name: next(r for r in rows if r["chip_id"] == name) for name in names}
    steepest = min(names, key=lambda name: latest[name]["index_value"])
    answer = texts.say(
        texts(
            "prices.answer",
            chip=chips[steepest],
            start=texts.month(start[steepest]["month_start"]),
            end=texts.month(latest[steepest]["month_start"]),
            change=texts.change(latest[steepest]["index_value"] - 100),
        ),
        texts(
            "prices.others",
            changes=texts.join(
                [
                    texts(
                        "answer.point",
                        label=chips[name],
                        value=texts.change(latest[name]["index_value"] - 100),
                    )
                    for name in names
                    if name != steepest
                ]
            ),
        ),
    )
    rents = reader.ask(RENTS)
    table = Table(
        make_columns(texts, NAME, "chip", "region", "provider", "rent", "month", "quotes"),
        tuple(_show_rent(texts, chips, row) for row in rents),
        caption=texts("prices.caption"),
        numeric=(3, 5),
    )
    return [
        make_answer_page(
            reader, texts, NAME, answer=answer, figures=[_draw(texts, chips, rows, latest)],
            table=table, rows=rows, tables=TABLES,
        )
    ]  # fmt: skip


def _show_rent(texts: Texts, chips: dict[str, str], row: Row) -> tuple[str, ...]:
    quartiles = [texts.usd(row[f"usd_per_gpu_hour_{q}"]) for q in ("p50", "p25", "p75")]
    middle, low, high = quartiles
    return (
        chips[row["chip_id"]],
        texts.word("region", row["region_id"]),
        texts.word("provider", row["provider_type"]),
        texts("value.interval", middle=middle, low=low, high=high),
        texts.month(row["month_start"]),
        str(row["quotes"]),
    )


def _draw(texts: Texts, chips: dict[str, str], rows: list[Row], latest: dict[str, Row]) -> Block:
    points: list[dict[str, Any]] = [
        {
            "time": show_time(row["month_start"]),
            "series": chips[row["chip_id"]],
            "middle": row["index_value"],
            "low": row["index_value"],
            "high": row["index_value"],
        }
        for row in rows
    ]
    values = [(chips[name], texts.number(row["index_value"])) for name, row in latest.items()]
    return draw_figure(
        texts("prices.figure"),
        texts("prices.alternative", values=list_points(texts, values)),
        Bands(
            points, [chips[name] for name in latest], texts("prices.axis"), level=100,
            number_format=",~f",
        ).draw,
        texts("prices.how"),
    )  # fmt: skip
