"""Licences, data notes and dictionary say what contracts and descriptions say."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest

from pipelines.base.settings import Settings
from pipelines.contracts.corrections import load_corrections
from pipelines.contracts.load import load_contracts
from pipelines.contracts.model import Contract
from pipelines.pages.frame import Frame, ReleaseNote, write_html
from pipelines.pages.licences import find_strictest_term
from pipelines.pages.models import find_staging_ancestors, read_marts, read_references
from pipelines.pages.page import Page, Table, Text, write_markdown
from pipelines.pages.site import make_source_pages
from pipelines.pages.texts import CHINESE, ENGLISH, Texts

RELEASE = ReleaseNote("id", date(2026, 11, 29), datetime(2026, 11, 29, 1, 2, 3), "0123", "1.0.0")


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings()


@pytest.fixture(scope="module")
def contracts(settings: Settings) -> list[Contract]:
    return load_contracts(settings.sources_dir)


@pytest.fixture(scope="module")
def pages(settings: Settings) -> dict[str, Page]:
    return {page.path: page for page in make_source_pages(settings)}


def test_every_publisher_stands_in_the_licences(
    contracts: list[Contract], pages: dict[str, Page]
) -> None:
    text = write_markdown(pages["data-licences"], "")
    for contract in contracts:
        for publisher in contract.publishers:
            assert publisher.attribution.replace("|", "\\|") in text


def test_every_mart_is_described_with_key_and_columns(settings: Settings) -> None:
    marts = read_marts(settings.dbt_dir)
    assert {mart.name for mart in marts} == {
        path.stem for path in (settings.dbt_dir / "models" / "marts").glob("**/*.sql")
    }
    for mart in marts:
        assert mart.description.startswith("One row per "), mart.name
        assert set(mart.key) <= {column.name for column in mart.columns}, mart.name
        assert mart.key, mart.name
        assert all(column.description and column.type for column in mart.columns), mart.name


def test_every_table_and_source_has_a_page(
    settings: Settings, contracts: list[Contract], pages: dict[str, Page]
) -> None:
    marts = {f"dictionary/{mart.name}" for mart in read_marts(settings.dbt_dir)}
    sources = {f"dictionary/source-{contract.source_id}" for contract in contracts}
    assert len(marts) > 40 and len(sources) > 30
    other = {
        "data-licences",
        "data-notes",
        "dictionary/bridges",
        "dictionary/index",
        "dictionary/meta",
    }
    assert set(pages) == marts | sources | other


def test_a_table_s_page_names_each_column_and_what_it_rests_on(pages: dict[str, Page]) -> None:
    text = write_markdown(pages["dictionary/fct_compute_balance"], "")
    assert "| `supply_h100e_p50` | double | " in text
    assert "Key: `quarter_start`, " in text
    assert "| [assumptions](source-assumptions.html) | `assumptions` | " in text


def test_data_notes_tell_every_correction_and_point_to_the_note(
    contracts: list[Contract], pages: dict[str, Page]
) -> None:
    text = write_markdown(pages["data-notes"], "")
    for contract in contracts:
        for correction in load_corrections(contract):
            assert " ".join(correction.reason.split()).replace("|", "\\|") in text
    assert "checks, doubts and conflicts: `docs/notes/export_controls.md`" in text
    # the rows of a registry that were recalled are named by key
    assert "Unverified in " in text


def test_links_between_pages_lead_somewhere(pages: dict[str, Page]) -> None:
    known = {f"{path}.html" for path in pages}
    for page in pages.values():
        folder = Path(page.path).parent
        for target in re.findall(r"\]\((?!https?:)([^)\s]+\.html)\)", write_markdown(page, "")):
            parts: list[str] = []
            for part in (folder / target).parts:
                if part == "..":
                    parts.pop()
                else:
                    parts.append(part)
            assert "/".join(parts) in known, f"{page.path}: {target}"


def test_lineage_goes_through_lists_of_references(settings: Settings) -> None:
    # the label uses refer to their tables through a list, not one by one
    found = find_staging_ancestors("fct_unresolved_label", read_references(settings.dbt_dir))
    assert "stg_compute_clusters__clusters" in found
    assert "stg_epoch_chip_counts__chip_shipments_vintages" in found


def test_strictest_term_binds_a_source(contracts: list[Contract]) -> None:
    terms = {c.source_id: find_strictest_term(c) for c in contracts}
    assert terms["datacenter_sites"] == "allowed"
    assert terms["efficiency_observations"] == "facts_only"


def test_page_escapes_what_markdown_and_html_would_read() -> None:
    page = Page("a/b", "A < B", [Table(("x",), (("1 | 2 <3>",),)), Text("see [c](c.html) and `d`")])
    assert "| 1 \\| 2 <3> |" in write_markdown(page, "")
    html = write_html(page, Frame(Texts(ENGLISH), RELEASE, {"index": "Root", "a/b": page.title}))
    assert '<th scope="row" class="short">1 | 2 &lt;3&gt;</th>' in html
    assert '<a href="c.html">c</a>' in html
    assert "<code>d</code>" in html
    assert '<li><a href="../index.html">Answers</a></li>' in html


def test_a_link_of_another_scheme_stays_text() -> None:
    page = Page("a", "A", [Text("[x](javascript:alert) [y](https://example.org/?a=1&b=2)")])
    html = write_html(page, Frame(Texts(ENGLISH), RELEASE, {"a": "A"}))
    assert 'href="javascript' not in html
    assert '<a href="https://example.org/?a=1&amp;b=2">y</a>' in html


def test_a_page_leads_to_itself_in_the_other_language() -> None:
    page = Page("a/b", "A", [Text("kept in English")], is_english_only=True)
    english = write_html(page, Frame(Texts(ENGLISH), RELEASE, {"a/b": "A"}))
    chinese = write_html(page, Frame(Texts(CHINESE), RELEASE, {"a/b": "A"}))
    assert '<html lang="en">' in english and 'href="../zh/a/b.html"' in english
    assert '<html lang="zh-Hans">' in chinese and 'href="../../a/b.html"' in chinese
    assert '<div lang="en">' in chinese and '<div lang="en">' not in english
