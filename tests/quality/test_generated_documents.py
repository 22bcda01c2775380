"""Licences and dictionary say what contracts and descriptions say today, and nothing by hand."""

import re
from pathlib import Path

import pytest

from pipelines.base.settings import Settings
from pipelines.contracts.load import load_contracts
from pipelines.contracts.model import Contract
from pipelines.pages.generated import generate_documents, make_pages
from pipelines.pages.licences import find_strictest_term
from pipelines.pages.models import find_staging_ancestors, read_marts, read_references
from pipelines.pages.page import Page, Table, Text, write_html, write_markdown


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings()


@pytest.fixture(scope="module")
def contracts(settings: Settings) -> list[Contract]:
    return load_contracts(settings.sources_dir)


def test_documents_are_up_to_date(settings: Settings, contracts: list[Contract]) -> None:
    files = generate_documents(contracts, settings.dbt_dir, settings.docs_dir)
    stale = [
        path.name
        for path, text in files.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run: compute-balance source generate"


def test_no_dictionary_page_is_left_over(settings: Settings, contracts: list[Contract]) -> None:
    files = generate_documents(contracts, settings.dbt_dir, settings.docs_dir)
    assert set((settings.docs_dir / "dictionary").glob("*.md")) <= set(files)


def test_every_publisher_stands_in_the_licences(
    settings: Settings, contracts: list[Contract]
) -> None:
    text = (settings.docs_dir / "data-licences.md").read_text(encoding="utf-8")
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


def test_links_between_pages_lead_somewhere(settings: Settings, contracts: list[Contract]) -> None:
    pages = make_pages(contracts, settings.dbt_dir)
    known = {f"{page.path}.md" for page in pages}
    for page in pages:
        folder = Path(page.path).parent
        for target in re.findall(r"\]\(([^)\s]+\.md)\)", write_markdown(page, "")):
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
    page = Page("a/b", "A < B", [Table(("x",), (("1 | 2 <3>",),)), Text("see [c](c.md)")])
    assert "| 1 \\| 2 <3> |" in write_markdown(page, "")
    html = write_html(page, "Root")
    assert "<td>1 | 2 &lt;3&gt;</td>" in html
    assert '<a href="c.html">c</a>' in html
    assert '<a href="../index.html">Root</a>' in html
