"""What moves the balance most: the inputs with which the gap of supply and demand goes."""

from __future__ import annotations

from pipelines.pages.answers.answer import (
    find_last_counted,
    list_points,
    make_answer_page,
    make_columns,
    name_cell,
    name_chips,
)
from pipelines.pages.charts import Bars, draw_figure
from pipelines.pages.page import Block, Page, Table
from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import Texts

NAME = "drivers"
TABLES = ("fct_balance_sensitivity",)
DRIVERS = """
    select
        region_id, workload_id, quarter_start, input, assumption_id, sensitivity_rank,
        rank_correlation, swing_h100e
    from marts.fct_balance_sensitivity
    where quarter_start = $quarter and region_id <> 'WORLD' and sensitivity_rank <= 6
        and is_above_noise and swing_h100e is not null
    order by
        list_position(['CN', 'US', 'ROW'], region_id),
        list_position(['training_large', 'training_small', 'inference'], workload_id),
        sensitivity_rank
"""


def make_driver_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return the page on what moves the balances of the last counted quarter."""
    if not reader.has(*TABLES, "fct_compute_balance", "dim_chip"):
        return []
    quarter = find_last_counted(reader)
    rows = reader.ask(DRIVERS, {"quarter": quarter})
    cells = {
        region: [
            r for r in rows if (r["region_id"], r["workload_id"]) == (region, "training_large")
        ]
        for region in ("CN", "US")
    }
    if not all(cells.values()):
        return []
    chips = name_chips(reader)
    answer = texts.say(
        *(
            texts(
                "drivers.answer",
                region=texts.word("region_in", region),
                quarter=texts.quarter(quarter),
                input=_name(texts, chips, members[0]["input"]),
                swing=texts.number(abs(members[0]["swing_h100e"])),
            )
            for region, members in cells.items()
        )
    )
    table = Table(
        make_columns(texts, NAME, "cell", "rank", "input", "swing", "correlation", "assumption"),
        tuple(
            (
                name_cell(texts, row),
                str(row["sensitivity_rank"]),
                _name(texts, chips, row["input"]),
                texts.number(row["swing_h100e"]),
                texts.number(round(row["rank_correlation"], 2)),
                f"`{row['assumption_id']}`" if row["assumption_id"] else "",
            )
            for row in rows
        ),
        caption=texts("drivers.caption", quarter=texts.quarter(quarter)),
        numeric=(1, 3, 4),
    )
    figures = [_draw(texts, chips, region, members) for region, members in cells.items()]
    return [
        make_answer_page(
            reader, texts, NAME, answer=answer, figures=figures, table=table, rows=rows,
            tables=TABLES,
        )
    ]  # fmt: skip


def _name(texts: Texts, chips: dict[str, str], name: str) -> str:
    """Return an input in words: what it is, and of which chip, region or owner."""
    stem, _, rest = name.partition(":")
    words = texts.word("driver", stem)
    if not rest:
        return words
    parts = [
        chips.get(part) or texts.word("region", texts.word("detail", part))
        for part in rest.split(":")
    ]
    return texts("drivers.of", input=words, detail=texts("list.between").join(parts))


def _draw(texts: Texts, chips: dict[str, str], region: str, rows: list[Row]) -> Block:
    shown = [
        {
            "label": _name(texts, chips, row["input"]),
            "value": abs(row["swing_h100e"]),
            "text": texts(
                "drivers.up" if row["swing_h100e"] > 0 else "drivers.down",
                value=texts.number(abs(row["swing_h100e"])),
            ),
        }
        for row in sorted(rows, key=lambda row: -abs(row["swing_h100e"]))
    ]
    name = texts.word("region_in", region)
    points = [(str(row["label"]), str(row["text"])) for row in shown]
    return draw_figure(
        texts("drivers.figure", region=name),
        texts("drivers.alternative", region=name, values=list_points(texts, points)),
        Bars(shown, texts("drivers.axis"), texts.axis, has_intervals=False).draw,
        texts("drivers.how"),
    )
