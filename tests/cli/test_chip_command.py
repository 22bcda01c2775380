"""`compute-balance chip`: verdict, reasoning, timeline, relatives, and questions without answer."""

import json
import re

import pytest

from tests.cli.conftest import PolicyDesk

H20_LETTER = "us-2025-04-h20-letter"


def find_line(output: str, start: str) -> str:
    """Give the one line that begins with a word, without the word."""
    lines = [line.strip() for line in output.splitlines() if line.strip().startswith(f"{start} ")]
    assert len(lines) == 1, f"{len(lines)} lines begin with {start!r}"
    return lines[0].removeprefix(start).strip()


def find_rows(output: str, heading: str) -> list[str]:
    """Give the rows of the table under a heading, spaces as the command prints them."""
    _, _, below = output.partition(heading)
    table = below.split("\n\n")[0].splitlines()
    return table[3:]


def test_the_verdict_names_item_rule_and_citation(desk: PolicyDesk) -> None:
    shown = desk.run("chip", "nvidia-h100-sxm", "--to", "CN", "--on", "2024-06-01")
    assert shown.code == 0
    first, second = shown.output.splitlines()[:2]
    assert first == "H100 SXM5 80GB (nvidia-h100-sxm) to China (CN) on 2024-06-01, export"
    assert second == "  licence needed; presumption of denial"
    assert find_line(shown.output, "control item") == "3A090.a, clause us23-3a090-a1"
    assert find_line(shown.output, "rule").startswith("us-2023-10-acs-ifr: ")
    assert "88 FR 73458  https://www.govinfo.gov/" in shown.output
    # 100 x (4800 - 15832) / 4800
    assert find_line(shown.output, "headroom") == "-229.8 % on tpp: 15,832 against 4,800"


def test_a_named_chip_shows_the_letter_and_who_set_the_standard(desk: PolicyDesk) -> None:
    shown = desk.run("chip", "nvidia-h20", "--to", "CN", "--on", "2025-09-01")
    assert "licence needed; presumption of approval" in shown.output
    assert find_line(shown.output, "control item") == "h20_letter, the chip is named"
    assert find_line(shown.output, "rule").startswith(f"{H20_LETTER}: ")
    assert find_line(shown.output, "standard").startswith("us-2025-07-h20-assurance: ")
    shown_restrictions = [
        line.split(": ")[0].split(None, 1)[1]
        for line in shown.output.splitlines()
        if line.strip().startswith("destination ")
    ]
    assert shown_restrictions == [
        "purchase discouraged, for all buyers, by cn-2025-08-h20-discouraged",
        "security review, for all buyers, by cn-2025-07-h20-summons",
    ]


def test_the_letter_alone_sets_the_standard_before_july(desk: PolicyDesk) -> None:
    shown = desk.run("chip", "nvidia-h20", "--to", "CN", "--on", "2025-05-01")
    assert "licence needed; no review standard is published" in shown.output
    assert not re.search(r"^ +standard ", shown.output, re.MULTILINE)


def test_the_reasoning_goes_through_the_conditions_line_by_line(desk: PolicyDesk) -> None:
    """The L20 lies below both clauses of paragraph b of 2023: 1913.6 TPP at a density of 3.142."""
    shown = desk.run("chip", "nvidia-l20", "--to", "CN", "--on", "2024-06-01")
    rows = [re.split(r" {2,}", row.strip()) for row in find_rows(shown.output, "Clauses in force")]
    assert ["3A090.b", "us23-3a090-b1", "tpp >= 2400", "1913.6", "not met", "88 FR 73458"] in rows
    assert [
        "3A090.b",
        "us23-3a090-b2",
        "performance_density >= 3.2",
        "3.142",
        "not met",
        "88 FR 73458",
    ] in rows
    assert not any("any_chip" in row[2] for row in rows if len(row) > 2)


def test_an_embargo_is_shown_as_the_condition_that_decides(desk: PolicyDesk) -> None:
    shown = desk.run("chip", "nvidia-l20", "--to", "Russia", "--on", "2024-06-01")
    assert find_line(shown.output, "control item") == "746_russia, clause emb-ru"
    assert re.search(r"^746_russia +emb-ru +any_chip = 1 +1 +met", shown.output, re.MULTILINE)
    assert "746_iran" not in shown.output
    assert not re.search(r"^ +headroom ", shown.output, re.MULTILINE)


def test_a_missing_metric_is_named(desk: PolicyDesk) -> None:
    shown = desk.run("chip", "google-tpu-v5e", "--to", "CN", "--on", "2024-06-01")
    assert "unknown: a metric that the rules need is not published" in shown.output
    assert find_line(shown.output, "missing") == "performance_density"
    assert re.search(r"performance_density >= 5.92 +not published +unknown", shown.output)


def test_the_timeline_of_the_destination_has_every_change(desk: PolicyDesk) -> None:
    """The H800 was free until the letter of October 2023; China's own stop follows in 2025."""
    shown = desk.run("chip", "nvidia-h800", "--to", "CN", "--on", "2023-11-17")
    rows = [
        re.split(r" {2,}", row.strip())
        for row in find_rows(shown.output, "Timeline for this destination")
    ]
    assert rows[0][:3] == ["2019-01-01", "2022-10-21", "not_controlled"]
    controlled = [row for row in rows if row[2] != "not_controlled"]
    assert [(row[0], row[2]) for row in controlled[:2]] == [
        ("2023-10-23", "licence_required"),
        ("2023-11-17", "licence_presumption_of_denial"),
    ]
    assert rows[-1][1] == "open" and rows[-1][-1] == "purchase limited, customs checks"
    assert [row[0] for row in rows[1:]] == [row[1] for row in rows[:-1]]


def test_near_relatives_are_shown_with_what_they_would_have_got(desk: PolicyDesk) -> None:
    shown = desk.run("chip", "nvidia-h800", "--to", "CN", "--on", "2023-06-01")
    rows = find_rows(shown.output, "Related chips on that day")
    assert rows[0].split() == [
        *("nvidia-h100-sxm", "15,832", "19.45"),
        *("licence_presumption_of_denial", "us-2022-10-ifr"),
    ]
    assert len(rows) == 3


def test_buyer_and_transaction_are_part_of_the_question(desk: PolicyDesk) -> None:
    question = ("chip", "nvidia-h100-sxm", "--to", "DE", "--on", "2024-06-01")
    local = desk.run(*question)
    chinese = desk.run(*question, "--buyer", "d5_or_macau", "--transaction", "reexport")
    assert "controlled, but no licence is needed for this destination" in local.output
    assert "reexport, buyer with parent in D:5 or Macau" in chinese.output
    assert "licence needed" in chinese.output


def test_what_the_verdict_supposes_is_said_where_it_matters(desk: PolicyDesk) -> None:
    own = desk.run("chip", "huawei-ascend-910b", "--to", "CN", "--on", "2024-06-01")
    assert find_line(own.output, "note") == "a sale inside the vendor's own country is no export"
    early = desk.run("chip", "nvidia-h200", "--to", "JP", "--on", "2020-01-01")
    assert find_line(early.output, "note").startswith("the chip was released later, on 20")


def test_json_holds_the_whole_answer(desk: PolicyDesk) -> None:
    shown = desk.run("chip", "nvidia-h20", "--to", "CN", "--on", "2025-09-01", "--json")
    answer = json.loads(shown.output)
    assert answer["chip"]["chip_id"] == "nvidia-h20"
    assert answer["on"] == "2025-09-01"
    assert answer["verdict"]["outcome"] == "licence_presumption_of_approval"
    assert answer["policy"]["policy_id"] == H20_LETTER
    assert answer["licence_policy"]["policy_id"] == "us-2025-07-h20-assurance"
    assert [row["treatment"] for row in answer["restrictions"]] == [
        "purchase_discouraged",
        "security_review",
    ]
    assert answer["timeline"][0]["valid_from"] == "2019-01-01"
    assert answer["timeline"][-1]["valid_to"] is None
    assert {row["clause_id"] for row in answer["conditions"]} >= {"us23-3a090-a1"}
    assert len(answer["siblings"]) == 3


@pytest.mark.parametrize(
    ("chip", "country", "chip_id", "country_code"),
    [
        ("NVIDIA-H20", "cn", "nvidia-h20", "CN"),
        ("H200", "China", "nvidia-h200", "CN"),
        ("H100 SXM5 80GB", "中国", "nvidia-h100-sxm", "CN"),
    ],
)
def test_chips_and_countries_go_by_several_names(
    desk: PolicyDesk, chip: str, country: str, chip_id: str, country_code: str
) -> None:
    shown = desk.run("chip", chip, "--to", country, "--on", "2024-06-01", "--json")
    answer = json.loads(shown.output)
    found = (answer["chip"]["chip_id"], answer["country"]["country_code"])
    assert found == (chip_id, country_code)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nvidia-h1oo-sxm", "--to", "CN"], "unknown chip 'nvidia-h1oo-sxm'; did you mean"),
        (["nvidia-h100", "--to", "CN"], "nvidia-h100-sxm"),
        (["nvidia-h20", "--to", "Chna"], "unknown country 'Chna'; did you mean China"),
        (["nvidia-h20", "--to", "Atlantis"], "unknown country 'Atlantis'"),
        (["nvidia-h20", "--to", "US"], "the United States are no destination of their own"),
        (
            ["nvidia-h20", "--to", "CN", "--on", "2018-12-31"],
            "2018-12-31 lies before the horizon of the rules, which begins on 2019-01-01",
        ),
    ],
)
def test_a_question_without_answer_gets_a_message(
    desk: PolicyDesk, arguments: list[str], message: str
) -> None:
    shown = desk.run("chip", *arguments)
    assert shown.code == 2
    assert message in shown.errors
    assert shown.output == "" and "Traceback" not in shown.errors


def test_a_day_that_is_none_is_refused(desk: PolicyDesk) -> None:
    shown = desk.run("chip", "nvidia-h20", "--to", "CN", "--on", "June 2024")
    assert shown.code == 2
    assert "does not match the format '%Y-%m-%d'" in shown.errors


def test_nothing_published_says_what_to_run(desk: PolicyDesk) -> None:
    desk.release_path.unlink()
    shown = desk.run("chip", "nvidia-h20", "--to", "CN")
    assert shown.code == 2
    assert "nothing is published yet; run: make warehouse" in shown.errors


def test_a_listed_buyer_is_answered_with_its_listing(desk: PolicyDesk) -> None:
    """The L20 is below every limit; the listing of Inspur of March 2023 needs a licence for all."""
    question = ("chip", "nvidia-l20", "--to", "CN", "--buyer", "inspur-group", "--on")
    before = desk.run(*question, "2023-03-01")
    assert "not controlled: no licence is needed" in before.output
    assert find_line(before.output, "listed").startswith("on no list")
    shown = desk.run(*question, "2024-06-01")
    assert "licence needed; presumption of denial" in shown.output
    assert "listed on the US Entity List since 2023-03-02 (88 FR 13673)" in shown.output


def test_what_frees_a_buyer_by_name_leaves_no_duty(desk: PolicyDesk) -> None:
    question = ("chip", "nvidia-h100-sxm", "--to", "AE", "--buyer", "G42", "--on")
    licensed = desk.run(*question, "2026-01-10")
    assert "licence needed; presumption of approval" in licensed.output
    assert find_line(licensed.output, "granted").endswith("; the duty stays")
    freed = desk.run(*question, "2026-08-01")
    assert "no licence is needed for this destination" in freed.output
    assert find_line(freed.output, "because").startswith("freed by name: ")
    assert "the duty stays" not in freed.output


def test_terms_stand_beside_the_licence(desk: PolicyDesk) -> None:
    shown = desk.run("chip", "nvidia-h200", "--to", "CN", "--on", "2026-06-01")
    assert find_line(shown.output, "tariff").startswith("25 % of the value on import")
    before = desk.run("chip", "nvidia-h200", "--to", "CN", "--on", "2026-01-14")
    assert "tariff" not in before.output


def test_an_unknown_buyer_is_told_what_to_say(desk: PolicyDesk) -> None:
    shown = desk.run("chip", "nvidia-h200", "--to", "CN", "--buyer", "nobody in particular")
    assert shown.code == 2
    assert "for a buyer on no list say local or d5_or_macau" in shown.errors
