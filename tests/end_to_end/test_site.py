"""The site of the repository's own release: answers say what the tables say, in two languages."""

import csv
import html
import posixpath
import re
from pathlib import Path

import pytest

from pipelines.pages.texts import read_texts
from tests.conftest import RealWarehouse

# what section 1 of the design asks, and the claims that it starts from
QUESTIONS = {
    "balance",
    "supply",
    "idle",
    "tightness",
    "drivers",
    "rules",
    "plane",
    "substitution",
    "policy",
    "prices",
    "scarcity",
    "ahead",
    "then_and_now",
}
FOREIGN = re.compile(r"<(?:script|img|iframe|link|source)[^>]+(?:src|href)=\"?https?:")
LINK = re.compile(r'<a [^>]*href="([^"]+)"')


def read_answer(page: Path) -> str:
    """Return the sentence that a page begins with."""
    found = re.search(r'<p class="answer">(.*?)</p>', page.read_text(encoding="utf-8"), re.S)
    assert found, page
    return html.unescape(re.sub(r"<[^>]+>", "", found[1]))


def list_trees(site: Path) -> tuple[set[str], set[str]]:
    """Return the pages of the English and of the Chinese tree, by their path in it."""
    paths = [path.relative_to(site) for path in site.rglob("*.html")]
    chinese = {path.relative_to("zh").as_posix() for path in paths if path.parts[0] == "zh"}
    return {path.as_posix() for path in paths if path.parts[0] != "zh"}, chinese


def test_every_page_is_in_both_languages(real_site: Path) -> None:
    english, chinese = list_trees(real_site)
    assert english == chinese
    assert {f"answers/{name}.html" for name in QUESTIONS} <= english


def test_every_link_and_file_of_the_site_is_there(real_site: Path) -> None:
    files = {path.relative_to(real_site).as_posix() for path in real_site.rglob("*.*")}
    lost = set()
    for page in real_site.rglob("*.html"):
        name = page.relative_to(real_site)
        for address in set(LINK.findall(page.read_text(encoding="utf-8"))):
            target = html.unescape(address).partition("#")[0].partition("?")[0]
            if (
                target
                and "://" not in target
                and posixpath.normpath(f"{name.parent.as_posix()}/{target}") not in files
            ):
                lost.add(f"{name}: {target}")
    assert sorted(lost)[:20] == []


def test_a_page_needs_nothing_from_elsewhere(real_site: Path) -> None:
    for page in real_site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert len(text.encode()) < 3_000_000, page
        assert not re.search(
            r"<(?:script|img|iframe|link|source)[^>]+(?:src|href)=\"?https?:", text
        )
        assert "@import" not in text and "url(http" not in text, page


def test_each_figure_is_drawn_for_both_screens_with_words_beside_it(real_site: Path) -> None:
    for name in QUESTIONS:
        text = (real_site / "answers" / f"{name}.html").read_text(encoding="utf-8")
        drawn = re.findall(r'<div class="(wide|narrow)" role="img" aria-label="([^"]+)"><svg', text)
        assert drawn and [d[0] for d in drawn] == ["wide", "narrow"] * (len(drawn) // 2), name
        assert all(len(words) > 20 for _, words in drawn), name


@pytest.mark.parametrize("tree", ["", "zh/"])
def test_balance_of_late_2023_answers_what_could_be_rented(
    real_warehouse: RealWarehouse, real_site: Path, tree: str
) -> None:
    answer = read_answer(real_site / f"{tree}answers/balance-2023q4.html")
    ((supply, demand, shortage),) = real_warehouse.query(
        "select supply_h100e_p50, demand_h100e_p50, shortage_probability "
        "from marts.fct_compute_balance where scenario_id = 'baseline' and region_id = 'CN' "
        "and workload_id = 'training_large' and access = 'merchant' "
        "and quarter_start = date '2023-10-01'"
    )
    # both are far below ten thousand, where both languages write a number alike
    assert min(supply, demand) >= 100 and max(supply, demand) < 10_000
    for value in (supply, demand):
        assert f"{value:,.0f}" in answer
    assert f"{100 * shortage:.0f}" in answer


def test_the_rule_that_closed_the_h800_and_its_substitute_are_named(
    real_warehouse: RealWarehouse, real_site: Path
) -> None:
    assert "23 October 2023" in read_answer(real_site / "answers/rules.html")
    answer = read_answer(real_site / "answers/substitution.html")
    ((cards,),) = real_warehouse.query(
        "select cards_per_100_p50 from marts.fct_chip_substitution where "
        "from_chip_id = 'nvidia-h800' and to_chip_id = 'nvidia-h20' "
        "and workload_id = 'training_large'"
    )
    assert f"H20 96GB: in place of 100 cards one needs {cards:,.0f} (" in answer


def test_verdicts_are_counted_as_the_table_counts_them(
    real_warehouse: RealWarehouse, real_site: Path
) -> None:
    counts = dict(
        real_warehouse.query("select verdict, count(*) from marts.fct_seed_claim group by verdict")
    )
    answer = read_answer(real_site / "answers/then_and_now.html")
    assert f"{counts['supported']} are supported" in answer
    assert f"{counts['mixed']} are mixed" in answer


def test_claims_in_the_texts_are_those_of_the_registry(real_warehouse: RealWarehouse) -> None:
    texts = read_texts()
    claims = dict(real_warehouse.query("select claim_id, claim from marts.fct_seed_claim"))
    assert {key: texts[f"claim.{key}"]["en"] for key in claims} == claims


def test_names_of_scenarios_and_rules_in_the_texts_are_those_of_the_release(
    real_warehouse: RealWarehouse,
) -> None:
    texts = read_texts()
    scenarios = dict(real_warehouse.query("select scenario_id, title from marts.dim_scenario"))
    assert {key: texts[f"scenario.{key}"]["en"] for key in scenarios} == scenarios
    rules = dict(real_warehouse.query("select policy_id, title from marts.dim_policy"))
    named = {k.removeprefix("rule."): w["en"] for k, w in texts.items() if k.startswith("rule.")}
    assert {key: rules.get(key) for key in named} == named


def test_a_download_holds_the_rows_behind_the_page(
    real_warehouse: RealWarehouse, real_site: Path
) -> None:
    with (real_site / "answers" / "tightness.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    expected = real_warehouse.query(
        "select quarter_start::varchar, region_id, tightness_p50 from marts.fct_tightness "
        "order by region_id, quarter_start"
    )
    found = [(row["quarter_start"], row["region_id"], row["tightness_p50"]) for row in rows]
    assert found == [(*keys, "" if value is None else str(value)) for *keys, value in expected]
