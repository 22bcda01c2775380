"""The page on the claims of the interview: what each says, how it is measured, what came of it."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.base.rows import fetch_row
from pipelines.pages.page import Block, Bullets, Heading, Page, Table, Text

PATH = "claims"
VERDICTS = {
    "supported": "supported",
    "refuted": "refuted",
    "mixed": "mixed",
    "not_testable_yet": "not testable yet",
}


def make_claims_pages(database: Path) -> list[Page]:
    """Return the page of a release's claims; none where a release holds no claims."""
    with duckdb.connect(str(database), read_only=True) as connection:
        held = fetch_row(
            connection,
            "select count(*) from duckdb_tables() where schema_name = 'marts' "
            "and table_name in ('fct_seed_claim', 'fct_seed_claim_test')",
        )
        if held[0] < 2:
            return []
        release = fetch_row(connection, "select release_id, as_of, created_at from meta.release")
        claims = connection.execute(
            "select claim_id, claim, topic, measure, unit, value_then, value_then_low, "
            "value_then_high, value_latest, value_latest_low, value_latest_high, verdict, "
            "holds_by_assumption, evidence, speaker from marts.fct_seed_claim order by claim_id"
        ).fetchall()
        tests = connection.execute(
            "select claim_id, test_id, part, measure, tested, test_unit, tested_value, tested_low, "
            "tested_high, comparison, threshold_low, threshold_high, verdict, basis, reasoning, "
            "missing, detail from marts.fct_seed_claim_test order by test_id"
        ).fetchall()
    return [Page(PATH, "Was the practitioner right?", _write_blocks(release, claims, tests))]


def _write_blocks(release: tuple, claims: list[tuple], tests: list[tuple]) -> list[Block]:
    counted = {
        word: sum(row[11] == verdict for row in claims) for verdict, word in VERDICTS.items()
    }
    by_assumption = sum(row[12] for row in claims)
    blocks: list[Block] = [
        Text(
            f"Release `{release[0]}`, as of {release[1]}, made {release[2]} UTC. Of {len(claims)} "
            "claims "
            + ", ".join(f"{count} are {word}" for word, count in counted.items())
            + f"; {by_assumption} rest on a judgement or on the construction of the model in a "
            "part that counts as supported."
        ),
        Text(
            "The interval of a measure decides, not its middle. A claim is mixed where the "
            "interval reaches over a bound or where its parts differ. `then` is the quarter of the "
            "interview by today's estimate, `latest` the newest quarter or year. A claim about a "
            "cause is judged by what would show if it held; the cause itself stays open."
        ),
        Table(
            ("claim", "what was said", "measure", "then", "latest", "verdict"),
            tuple(
                (
                    row[0],
                    row[1],
                    f"{row[3]} ({row[4].replace('_', ' ')})",
                    _show(row[5:8]),
                    _show(row[8:11]),
                    VERDICTS[row[11]] + (", by assumption" if row[12] else ""),
                )
                for row in claims
            ),
        ),
    ]
    for row in claims:
        blocks += [
            Heading(f"{row[0]}: {VERDICTS[row[11]]}"),
            Text(f"{row[1]} ({row[14]})"),
            Bullets(tuple(_tell(test) for test in tests if test[0] == row[0])),
        ]
    return blocks


def _show_number(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def _show(points: tuple) -> str:
    """Return middle and ends; a missing high end is that of a count that is a floor."""
    middle, low, high = points
    if middle is None:
        return ""
    if low == high:
        return _show_number(middle)
    return (
        f"{_show_number(middle)} ({_show_number(low)} to "
        f"{'any' if high is None else _show_number(high)})"
    )


def _tell(test: tuple) -> str:
    """Return a test in a sentence: its verdict, what was held against what, and why."""
    (_, test_id, part, measure, tested, unit, middle, low, high, comparison, lower, upper,
     verdict, basis, reasoning, missing, detail) = test  # fmt: skip
    told = VERDICTS[verdict] + (" by assumption" if basis == "assumption" else "")
    told = f"{told} by construction" if basis == "construction" else told
    sentences = [f"`{test_id}` {part}: {told}."]
    if comparison != "none" and middle is not None:
        bounds = _show_number(lower) + (f" and {_show_number(upper)}" if upper is not None else "")
        sentences.append(
            f"Measured by {measure}: {tested} is {_show((middle, low, high))} "
            f"{unit.replace('_', ' ')}, to be {comparison.replace('_', ' ')} {bounds}."
        )
    else:
        sentences.append(f"Measure: {measure}.")
    sentences.append(reasoning)
    if detail:
        sentences.append(f"Found: {detail}.")
    if missing:
        sentences.append(f"Would decide it, or better: {missing}")
    return " ".join(sentences)
