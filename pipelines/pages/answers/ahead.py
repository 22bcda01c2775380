"""Which sites come online: power that runs today and what trackers project, by quarter."""

from __future__ import annotations

from typing import Any

from pipelines.pages.answers.answer import (
    list_points,
    make_answer_page,
    make_columns,
    show_time,
)
from pipelines.pages.charts import Bands, draw_figure
from pipelines.pages.page import Block, Page, Table
from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import Texts

NAME = "ahead"
TABLES = ("fct_datacenter_capacity", "fct_datacenter_site", "fct_site_milestone")
CAPACITY = """
    select
        quarter_start, region_id, bool_or(is_projection) as is_projection,
        sum(running_it_power_mw) as running_it_power_mw,
        sum(coming_it_power_mw) as coming_it_power_mw,
        sum(running_it_power_mw) + sum(coming_it_power_mw) as it_power_mw,
        sum(h100e_8bit_tracked) as h100e_8bit_tracked, max(known_on) as known_on
    from marts.fct_datacenter_capacity
    group by quarter_start, region_id
    order by region_id, quarter_start
"""
SITES = """
    select site_id, site_name, owner, country_code, on_date, status, it_power_mw, h100e_8bit,
        known_on
    from marts.fct_datacenter_site
    where is_projection
    order by on_date, site_id
"""
MILESTONES = """
    select m.site_id, m.due_on, m.kind, m.days_late, m.is_overdue
    from marts.fct_site_milestone as m
    order by m.due_on
"""


def make_ahead_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return the page on sites that come online."""
    if not reader.has(*TABLES):
        return []
    rows, sites = reader.ask(CAPACITY), reader.ask(SITES)
    world = [row for row in rows if row["region_id"] == "WORLD"]
    seen = [row for row in world if not row["is_projection"]]
    ahead = [row for row in world if row["is_projection"]]
    if not seen or not ahead or not sites:
        return []
    # four quarters on
    later = ahead[min(4, len(ahead) - 1)]
    largest = max(sites, key=lambda row: row["it_power_mw"] or 0)
    answer = texts(
        "ahead.answer",
        quarter=texts.quarter(seen[-1]["quarter_start"]),
        running=texts.number(seen[-1]["running_it_power_mw"]),
        later=texts.quarter(later["quarter_start"]),
        coming=texts.number(later["coming_it_power_mw"]),
        next=sites[0]["site_name"],
        day=texts.day(sites[0]["on_date"]),
        largest=largest["site_name"],
        power=texts.number(largest["it_power_mw"]),
        largest_day=texts.day(largest["on_date"]),
    )
    table = Table(
        make_columns(texts, NAME, "site", "owner", "country", "day", "power", "h100e"),
        tuple(
            (
                row["site_name"],
                row["owner"] or texts("value.missing"),
                row["country_code"],
                texts.day(row["on_date"]),
                texts.number(row["it_power_mw"]),
                texts.number(row["h100e_8bit"]),
            )
            for row in sites
        ),
        caption=texts("ahead.caption"),
        numeric=(4, 5),
    )
    overdue = sum(bool(row["is_overdue"]) for row in reader.ask(MILESTONES))
    return [
        make_answer_page(
            reader, texts, NAME,
            answer=texts.say(answer, texts("ahead.overdue", count=overdue)),
            figures=[_draw(texts, rows)], table=table, rows=sites, tables=TABLES,
        )
    ]  # fmt: skip


def _draw(texts: Texts, rows: list[Row]) -> Block:
    regions = [r for r in ("US", "ROW", "CN") if any(row["region_id"] == r for row in rows)]
    points: list[dict[str, Any]] = [
        {
            "time": show_time(row["quarter_start"]),
            "series": texts.word("region", row["region_id"]),
            "middle": row["it_power_mw"],
            "low": row["running_it_power_mw"],
            "high": row["it_power_mw"],
        }
        for row in rows
        if row["region_id"] in regions and row["it_power_mw"] is not None
    ]
    ends = {region: [row for row in rows if row["region_id"] == region][-1] for region in regions}
    values = [
        (texts.word("region", region), texts.number(row["it_power_mw"]))
        for region, row in ends.items()
    ]
    today = next(row for row in rows if row["is_projection"])
    return draw_figure(
        texts("ahead.figure"),
        texts("ahead.alternative", values=list_points(texts, values)),
        Bands(
            points,
            [texts.word("region", region) for region in regions],
            texts("ahead.axis"),
            rules=((show_time(today["quarter_start"]), texts("ahead.today")),),
            number_format=texts.axis,
        ).draw,
        texts("ahead.how"),
    )
