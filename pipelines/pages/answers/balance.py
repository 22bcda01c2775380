"""Is there enough compute: supply against demand by region and kind of work, quarter by quarter."""

from __future__ import annotations

from datetime import date

from pipelines.pages.answers.answer import (
    find_last_counted,
    list_points,
    make_answer_page,
    make_columns,
    name_cell,
    name_rules,
    show_interval,
    show_time,
)
from pipelines.pages.charts import Bands, draw_figure
from pipelines.pages.intervals import Interval, Intervals, draw_intervals
from pipelines.pages.page import Choice, Figure, Page, Table
from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import Texts

NAME = "balance"
TABLES = ("fct_compute_balance", "dim_region", "dim_workload")
# of supply over demand; the axis is the same in every quarter
TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
BALANCE = """
    select
        quarter_start, region_id, workload_id, access,
        supply_h100e_p05, supply_h100e_p50, supply_h100e_p95,
        demand_h100e_p05, demand_h100e_p50, demand_h100e_p95,
        coverage_p05, coverage_p50, coverage_p95, shortage_probability,
        is_nowcast, is_provisional, is_printable, printable_note, policy_regime
    from marts.fct_compute_balance
    where scenario_id = 'baseline' and region_id <> 'WORLD'
    order by
        quarter_start, list_position(['US', 'CN', 'ROW'], region_id),
        list_position(['training_large', 'training_small', 'inference'], workload_id), access
"""


def make_balance_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return the page of the last counted quarter and one for each other quarter."""
    if not reader.has(*TABLES):
        return []
    rows = reader.ask(BALANCE)
    quarters = sorted({row["quarter_start"] for row in rows if row["supply_h100e_p50"] is not None})
    if not quarters:
        return []
    last = find_last_counted(reader)
    history = _draw_history(rows, texts)
    return [
        _make_page(reader, texts, [r for r in rows if r["quarter_start"] == quarter], history,
                   _list_choices(texts, quarters, last, quarter), _name_page(quarter, last))
        for quarter in quarters
    ]  # fmt: skip


def _name_page(quarter: date, last: date) -> str:
    return NAME if quarter == last else f"{NAME}-{quarter.year}q{(quarter.month + 2) // 3}"


def _list_choices(texts: Texts, quarters: list[date], last: date, chosen: date) -> Choice:
    return Choice(
        texts("balance.choose"),
        tuple(
            (texts.quarter(q), f"answers/{_name_page(q, last)}", q == chosen)
            for q in reversed(quarters)
        ),
    )


def _make_page(
    reader: Reader, texts: Texts, rows: list[Row], history: Figure, choice: Choice, page: str
) -> Page:
    quarter = texts.quarter(rows[0]["quarter_start"])
    figure = _draw_quarter(rows, texts, quarter)
    return make_answer_page(
        reader,
        texts,
        NAME,
        page=page,
        is_variant=page != NAME,
        title=texts("balance.title", quarter=quarter),
        answer=_tell(rows, texts, quarter),
        figures=[figure, choice, history],
        table=_make_table(reader, rows, texts, quarter),
        rows=rows,
        tables=TABLES,
    )


def _tell(rows: list[Row], texts: Texts, quarter: str) -> str:
    cells = {(r["region_id"], r["workload_id"], r["access"]): r for r in rows}
    everything = cells["CN", "training_large", "all"]
    rented = cells["CN", "training_large", "merchant"]
    short = [
        name_cell(texts, row, "answer.cell_in")
        for row in rows
        if row["access"] == "all" and (row["shortage_probability"] or 0) > 0.5
    ]
    return texts.say(
        texts(
            "balance.answer",
            quarter=quarter,
            supply=texts.number(everything["supply_h100e_p50"]),
            demand=texts.number(everything["demand_h100e_p50"]),
            rented=texts.number(rented["supply_h100e_p50"]),
            rented_demand=texts.number(rented["demand_h100e_p50"]),
            shortage=texts.percent(rented["shortage_probability"]),
        ),
        texts("balance.short", cells=texts.join(short)) if short else texts("balance.none_short"),
    )


def _draw_quarter(rows: list[Row], texts: Texts, quarter: str) -> Figure:
    shown = tuple(
        Interval(
            name_cell(texts, row),
            row["region_id"],
            row["coverage_p50"],
            row["coverage_p05"],
            row["coverage_p95"],
        )
        for row in rows
        if row["access"] == "all" and row["coverage_p50"] is not None
    )
    chart = Intervals(
        shown,
        texts("balance.axis"),
        texts.number,
        ticks=TICKS,
        bounds=(TICKS[0], TICKS[-1]),
        level=1,
        level_label=texts("balance.level"),
    )
    points = [(row.label, texts.interval(row.middle, row.low, row.high)) for row in shown]
    return draw_intervals(
        texts("balance.figure", quarter=quarter),
        texts("balance.alternative", quarter=quarter, values=list_points(texts, points)),
        chart,
        texts("balance.how"),
    )


def _draw_history(rows: list[Row], texts: Texts) -> Figure:
    names = [texts("balance.supply"), texts("balance.demand")]
    chosen = [
        row
        for row in rows
        if (row["region_id"], row["workload_id"], row["access"]) == ("CN", "training_large", "all")
        and row["supply_h100e_p50"] is not None
    ]
    points = [
        {
            "time": show_time(row["quarter_start"]),
            "series": name,
            "middle": row[f"{measure}_h100e_p50"],
            "low": row[f"{measure}_h100e_p05"],
            "high": row[f"{measure}_h100e_p95"],
        }
        for row in chosen
        for name, measure in zip(names, ("supply", "demand"), strict=True)
        if row[f"{measure}_h100e_p50"] is not None and row[f"{measure}_h100e_p05"] > 0
    ]
    chart = Bands(
        points, names, texts("balance.history_axis"), scale="log", number_format=texts.axis
    )
    first, last = chosen[0], chosen[-1]
    return draw_figure(
        texts("balance.history"),
        texts(
            "balance.history_alternative",
            first=texts.quarter(first["quarter_start"]),
            last=texts.quarter(last["quarter_start"]),
            supply_first=texts.number(first["supply_h100e_p50"]),
            supply_last=texts.number(last["supply_h100e_p50"]),
            demand_first=texts.number(first["demand_h100e_p50"]),
            demand_last=texts.number(last["demand_h100e_p50"]),
        ),
        chart.draw,
        texts("answer.bands"),
    )


def _make_table(reader: Reader, rows: list[Row], texts: Texts, quarter: str) -> Table:
    rules = name_rules(reader, texts)
    columns = ("cell", "access", "supply", "demand", "coverage", "shortage", "rule", "caution")
    return Table(
        make_columns(texts, NAME, *columns),
        tuple(
            (
                name_cell(texts, row),
                texts.word("access", row["access"]),
                show_interval(texts, row, "supply_h100e"),
                show_interval(texts, row, "demand_h100e"),
                show_interval(texts, row, "coverage"),
                texts.percent(row["shortage_probability"]),
                rules.get(row["policy_regime"], texts("answer.no_rule")),
                _caution(texts, row),
            )
            for row in rows
        ),
        caption=texts("balance.caption", quarter=quarter),
        numeric=(2, 3, 4, 5),
    )


def _caution(texts: Texts, row: Row) -> str:
    if row["is_printable"]:
        return texts("answer.provisional") if row["is_provisional"] else ""
    return texts.word("printable", row["printable_note"])
