"""Chips in the plane of performance and density, with the zones that rules cut out of it."""

from __future__ import annotations

from typing import Any

from pipelines.pages.answers.answer import make_answer_page, make_columns
from pipelines.pages.charts import COLOURS, INK, SOFT, Size, draw_figure, load_altair, make_title
from pipelines.pages.page import Block, Page, Table
from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import Texts

NAME = "plane"
TABLES = ("dim_chip", "fct_chip_clause_result", "fct_chip_control_status", "dim_control_clause")
# the room of the plane: what is drawn of unbounded zones
PLANE = (300.0, 100000.0, 0.3, 80.0)
# the limits of every clause in force that looks at nothing but the plane and the kind of chip
ZONES = """
    select
        r.clause_id, r.control_item, r.policy_id,
        max(r.threshold::double) filter (r.metric = 'tpp' and r.operator = '>=') as tpp_from,
        max(r.threshold::double) filter (r.metric = 'tpp' and r.operator = '<') as tpp_below,
        max(r.threshold::double) filter (r.metric = 'performance_density' and r.operator = '>=')
            as density_from,
        max(r.threshold::double) filter (r.metric = 'performance_density' and r.operator = '<')
            as density_below
    from marts.fct_chip_clause_result as r
    join marts.dim_control_clause as c using (clause_id)
    where c.valid_to is null and r.control_item in ('3A090.a', '3A090.b')
    group by r.clause_id, r.control_item, r.policy_id
    having bool_and(r.metric in ('tpp', 'performance_density', 'is_datacenter'))
    order by r.clause_id
"""
# limits of other rules on performance alone, whatever the density; both metrics are one number
LINES = """
    select distinct r.clause_id, r.threshold::double as tpp
    from marts.fct_chip_clause_result as r
    where r.clause_id in ('us22-3a090-a', 'us26-zone') and r.metric in ('tpp', 'tops_x_bitlength')
    order by r.clause_id
"""
CHIPS = """
    select
        c.chip_id, c.chip_name, c.vendor, c.vendor_country, c.released_on,
        c.total_processing_performance, c.applicable_die_area_mm2, c.performance_density,
        s.outcome, s.policy_id, s.clause_id, s.headroom_pct
    from marts.dim_chip as c
    left join marts.fct_chip_control_status as s
        on s.chip_id = c.chip_id and s.scenario_id = 'baseline' and s.destination_country = 'CN'
        and s.buyer_headquarters = 'd5_or_macau' and s.transaction = 'export'
        and s.valid_to is null
    where c.is_datacenter and not c.is_composite and c.total_processing_performance is not null
    order by c.total_processing_performance desc, c.chip_id
"""
# chips that are named in the drawing: those that the rules turn on
NAMED = (
    "nvidia-a100",
    "nvidia-h800",
    "nvidia-h20",
    "nvidia-l20",
    "nvidia-l2",
    "nvidia-b200",
    "amd-mi308x",
    "nvidia-t4",
)
GROUPS = ("free", "licence", "denial", "unknown")
FREE = {"not_controlled", "no_licence_needed", "licence_exception"}


def make_plane_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return the page on chips and zones."""
    if not reader.has(*TABLES):
        return []
    rows, zones = reader.ask(CHIPS), reader.ask(ZONES)
    placed = [row for row in rows if row["performance_density"] is not None]
    if not placed or not zones:
        return []
    counts = {group: sum(_judge(row) == group for row in rows) for group in GROUPS}
    answer = texts.say(
        texts("plane.answer", chips=len(rows), **counts),
        texts("plane.missing", count=len(rows) - len(placed)),
    )
    table = Table(
        make_columns(texts, NAME, "chip", "vendor", "tpp", "density", "outcome", "headroom"),
        tuple(
            (
                row["chip_name"],
                row["vendor"],
                f"{row['total_processing_performance']:,.0f}",
                texts.number(row["performance_density"]),
                texts.word("outcome", row["outcome"]),
                texts.change(row["headroom_pct"]) if row["headroom_pct"] is not None else "",
            )
            for row in rows
        ),
        caption=texts("plane.caption"),
        numeric=(2, 3, 5),
    )
    return [
        make_answer_page(
            reader, texts, NAME, answer=answer, table=table, rows=rows, tables=TABLES,
            figures=[_draw(reader, texts, placed, zones, counts)],
        )
    ]  # fmt: skip


def _judge(row: Row) -> str:
    outcome = row["outcome"]
    if outcome is None or outcome == "unknown":
        return "unknown"
    if outcome in FREE:
        return "free"
    return "denial" if outcome == "licence_presumption_of_denial" else "licence"


def _draw(
    reader: Reader, texts: Texts, rows: list[Row], zones: list[Row], counts: dict[str, int]
) -> Block:
    tpp_low, tpp_high, density_low, density_high = PLANE
    boxes = [
        {
            "left": max(zone["tpp_from"] or tpp_low, tpp_low),
            "right": min(zone["tpp_below"] or tpp_high, tpp_high),
            "bottom": max(zone["density_from"] or density_low, density_low),
            "top": min(zone["density_below"] or density_high, density_high),
            "item": zone["control_item"],
        }
        for zone in zones
    ]
    points = [
        {
            "tpp": row["total_processing_performance"],
            "density": row["performance_density"],
            "group": texts(f"plane.{_judge(row)}"),
            "name": row["chip_name"] if row["chip_id"] in NAMED else "",
            "short": row["chip_name"] if row["chip_id"] in NAMED[:3] else "",
        }
        for row in rows
        if tpp_low <= row["total_processing_performance"] <= tpp_high
        and density_low <= row["performance_density"] <= density_high
    ]

    lines = [
        {
            "tpp": row["tpp"],
            "long": texts(f"plane.line.{row['clause_id']}"),
            "short": texts(f"plane.short.{row['clause_id']}"),
        }
        for row in reader.ask(LINES)
    ]

    def draw(size: Size) -> Any:
        return _draw_plane(texts, points, boxes, lines, size)

    return draw_figure(
        texts("plane.figure"),
        texts("plane.alternative", chips=len(rows), zones=len(zones), **counts),
        draw,
        texts("plane.how"),
    )


def _draw_plane(
    texts: Texts, points: list[Row], boxes: list[Row], lines: list[Row], size: Size
) -> Any:
    alt = load_altair()
    tpp_low, tpp_high, density_low, density_high = PLANE
    x = alt.Scale(type="log", domain=[tpp_low, tpp_high], nice=False)
    y = alt.Scale(type="log", domain=[density_low, density_high], nice=False)
    x_axis = alt.Axis(format="~s", values=[500, 1000, 1600, 2400, 4800, 10000, 20000, 40000])
    y_axis = alt.Axis(format=",~f", values=[0.5, 1, 1.6, 3.2, 5.92, 10, 20, 50])
    zone = (
        alt.Chart(alt.Data(values=boxes))
        .mark_rect(stroke=INK, strokeWidth=1, strokeDash=[3, 2], opacity=0.2)
        .encode(
            x=alt.X("left:Q", scale=x, title=texts("plane.axis_tpp"), axis=x_axis),
            x2="right:Q",
            y=alt.Y("bottom:Q", scale=y, title=None, axis=y_axis),
            y2="top:Q",
            color=alt.Color(
                "item:N",
                scale=alt.Scale(domain=["3A090.a", "3A090.b"], range=["#b3261e", "#c98a00"]),
                legend=alt.Legend(
                    symbolOpacity=0.5,
                    symbolType="square",
                    orient="bottom" if size.is_narrow else "top",
                ),
            ),
        )
    )
    names = [texts(f"plane.{group}") for group in GROUPS]
    base = alt.Chart(alt.Data(values=points)).encode(
        x=alt.X("tpp:Q", scale=x), y=alt.Y("density:Q", scale=y)
    )
    dots = base.mark_point(filled=True, size=55 if size.is_narrow else 80, opacity=0.95).encode(
        shape=alt.Shape(
            "group:N",
            scale=alt.Scale(domain=names, range=["circle", "triangle-up", "square", "diamond"]),
            legend=alt.Legend(symbolType="circle", symbolFillColor=SOFT),
        ),
        fill=alt.Fill(
            "group:N",
            scale=alt.Scale(domain=names, range=[COLOURS[0], COLOURS[2], COLOURS[1], COLOURS[6]]),
            legend=alt.Legend(),
        ),
    )
    labels = base.mark_text(align="left", dx=6, dy=-5, fontSize=size.font - 1).encode(
        text="short:N" if size.is_narrow else "name:N"
    )
    line = alt.Chart(alt.Data(values=lines)).encode(x=alt.X("tpp:Q", scale=x))
    limits = line.mark_rule(color=INK, strokeDash=[2, 3], strokeWidth=1.5)
    # written upwards along the line, at the foot of the plane, where no chip is
    words = line.mark_text(
        angle=270, align="left", baseline="bottom", dy=-4, fontSize=size.font - 1
    ).encode(text="short:N" if size.is_narrow else "long:N", y=alt.value("height"))
    return (
        alt.layer(zone, limits, words, dots, labels)
        .resolve_scale(color="independent")
        .properties(
            width=size.width,
            height=size.height * (1.45 if size.is_narrow else 1.25),
            title=make_title(texts("plane.axis_density"), size),
        )
    )
