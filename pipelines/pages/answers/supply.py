"""Where the compute goes: from chips delivered to what can do the work, is used and is rented."""

from __future__ import annotations

from pipelines.pages.answers.answer import (
    find_last_counted,
    list_points,
    make_answer_page,
    make_columns,
    name_cell,
    show_interval,
)
from pipelines.pages.charts import Bars, draw_figure
from pipelines.pages.page import Block, Page, Table
from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import Texts

NAME = "supply"
TABLES = ("fct_compute_supply", "fct_balance_walk")
STEPS = ("nominal", "deployed", "powered", "suitable", "usable", "merchant")
SUPPLY = """
    select
        quarter_start, region_id, workload_id, step, yardstick, h100e_p05, h100e_p50, h100e_p95,
        is_nowcast, is_provisional
    from marts.fct_compute_supply
    where scenario_id = 'baseline' and quarter_start = $quarter and region_id <> 'WORLD'
        and h100e_p50 is not null
    order by
        list_position(['CN', 'US', 'ROW'], region_id),
        list_position(['training_large', 'training_small', 'inference'], workload_id),
        list_position(
            ['nominal', 'deployed', 'powered', 'suitable', 'usable', 'merchant'], step
        )
"""


def make_supply_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return the page of the waterfall of supply in the last counted quarter."""
    if not reader.has(*TABLES):
        return []
    quarter = find_last_counted(reader)
    rows = reader.ask(SUPPLY, {"quarter": quarter})
    cells = {
        region: {r["step"]: r for r in rows
                 if (r["region_id"], r["workload_id"]) == (region, "training_large")}
        for region in ("CN", "US")
    }  # fmt: skip
    if any(set(cell) != set(STEPS) for cell in cells.values()):
        return []
    china = {step: row["h100e_p50"] for step, row in cells["CN"].items()}
    america = {step: row["h100e_p50"] for step, row in cells["US"].items()}
    answer = texts(
        "supply.answer",
        quarter=texts.quarter(quarter),
        nominal=texts.number(china["nominal"]),
        suitable=texts.number(china["suitable"]),
        usable=texts.number(china["usable"]),
        merchant=texts.number(china["merchant"]),
        share=texts.percent(china["merchant"] / china["nominal"]),
        other=texts.percent(america["merchant"] / america["nominal"]),
    )
    figures: list[Block] = [_draw(texts, cells[region]) for region in ("CN", "US")]
    table = Table(
        make_columns(texts, NAME, "cell", "step", "h100e", "left"),
        tuple(_show_row(texts, rows, row) for row in rows),
        caption=texts("supply.caption", quarter=texts.quarter(quarter)),
        numeric=(2, 3),
    )
    return [
        make_answer_page(
            reader, texts, NAME, answer=answer, figures=figures, table=table, rows=rows,
            tables=TABLES,
        )
    ]  # fmt: skip


def _show_row(texts: Texts, rows: list[Row], row: Row) -> tuple[str, ...]:
    start = next(
        other
        for other in rows
        if (other["region_id"], other["workload_id"]) == (row["region_id"], row["workload_id"])
    )
    return (
        name_cell(texts, row),
        texts.word("step", row["step"]),
        show_interval(texts, row, "h100e"),
        texts.percent(row["h100e_p50"] / start["h100e_p50"]),
    )


def _draw(texts: Texts, cell: dict[str, Row]) -> Block:
    first = cell["nominal"]["h100e_p50"]
    region = texts.word("region_in", cell["nominal"]["region_id"])
    rows = [
        {
            "label": texts.word("step", step),
            "value": cell[step]["h100e_p50"],
            "low": cell[step]["h100e_p05"],
            "high": cell[step]["h100e_p95"],
            "text": texts(
                "supply.label",
                value=texts.number(cell[step]["h100e_p50"]),
                share=texts.percent(cell[step]["h100e_p50"] / first),
            ),
        }
        for step in STEPS
    ]
    points = [(row["label"], row["text"]) for row in rows]
    return draw_figure(
        texts("supply.figure", region=region),
        texts("supply.alternative", region=region, values=list_points(texts, points)),
        Bars(rows, texts("supply.axis"), texts.axis).draw,
        texts("supply.how"),
    )
