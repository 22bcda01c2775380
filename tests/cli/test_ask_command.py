"""`compute-balance ask`: tables without a schema, three forms of answer, and nothing is written."""

import io
import json
from pathlib import Path

import pytest

from pipelines.answers.ask import ask, open_for_questions
from pipelines.base.errors import QueryError, ReleaseError
from tests.cli.conftest import Command
from tests.small_project.builder import SmallProject

QUESTION = "select chip_id, count(*) as quarters from fct_chip_price group by all order by all"


def test_tables_need_no_schema(call: Command, published_once: SmallProject) -> None:
    shown = call(published_once, "ask", "show tables")
    assert {"dim_chip", "fct_chip_price", "source", "release"} <= set(shown.output.split())
    answered = call(published_once, "ask", QUESTION)
    assert answered.output.splitlines() == [
        "chip_id  quarters",
        "-------- --------",
        "chip-a          3",
        "chip-b          2",
        "chip-c          2",
    ]


def test_a_long_answer_says_how_much_is_left(call: Command, published_once: SmallProject) -> None:
    shown = call(published_once, "ask", QUESTION, "--limit", "1")
    assert shown.output.splitlines()[2:] == ["chip-a          3"]
    assert "... and 2 more rows" in shown.errors


def test_json_and_csv_hold_all_rows(call: Command, published_once: SmallProject) -> None:
    rows = json.loads(call(published_once, "ask", QUESTION, "--json", "--limit", "1").output)
    assert rows[0] == {"chip_id": "chip-a", "quarters": 3}
    assert len(rows) == 3
    text = call(published_once, "ask", QUESTION, "--csv").output
    assert text == "chip_id,quarters\nchip-a,3\nchip-b,2\nchip-c,2\n"


def test_a_question_may_come_from_standard_input(
    call: Command, published_once: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("select 1 as one"))
    assert call(published_once, "ask", "-", "--csv").output == "one\n1\n"


def test_a_kept_release_can_be_asked(call: Command, published: SmallProject) -> None:
    ((first,),) = published.query("select release_id from meta.release")
    published.change_quote("q05", usd_per_hour_p50="2.50")
    published.run()
    shown = call(published, "ask", "select release_id from release", "--release", first, "--csv")
    assert shown.output == f"release_id\n{first}\n"


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("select nothing from dim_chip", 'Referenced column "nothing" not found'),
        ("from nowhere", 'tables are listed by "show tables"'),
        ("create table mine as select 1", "read-only mode"),
        ("copy dim_chip to 'dim_chip.csv'", "file system operations are disabled"),
        ("select * from read_csv('README.md')", "file system operations are disabled"),
        ("set enable_external_access = true", "has been locked"),
    ],
)
def test_what_cannot_be_answered_says_why(
    published_once: SmallProject, query: str, reason: str
) -> None:
    with pytest.raises(QueryError, match=reason):
        ask(published_once.settings.current_path, query)


def test_nothing_published_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="run: make warehouse"):
        open_for_questions(tmp_path / "compute_balance.duckdb")


def test_a_question_leaves_the_file_as_it_was(published_once: SmallProject) -> None:
    path = published_once.settings.current_path
    before = path.read_bytes()
    ask(path, QUESTION)
    assert path.read_bytes() == before
