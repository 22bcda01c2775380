"""Was the practitioner of December 2023 right: each claim, then and now, with its verdict."""

from __future__ import annotations

from pipelines.pages.answers.answer import list_points, make_answer_page, make_columns
from pipelines.pages.charts import Bars, draw_figure
from pipelines.pages.page import Block, Page, Table
from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import Texts

NAME = "claims"
PAGE = "then_and_now"
TABLES = ("fct_seed_claim", "fct_seed_claim_test")
VERDICTS = ("supported", "mixed", "refuted", "not_testable_yet")
CLAIMS = """
    select
        claim_id, claim, topic, said_on, measure, unit, value_then, value_then_low,
        value_then_high, value_latest, value_latest_low, value_latest_high, verdict,
        holds_by_assumption, speaker, known_on, confidence
    from marts.fct_seed_claim
    order by claim_id
"""


def make_then_and_now_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return the page on the claims."""
    if not reader.has(*TABLES):
        return []
    rows = reader.ask(CLAIMS)
    if not rows:
        return []
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS}
    answer = texts("claims.answer", claims=len(rows), **counts)
    table = Table(
        make_columns(texts, NAME, "number", "claim", "then", "latest", "unit", "verdict"),
        tuple(_show_row(texts, row) for row in rows),
        caption=texts("claims.caption"),
        numeric=(2, 3),
    )
    return [
        make_answer_page(
            reader, texts, NAME, page=PAGE, answer=answer, figures=[_draw(texts, counts)],
            table=table, rows=rows, tables=TABLES,
        )
    ]  # fmt: skip


def _show_row(texts: Texts, row: Row) -> tuple[str, ...]:
    verdict = texts.word("verdict", row["verdict"])
    if row["holds_by_assumption"]:
        verdict = texts("claims.by_assumption", verdict=verdict)
    key = f"claim.{row['claim_id']}"
    return (
        f"[{row['claim_id'].removeprefix('seed-')}](../claims.html)",
        texts(key) if texts.has(key) else row["claim"],
        _show_value(texts, row, "then"),
        _show_value(texts, row, "latest"),
        texts.word("unit", row["unit"]),
        verdict,
    )


def _show_value(texts: Texts, row: Row, when: str) -> str:
    middle, low, high = (row[f"value_{when}{end}"] for end in ("", "_low", "_high"))
    if middle is None:
        return texts("claims.no_value")
    if low is None or high is None or low == high:
        return texts.number(middle)
    return texts.interval(middle, low, high)


def _draw(texts: Texts, counts: dict[str, int]) -> Block:
    rows = [
        {"label": texts.word("verdict", verdict), "value": count, "text": str(count)}
        for verdict, count in counts.items()
    ]
    points = [(texts.word("verdict", verdict), str(count)) for verdict, count in counts.items()]
    return draw_figure(
        texts("claims.figure"),
        texts("claims.alternative", values=list_points(texts, points)),
        Bars(rows, texts("claims.axis"), texts.axis, has_intervals=False).draw,
        texts("claims.how"),
    )
