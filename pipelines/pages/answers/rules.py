"""Which rule closed which chip: arrivals in China and rents, quarter by quarter."""

from __future__ import annotations

from datetime import date
from typing import Any

from pipelines.pages.answers.answer import (
    list_points,
    list_stand_ins,
    make_answer_page,
    make_columns,
    name_arrivals,
    name_rules,
    show_time,
)
from pipelines.pages.charts import (
    INK,
    SOFT,
    Size,
    draw_figure,
    load_altair,
    make_axis,
    make_title,
    style_series,
)
from pipelines.pages.page import Block, Page, Table
from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import Texts

NAME = "rules"
TABLES = (
    "fct_chip_arrivals",
    "fct_chip_control_status",
    "fct_rental_price_index",
    "dim_policy",
    "dim_chip",
)
# foreign chips that came by the rules, with the first day on which a licence was needed
CLOSINGS = """
    with
    arrived as (
        select chip_id, sum(units_p50) as units
        from marts.fct_chip_arrivals
        where region_id = 'CN' and origin = 'foreign'
        group by chip_id
        having sum(units_p50) > 0
    ),

    closed as (
        select chip_id, valid_from, policy_id, outcome
        from marts.fct_chip_control_status
        where scenario_id = 'baseline' and destination_country = 'CN'
            and buyer_headquarters = 'd5_or_macau' and transaction = 'export'
            and outcome not in ('not_controlled', 'no_licence_needed', 'licence_exception')
        qualify row_number() over (partition by chip_id order by valid_from) = 1
    )

    select a.chip_id, a.units, closed.valid_from, closed.policy_id, closed.outcome
    from arrived as a
    left join closed using (chip_id)
    order by closed.valid_from nulls last, a.chip_id
"""
ARRIVALS = """
    select quarter_start, chip_id, origin, sum(units_p50) as units,
        bool_or(is_nowcast) as is_nowcast
    from marts.fct_chip_arrivals
    where region_id = 'CN'
    group by quarter_start, chip_id, origin
    order by quarter_start, chip_id, origin
"""
RENTS = """
    select month_start, chip_id, index_value
    from marts.fct_rental_price_index
    where region_id = 'WORLD' and commitment = 'on_demand'
        and chip_id in ('nvidia-a100', 'nvidia-h100-sxm')
    order by chip_id, month_start
"""


def make_rule_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return the page on rules, arrivals and rents."""
    if not reader.has(*TABLES):
        return []
    stand_ins = list_stand_ins(reader)
    closings = [row for row in reader.ask(CLOSINGS) if row["chip_id"] not in stand_ins]
    closed = [row for row in closings if row["valid_from"] is not None]
    if not closed:
        return []
    chips, rules = name_arrivals(reader, texts), name_rules(reader, texts)
    h800 = next((row for row in closed if row["chip_id"] == "nvidia-h800"), closed[-1])
    same = [
        chips[row["chip_id"]]
        for row in closed
        if row["policy_id"] == h800["policy_id"] and row["chip_id"] != h800["chip_id"]
    ]
    answer = texts.say(
        texts(
            "rules.answer",
            rule=rules[h800["policy_id"]],
            chip=chips[h800["chip_id"]],
            day=texts.day(h800["valid_from"]),
        ),
        texts("rules.same", chips=texts.join(same)) if same else "",
        texts("rules.count", closed=len(closed), all=len(closings)),
    )
    days = sorted({row["valid_from"] for row in closed})
    numbers = {day: place for place, day in enumerate(days, start=1)}
    table = Table(
        make_columns(texts, NAME, "number", "day", "rule", "chip", "outcome", "units"),
        tuple(
            (
                str(numbers[row["valid_from"]]) if row["valid_from"] else "–",
                texts.day(row["valid_from"]) if row["valid_from"] else "",
                rules.get(row["policy_id"], texts("rules.open")),
                chips[row["chip_id"]],
                texts.word("outcome", row["outcome"]),
                texts.number(row["units"]),
            )
            for row in closings
        ),
        caption=texts("rules.caption"),
        numeric=(5,),
    )
    arrivals = reader.ask(ARRIVALS)
    figure = _draw(texts, chips, arrivals, reader.ask(RENTS), numbers)
    return [
        make_answer_page(
            reader, texts, NAME, answer=answer, figures=[figure], table=table, rows=arrivals,
            tables=TABLES,
        )
    ]  # fmt: skip


def _group_arrivals(texts: Texts, chips: dict[str, str], arrivals: list[Row]) -> list[Row]:
    """Return arrivals by quarter and group: the foreign chips with most, all other, domestic."""
    totals: dict[str, float] = {}
    for row in arrivals:
        if row["origin"] == "foreign":
            totals[row["chip_id"]] = totals.get(row["chip_id"], 0) + (row["units"] or 0)
    shown = sorted(totals, key=lambda chip: -totals[chip])[:5]
    sums: dict[tuple[date, str], float] = {}
    for row in arrivals:
        name = texts("rules.other")
        if row["origin"] == "domestic":
            name = texts("rules.domestic")
        elif row["origin"] == "foreign" and row["chip_id"] in shown:
            name = chips[row["chip_id"]]
        key = (row["quarter_start"], name)
        sums[key] = sums.get(key, 0) + (row["units"] or 0)
    return [
        {"time": show_time(quarter), "series": name, "units": units}
        for (quarter, name), units in sorted(sums.items())
    ]


def _draw(
    texts: Texts,
    chips: dict[str, str],
    arrivals: list[Row],
    rents: list[Row],
    numbers: dict[date, int],
) -> Block:
    grouped = _group_arrivals(texts, chips, arrivals)
    marks = _list_marks(numbers)
    lines = [
        {
            "time": show_time(row["month_start"]),
            "series": chips[row["chip_id"]],
            "value": row["index_value"],
        }
        for row in rents
    ]

    def draw(size: Size) -> Any:
        return _draw_both(texts, grouped, lines, marks, size)

    totals: dict[str, float] = {}
    for row in grouped:
        totals[row["series"]] = totals.get(row["series"], 0) + row["units"]
    points = [(name, texts.number(value)) for name, value in totals.items()]
    return draw_figure(
        texts("rules.figure"),
        texts("rules.alternative", values=list_points(texts, points)),
        draw,
        texts("rules.how"),
    )


def _list_marks(numbers: dict[date, int]) -> list[Row]:
    """Return the days of rules; numbers that would stand on each other are written as one."""
    marks: list[Row] = []
    last: date | None = None
    for day, number in numbers.items():
        is_near = last is not None and (day - last).days < 30
        if is_near:
            marks[-1]["number"] += f", {number}"
        marks.append({"time": show_time(day), "number": "" if is_near else str(number)})
        if is_near:
            marks[-1], marks[-2] = marks[-2], marks[-1]
        last = day
    return marks


def _draw_both(
    texts: Texts, grouped: list[Row], lines: list[Row], marks: list[Row], size: Size
) -> Any:
    """Return two plots, one above the other, over one axis of time with the days of rules."""
    alt = load_altair()
    width = size.width - (62 if size.is_narrow else 70)
    first = min(row["time"] for row in grouped)
    last = max(row["time"] for row in [*grouped, *lines])
    x = alt.X(
        "time:T",
        title=None,
        scale=alt.Scale(domain=[first, last]),
        axis=alt.Axis(format="%Y", tickCount={"interval": "year", "step": 1}, grid=False),
    )
    legend = alt.Legend(symbolType="stroke")
    colour, dash = style_series(list(dict.fromkeys(row["series"] for row in grouped)))
    units = (
        alt.Chart(alt.Data(values=grouped))
        .mark_line(strokeWidth=2.4)
        .encode(
            x=x,
            y=alt.Y("units:Q", title=None, axis=make_axis(texts.axis, tickCount=5)),
            color=alt.Color("series:N", scale=colour, legend=legend),
            strokeDash=alt.StrokeDash("series:N", scale=dash, legend=legend),
        )
    )
    colour, dash = style_series(list(dict.fromkeys(row["series"] for row in lines)))
    rents = (
        alt.Chart(alt.Data(values=lines))
        .mark_line(strokeWidth=2.2)
        .encode(
            x=x,
            y=alt.Y("value:Q", title=None, axis=make_axis(texts.axis, tickCount=4)),
            color=alt.Color("series:N", scale=colour, legend=legend),
            strokeDash=alt.StrokeDash("series:N", scale=dash, legend=legend),
        )
    )
    rule = alt.Chart(alt.Data(values=marks)).encode(x=x)
    ruled = rule.mark_rule(color=SOFT, strokeDash=[2, 2])
    label = rule.mark_text(baseline="bottom", dy=-1, fontWeight="bold", color=INK).encode(
        text="number:N", y=alt.value(0)
    )
    top = alt.layer(units, ruled, label).properties(
        width=width,
        height=size.height * 0.5,
        title=make_title(texts("rules.axis_units"), size),
    )
    bottom = alt.layer(rents, ruled).properties(
        width=width,
        height=size.height * 0.25,
        title=make_title(texts("rules.axis_rents"), size),
    )
    return alt.vconcat(top, bottom, spacing=8).resolve_scale(
        color="independent", strokeDash="independent"
    )
