"""The pages for things: each has one that says what the tables say, and the search finds them."""

import csv
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipelines.pages.things.names import read_policy_titles
from tests.conftest import RealWarehouse
from tests.end_to_end.test_site import read_answer

KINDS = {
    "chips": "select chip_id from marts.dim_chip",
    "countries": "select country_code from marts.dim_country",
    "rules": "select policy_id from marts.dim_policy",
    "sites": "select distinct site_id from marts.fct_datacenter_site",
}
CHINESE = re.compile(r"[\u3400-\u9fff]")
# words that stand in sentences and in no name of a thing
SENTENCE = re.compile(r"\b(is|are|was|were|has|have|which|without|from the|of the)\b")


def list_pages(site: Path, folder: str) -> set[str]:
    """Return the names of the pages in a folder, but for its list."""
    return {path.stem for path in (site / folder).glob("*.html")} - {"index"}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_thing_has_a_page(real_warehouse: RealWarehouse, real_site: Path, kind: str) -> None:
    expected = {name for (name,) in real_warehouse.query(KINDS[kind])}
    assert len(expected) > 30
    assert list_pages(real_site, kind) == expected
    assert list_pages(real_site, f"zh/{kind}") == expected


def test_each_owner_of_the_tables_has_a_page(
    real_warehouse: RealWarehouse, real_site: Path
) -> None:
    owners = {
        name
        for (name,) in real_warehouse.query(
            "select owner_organisation_id from marts.fct_chip_shipments union "
            "select owner_organisation_id from marts.fct_datacenter_site"
        )
        if name
    }
    assert owners <= list_pages(real_site, "owners")
    # what no source splits among owners has a page, too
    assert "china" in list_pages(real_site, "owners")


def test_a_chip_s_page_tells_its_status_for_china(
    real_warehouse: RealWarehouse, real_site: Path
) -> None:
    with (real_site / "chips" / "nvidia-h800-status.csv").open(encoding="utf-8") as lines:
        rows = [r for r in csv.DictReader(lines) if "CN" in r["destination_countries"].split()]
    expected = real_warehouse.query(
        "select min(valid_from)::varchar, outcome, policy_id from marts.fct_chip_control_status "
        "where scenario_id = 'baseline' and chip_id = 'nvidia-h800' and transaction = 'export' "
        "and destination_country = 'CN' and buyer_headquarters = 'local' "
        "group by outcome, policy_id order by 1"
    )
    assert len(expected) >= 3
    assert [(r["valid_from"], r["outcome"], r["policy_id"] or None) for r in rows] == expected
    assert "presumption of denial" in read_answer(real_site / "chips" / "nvidia-h800.html")
    assert "推定拒绝" in read_answer(real_site / "zh" / "chips" / "nvidia-h800.html")


def test_a_country_s_page_counts_its_chips(real_warehouse: RealWarehouse, real_site: Path) -> None:
    free = "outcome in ('not_controlled', 'no_licence_needed', 'licence_exception')"
    ((count, chips),) = real_warehouse.query(
        f"select count(*) filter ({free}), count(*) from marts.fct_chip_control_status, "
        "meta.release where scenario_id = 'baseline' and transaction = 'export' "
        "and destination_country = 'MY' and buyer_headquarters = 'local' "
        "and valid_from <= as_of and (valid_to is null or valid_to > as_of)"
    )
    assert 0 < count < chips
    answer = read_answer(real_site / "countries" / "MY.html")
    assert answer.startswith(f"Malaysia: {count} of {chips} accelerators may be exported")


def test_a_rule_s_page_links_its_document_and_the_chips_that_it_closed(
    real_warehouse: RealWarehouse, real_site: Path
) -> None:
    text = (real_site / "rules" / "us-2023-10-acs-ifr.html").read_text(encoding="utf-8")
    ((url,),) = real_warehouse.query(
        "select source_url from marts.dim_policy where policy_id = 'us-2023-10-acs-ifr'"
    )
    assert f'href="{html.escape(url)}"' in text
    assert 'href="../chips/nvidia-h800.html"' in text


def test_links_to_the_web_are_of_its_two_schemes(real_site: Path) -> None:
    schemes = set()
    for page in real_site.rglob("*.html"):
        schemes |= set(re.findall(r'href="([a-z]+):', page.read_text(encoding="utf-8")))
    # data: is the empty icon of each page
    assert {"http", "https", "data"} >= schemes >= {"https"}


def test_each_rule_has_a_chinese_title(real_warehouse: RealWarehouse) -> None:
    policies = {p for (p,) in real_warehouse.query("select policy_id from marts.dim_policy")}
    titles = read_policy_titles()
    assert set(titles) == policies
    assert [p for p, title in titles.items() if not CHINESE.search(title)] == []


LEFT_OUT = ("style", "script", "code", "footer")
VOID = ("meta", "link", "input", "br", "img")


class Prose(HTMLParser):
    """Collects the texts of a page that stand in its own language and are no code."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.left_out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        starts = tag in LEFT_OUT or dict(attrs).get("lang") == "en"
        if (self.left_out or starts) and tag not in VOID:
            self.left_out.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.left_out:
            self.left_out.pop()

    def handle_data(self, data: str) -> None:
        if not self.left_out:
            self.texts.append(data.strip())


def test_chinese_pages_for_things_hold_no_english_sentence(
    real_warehouse: RealWarehouse, real_site: Path
) -> None:
    names = {
        name
        for (name,) in real_warehouse.query(
            "select unnest([title, publisher, licence]) from meta.source "
            "union select entity_name from marts.fct_entity_listing "
            "union select source_publisher from marts.fct_contract_rent "
            "union select source_publisher from marts.fct_hardware_price"
        )
    }
    bare: dict[str, str] = {}
    for folder in (*KINDS, "owners"):
        pages = sorted((real_site / "zh" / folder).glob("*.html"))
        # countries are many and alike; China is the fullest
        few = [*pages[::8], real_site / "zh/countries/CN.html"]
        for page in few if folder == "countries" else pages:
            reader = Prose()
            reader.feed(page.read_text(encoding="utf-8"))
            for text in reader.texts:
                if SENTENCE.search(text) and not CHINESE.search(text) and text not in names:
                    bare.setdefault(text, page.name)
    assert list(bare.items())[:10] == []


def read_entries(page: Path) -> list[list[str]]:
    """Return the entries of a search: title, address, group, summary, words."""
    found = re.search(r'id="entries">(.*?)</script>', page.read_text(encoding="utf-8"), re.S)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize(
    ("tree", "words", "address"),
    [
        ("", "h800 sxm", "chips/nvidia-h800.html"),
        ("", "人工智能扩散框架", "rules/us-2025-01-ai-diffusion.html"),
        ("", "shortage_probability", "dictionary/fct_compute_balance.html"),
        ("", "inspur", "countries/CN.html"),
        ("", "headroom", "glossary.html"),
        ("", "jevons", "documents/prices.html"),
        ("zh/", "长江存储", "rules/us-2022-12-entity.html"),
        ("zh/", "谷歌", "owners/google.html"),
        ("zh/", "马来西亚", "countries/MY.html"),
    ],
)
def test_the_search_knows_what_people_look_for(
    real_site: Path, tree: str, words: str, address: str
) -> None:
    found = {
        entry[1].partition("#")[0]
        for entry in read_entries(real_site / f"{tree}search.html")
        if all(word in " ".join(entry).lower() for word in words.split())
    }
    assert address in found
    assert len(found) < 60


def test_every_page_can_be_found(real_site: Path) -> None:
    addresses = {e[1].partition("#")[0] for e in read_entries(real_site / "search.html")}
    pages = {
        path.relative_to(real_site).as_posix()
        for path in real_site.rglob("*.html")
        if path.relative_to(real_site).parts[0] != "zh"
    }
    # but for the same answer of another quarter, and the search itself
    assert {p for p in pages - addresses if not re.search(r"-\d{4}q\d\.html$", p)} == {
        "search.html"
    }


def test_the_dictionary_tells_how_full_a_column_is(
    real_warehouse: RealWarehouse, real_site: Path
) -> None:
    text = (real_site / "dictionary" / "dim_chip.html").read_text(encoding="utf-8")
    ((share, least, most),) = real_warehouse.query(
        "select count(market_variant_of) / count(*), min(market_variant_of), "
        "max(market_variant_of) from marts.dim_chip"
    )
    row = re.search(r"<code>market_variant_of</code>.*?</tr>", text, re.S)
    assert row and 0 < share < 1
    assert f"{100 * share:.0f} %" in row[0]
    assert f"<code>{least}</code> to <code>{most}</code>" in row[0]
    assert 'href="../glossary.html#total-processing-performance-tpp"' in text
