"""What the rules did: compute in China with each rule against the world without it."""

from __future__ import annotations

from pipelines.pages.answers.answer import (
    find_last_counted,
    list_points,
    make_answer_page,
    make_columns,
    show_interval,
)
from pipelines.pages.intervals import Interval, Intervals, draw_intervals
from pipelines.pages.page import Block, Page, Table
from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import Texts

NAME = "policy"
TABLES = ("fct_policy_impact", "fct_policy_impact_coverage", "dim_scenario")
IMPACT = """
    select
        i.scenario_id, s.title, i.quarter_start, i.region_id, i.workload_id, i.effect,
        i.h100e_p05, i.h100e_p50, i.h100e_p95,
        i.supply_h100e_p05, i.supply_h100e_p50, i.supply_h100e_p95,
        i.is_quantified, i.policy_ids
    from marts.fct_policy_impact as i
    join marts.dim_scenario as s using (scenario_id)
    where i.quarter_start = $quarter and i.region_id = 'CN' and i.is_quantified
    order by i.scenario_id, i.workload_id, i.effect
"""
COVERAGE = """
    select
        count(distinct policy_id) as rules,
        count(distinct policy_id) filter (is_quantified) as quantified
    from marts.fct_policy_impact_coverage
"""


def make_policy_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return the page on the effects of rules in the last counted quarter."""
    if not reader.has(*TABLES):
        return []
    quarter = find_last_counted(reader)
    rows = reader.ask(IMPACT, {"quarter": quarter})
    total = [r for r in rows if r["effect"] == "total" and r["workload_id"] == "training_large"]
    total = sorted((r for r in total if r["h100e_p50"]), key=lambda row: row["h100e_p50"])
    if not total:
        return []
    largest = total[0]
    coverage = reader.ask(COVERAGE)[0]
    answer = texts.say(
        texts(
            "policy.answer",
            quarter=texts.quarter(quarter),
            scenario=texts.word("scenario", largest["scenario_id"]),
            lost=texts.interval(
                -largest["h100e_p50"], -largest["h100e_p95"], -largest["h100e_p05"]
            ),
        ),
        texts("policy.coverage", rules=coverage["rules"], quantified=coverage["quantified"]),
    )
    table = Table(
        make_columns(texts, NAME, "scenario", "work", "effect", "h100e"),
        tuple(
            (
                texts.word("scenario", row["scenario_id"]),
                texts.word("work", row["workload_id"]),
                texts.word("effect", row["effect"]),
                show_interval(texts, row, "h100e"),
            )
            for row in rows
        ),
        caption=texts("policy.caption", quarter=texts.quarter(quarter)),
        numeric=(3,),
    )
    return [
        make_answer_page(
            reader, texts, NAME, answer=answer, figures=[_draw(texts, total)], table=table,
            rows=rows, tables=TABLES,
        )
    ]  # fmt: skip


def _draw(texts: Texts, rows: list[Row]) -> Block:
    shown = tuple(
        Interval(
            texts.word("scenario", row["scenario_id"]),
            row["effect"],
            row["h100e_p50"],
            row["h100e_p05"],
            row["h100e_p95"],
        )
        for row in rows
    )
    points = [(row.label, texts.interval(row.middle, row.low, row.high)) for row in shown]
    return draw_intervals(
        texts("policy.figure"),
        texts("policy.alternative", values=list_points(texts, points)),
        Intervals(
            shown,
            texts("policy.axis"),
            texts.number,
            is_log=False,
            level=0,
            level_label=texts("policy.level"),
        ),
        texts("policy.how"),
    )
