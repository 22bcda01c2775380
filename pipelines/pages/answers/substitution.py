"""What replaces a chip that is cut off, and how many cards of the substitute one needs."""

from __future__ import annotations

from pipelines.pages.answers.answer import (
    list_points,
    list_stand_ins,
    make_answer_page,
    make_columns,
    name_arrivals,
    name_rules,
    show_interval,
)
from pipelines.pages.intervals import Interval, Intervals, draw_intervals
from pipelines.pages.page import Block, Page, Table
from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import Texts

NAME = "substitution"
TABLES = ("fct_chip_substitution", "fct_chip_control_status", "fct_chip_arrivals", "dim_chip")
CHIP = "nvidia-h800"
# substitutes: what still came to China after the chip was closed
SUBSTITUTES = """
    with
    closed as (
        select valid_from, policy_id
        from marts.fct_chip_control_status
        where scenario_id = 'baseline' and chip_id = $chip and destination_country = 'CN'
            and buyer_headquarters = 'd5_or_macau' and transaction = 'export'
            and outcome not in ('not_controlled', 'no_licence_needed', 'licence_exception')
        order by valid_from
        limit 1
    ),

    arrived as (
        select chip_id, sum(units_p50) as units
        from marts.fct_chip_arrivals
        where region_id = 'CN' and origin in ('foreign', 'domestic')
            and quarter_start > (select valid_from from closed)
        group by chip_id
    )

    select
        s.from_chip_id, s.to_chip_id, s.workload_id, s.cards_per_100_p05, s.cards_per_100_p50,
        s.cards_per_100_p95, s.basis, a.units, c.is_composite,
        closed.valid_from, closed.policy_id
    from marts.fct_chip_substitution as s
    join arrived as a on a.chip_id = s.to_chip_id
    join marts.dim_chip as c on c.chip_id = s.to_chip_id
    cross join closed
    where s.from_chip_id = $chip and a.units > 0
    order by s.workload_id, s.cards_per_100_p50
"""


def make_substitution_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return the page on substitutes of the H800."""
    if not reader.has(*TABLES):
        return []
    rows = reader.ask(SUBSTITUTES, {"chip": CHIP})
    training = [row for row in rows if row["workload_id"] == "training_large"]
    if not training:
        return []
    chips, rules = name_arrivals(reader, texts), name_rules(reader, texts)
    # the most delivered one that is counted by itself
    stand_ins = list_stand_ins(reader)
    named = [r for r in training if not r["is_composite"] and r["to_chip_id"] not in stand_ins]
    if not named:
        return []
    main = max(named, key=lambda row: row["units"])
    serving = next(
        row for row in rows
        if (row["workload_id"], row["to_chip_id"]) == ("inference", main["to_chip_id"])
    )  # fmt: skip
    answer = texts(
        "substitution.answer",
        chip=chips[CHIP],
        rule=rules[main["policy_id"]],
        day=texts.day(main["valid_from"]),
        substitute=chips[main["to_chip_id"]],
        cards=show_interval(texts, main, "cards_per_100"),
        serving=show_interval(texts, serving, "cards_per_100"),
    )
    table = Table(
        make_columns(texts, NAME, "chip", "work", "cards", "basis", "units"),
        tuple(
            (
                chips[row["to_chip_id"]],
                texts.word("work", row["workload_id"]),
                show_interval(texts, row, "cards_per_100"),
                texts.word("basis", row["basis"]),
                texts.number(row["units"]),
            )
            for row in rows
        ),
        caption=texts("substitution.caption", chip=chips[CHIP]),
        numeric=(2, 4),
    )
    return [
        make_answer_page(
            reader, texts, NAME, answer=answer, figures=[_draw(texts, chips, rows)],
            table=table, rows=rows, tables=TABLES,
        )
    ]  # fmt: skip


def _draw(texts: Texts, chips: dict[str, str], rows: list[Row]) -> Block:
    shown = tuple(
        Interval(
            texts(
                "substitution.label",
                chip=chips[row["to_chip_id"]],
                work=texts.word("work", row["workload_id"]),
            ),
            row["workload_id"],
            row["cards_per_100_p50"],
            row["cards_per_100_p05"],
            row["cards_per_100_p95"],
        )
        for row in rows
        if row["workload_id"] != "training_small"
    )
    points = [(row.label, texts.interval(row.middle, row.low, row.high)) for row in shown]
    return draw_intervals(
        texts("substitution.figure", chip=chips[CHIP]),
        texts("substitution.alternative", chip=chips[CHIP], values=list_points(texts, points)),
        Intervals(
            shown,
            texts("substitution.axis"),
            texts.number,
            ticks=(10, 20, 50, 100, 200, 500, 1000, 2000, 5000),
            level=100,
            level_label=texts("substitution.level"),
        ),
        texts("substitution.how"),
    )
