"""What is ahead: compute at work by region, its bounds, and the record of the rule behind it."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from pipelines.pages.answers.answer import (
    list_points,
    make_answer_page,
    make_columns,
    show_interval,
    show_time,
)
from pipelines.pages.charts import Bands, draw_figure
from pipelines.pages.page import Block, Page, Table
from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import Texts

NAME = "outlook"
TABLES = ("fct_outlook", "fct_outlook_score")
OUTLOOK = """
    select
        quarter_start, region_id, measure, yardstick, unit, value_p05, value_p25, value_p50,
        value_p75, value_p95, orders_p05, orders_p50, orders_p95, rule_p05, rule_p50, rule_p95,
        record_cases, record_coverage_90, record_skill, record_skill_over_rule, origin_quarter,
        quarters_ahead, is_informative, uninformative_reason, confidence
    from marts.fct_outlook
    where scenario_id = 'baseline' and growth_scenario_id = 'expected' and workload_id = 'all'
        and access = 'all' and measure = 'deployed' and yardstick = '8bit'
    order by region_id, quarter_start
"""
# the score of each rule at each distance, in hindsight; a smaller score is better
SCORES = """
    select
        measure, rule, quarters_ahead, count(*) as cases, avg(crps_log) as score,
        avg(is_covered_90::int) as coverage
    from marts.fct_outlook_score
    where kind = 'backtest' and region_id = 'WORLD' and vendor = 'all' and measure = 'delivered'
        and rule in ('outlook', 'mean_growth', 'flat') and quarters_ahead in (1, 2, 4, 8)
    group by measure, rule, quarters_ahead
    order by quarters_ahead, rule desc
"""


# what is powered in each world of growth and of rules, all over the world
WORLDS = """
    select
        case when scenario_id = 'baseline' then growth_scenario_id else scenario_id end as world,
        value_p05, value_p50, value_p95, is_informative
    from marts.fct_outlook
    where region_id = 'WORLD' and measure = 'powered' and yardstick = '8bit'
        and quarter_start = $1
    order by scenario_id <> 'baseline', growth_scenario_id <> 'expected', world
"""
TIGHT = """
    select region_id, value_p50, is_informative
    from marts.fct_outlook
    where scenario_id = 'baseline' and growth_scenario_id = 'expected'
        and measure = 'probability_tight' and quarter_start = $1 and region_id in ('US', 'CN')
    order by region_id desc
"""
BINDING = """
    select quarter_start, bound, probability, waiting_it_power_mw_p05, waiting_it_power_mw_p50,
        waiting_it_power_mw_p95, quarters_ahead
    from marts.fct_outlook_binding
    where scenario_id = 'baseline' and growth_scenario_id = 'expected'
    order by quarter_start, bound
"""


def make_outlook_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return the page on what is ahead; none where the release has no outlook."""
    if not reader.has(*TABLES):
        return []
    rows = reader.ask(OUTLOOK)
    # as far ahead as the rule has a record
    recorded = [row["quarters_ahead"] for row in rows if row["record_cases"]]
    if not recorded:
        return []
    far = {row["region_id"]: row for row in rows if row["quarters_ahead"] == max(recorded)}
    china = far["CN"]
    bounds = reader.ask(BINDING) if reader.has("fct_outlook_binding") else []
    answer = texts.say(
        texts(
            "outlook.answer",
            quarter=texts.quarter(china["quarter_start"]),
            us=show_interval(texts, far["US"], "value"),
            china=show_interval(texts, china, "value"),
        ),
        *(_tell_record(texts, far[region]) for region in ("US", "CN")),
        *(_tell_tightness(texts, row) for row in reader.ask(TIGHT, [china["quarter_start"]])),
        _tell_bound(texts, [b for b in bounds if b["quarter_start"] == china["quarter_start"]]),
    )
    table = Table(
        make_columns(
            texts, NAME, "quarter", "region", "value", "orders", "rule", "record", "skill"
        ),
        tuple(_show_row(texts, row) for row in rows),
        caption=texts("outlook.caption"),
        numeric=(2, 3, 4, 5, 6),
    )
    worlds = _list_worlds(reader, texts, china["quarter_start"])
    figures = [_draw(texts, region, rows) for region in ("CN", "US")]
    figures += [_draw_bounds(texts, bounds)] if bounds else []
    tables = (*TABLES, "fct_outlook_binding") if bounds else TABLES
    return [
        make_answer_page(
            reader, texts, NAME, answer=answer, figures=figures, table=table, rows=rows,
            tables=tables, more=[worlds, _list_scores(reader, texts)],
        )
    ]  # fmt: skip


def _show_row(texts: Texts, row: Row) -> tuple[str, ...]:
    skill = row["record_skill"]
    known = skill is not None and math.isfinite(skill)
    return (
        texts.quarter(row["quarter_start"]),
        texts.word("region", row["region_id"]),
        show_interval(texts, row, "value") if row["is_informative"] else texts("outlook.unknown"),
        show_interval(texts, row, "orders"),
        show_interval(texts, row, "rule"),
        texts.percent(row["record_coverage_90"]) if row["record_cases"] else "–",
        texts.change(100 * skill) if known else "–",
    )


def _list_worlds(reader: Reader, texts: Texts, quarter_start: date) -> Block:
    return Table(
        make_columns(texts, NAME, "world", "powered"),
        tuple(
            (
                texts.word("world", row["world"]),
                show_interval(texts, row, "value")
                if row["is_informative"]
                else texts("outlook.unknown"),
            )
            for row in reader.ask(WORLDS, [quarter_start])
        ),
        caption=texts("outlook.worlds", quarter=texts.quarter(quarter_start)),
        numeric=(1,),
    )


def _tell_tightness(texts: Texts, row: Row) -> str:
    """Return the chance of shortage in a region, or that it is unknown."""
    region = texts.word("region_in", row["region_id"])
    if not row["is_informative"]:
        return texts("outlook.tight_unknown", region=region)
    return texts("outlook.tight", region=region, probability=texts.percent(row["value_p50"]))


def _list_scores(reader: Reader, texts: Texts) -> Block:
    return Table(
        make_columns(texts, NAME, "ahead", "forecast", "cases", "coverage", "score"),
        tuple(
            (
                str(row["quarters_ahead"]),
                texts.word("forecast", row["rule"]),
                str(row["cases"]),
                texts.percent(row["coverage"]),
                f"{row['score']:.3f}",
            )
            for row in reader.ask(SCORES)
        ),
        caption=texts("outlook.scores"),
        numeric=(0, 2, 3, 4),
    )


def _draw(texts: Texts, region: str, rows: list[Row]) -> Block:
    chosen = [row for row in rows if row["region_id"] == region and row["is_informative"]]
    names = [texts("outlook.ours"), texts("outlook.orders"), texts("outlook.simple")]
    points: list[dict[str, Any]] = []
    for row in chosen:
        time = show_time(row["quarter_start"])
        for name, measure, ends in (
            (names[0], "value", ("p05", "p95")),
            (names[0], "value", ("p25", "p75")),
            (names[1], "orders", ("p50", "p50")),
            (names[2], "rule", ("p50", "p50")),
        ):
            points.append(
                {
                    "time": time,
                    "series": name,
                    "band": f"{name}{ends[0]}",
                    "middle": row[f"{measure}_p50"],
                    "low": row[f"{measure}_{ends[0]}"],
                    "high": row[f"{measure}_{ends[1]}"],
                }
            )
    name = texts.word("region_in", region)
    last = chosen[-1]
    return draw_figure(
        texts("outlook.figure", region=name),
        texts(
            "outlook.alternative",
            region=name,
            quarter=texts.quarter(last["quarter_start"]),
            value=show_interval(texts, last, "value"),
            first=texts.number(chosen[0]["value_p50"]),
        ),
        Bands(points, names, texts("outlook.axis"), number_format=texts.axis).draw,
        texts("outlook.how"),
    )


def _tell_record(texts: Texts, row: Row) -> str:
    region = texts.word("region_in", row["region_id"])
    if not row["record_cases"]:
        return texts("outlook.no_record", region=region)
    return texts(
        "outlook.record",
        region=region,
        cases=row["record_cases"],
        coverage=texts.percent(row["record_coverage_90"]),
    )


def _tell_bound(texts: Texts, bounds: list[Row]) -> str:
    """Return which limit most often binds in a quarter; nothing where none is known."""
    if not bounds:
        return ""
    first = max(bounds, key=lambda row: row["probability"])
    return texts(
        "outlook.bound",
        bound=texts.word("bound", first["bound"]),
        probability=texts.percent(first["probability"]),
    )


def _draw_bounds(texts: Texts, bounds: list[Row]) -> Block:
    points: list[dict[str, Any]] = [
        {
            "time": show_time(row["quarter_start"]),
            "series": texts.word("bound", row["bound"]),
            "middle": row["probability"],
            "low": row["probability"],
            "high": row["probability"],
        }
        for row in bounds
    ]
    last = [row for row in bounds if row["quarter_start"] == bounds[-1]["quarter_start"]]
    values = [
        (texts.word("bound", row["bound"]), texts.percent(row["probability"])) for row in last
    ]
    return draw_figure(
        texts("outlook.bounds"),
        texts(
            "outlook.bounds_alternative",
            quarter=texts.quarter(last[0]["quarter_start"]),
            values=list_points(texts, values),
        ),
        Bands(
            points,
            list(dict.fromkeys(point["series"] for point in points)),
            texts("outlook.bounds_axis"),
            number_format=".0%",
        ).draw,
        texts("outlook.bounds_how"),
    )
