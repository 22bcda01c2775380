"""Writing all pages about the current release under `warehouse/docs`, one tree per language.

English stands at the root, Chinese under `zh/`; every page is in both. Nothing but the files
written here is needed to read them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pipelines.base.errors import PagesError, ReleaseError
from pipelines.base.files import get_temporary_path
from pipelines.base.settings import Settings
from pipelines.contracts.load import load_contracts
from pipelines.contracts.model import Contract
from pipelines.pages.answers.ahead import make_ahead_pages
from pipelines.pages.answers.balance import make_balance_pages
from pipelines.pages.answers.drivers import make_driver_pages
from pipelines.pages.answers.idle import make_idle_pages
from pipelines.pages.answers.outlook import make_outlook_pages
from pipelines.pages.answers.plane import make_plane_pages
from pipelines.pages.answers.policy import make_policy_pages
from pipelines.pages.answers.prices import make_price_pages
from pipelines.pages.answers.rules import make_rule_pages
from pipelines.pages.answers.scarcity import make_scarcity_pages
from pipelines.pages.answers.substitution import make_substitution_pages
from pipelines.pages.answers.supply import make_supply_pages
from pipelines.pages.answers.then_and_now import make_then_and_now_pages
from pipelines.pages.answers.tightness import make_tightness_pages
from pipelines.pages.changes import find_changes, make_changes_page
from pipelines.pages.claims import make_claims_pages
from pipelines.pages.column_facts import read_column_facts
from pipelines.pages.data_notes import make_data_notes_page
from pipelines.pages.dictionary import Facts, make_dictionary_pages
from pipelines.pages.documents import make_document_pages, make_documents_index
from pipelines.pages.frame import Frame, write_html
from pipelines.pages.glossary import make_glossary_page
from pipelines.pages.index import make_index
from pipelines.pages.licences import make_licences_page
from pipelines.pages.page import Page
from pipelines.pages.quality import make_quality_pages
from pipelines.pages.quality_summary import make_quality_summary
from pipelines.pages.reader import Reader, open_reader
from pipelines.pages.report import make_report_pages
from pipelines.pages.revisions import make_revisions_page
from pipelines.pages.search import make_search_page
from pipelines.pages.texts import ENGLISH, LANGUAGES, Texts
from pipelines.pages.things.pages import make_thing_pages
from pipelines.release.publish import find_readable

# in the order of the first page
ANSWERS: tuple[Callable[[Reader, Texts], list[Page]], ...] = (
    make_balance_pages,
    make_supply_pages,
    make_idle_pages,
    make_tightness_pages,
    make_driver_pages,
    make_rule_pages,
    make_plane_pages,
    make_substitution_pages,
    make_policy_pages,
    make_price_pages,
    make_scarcity_pages,
    make_ahead_pages,
    make_outlook_pages,
    make_then_and_now_pages,
)


def write_site(settings: Settings) -> tuple[Path, int]:
    """Write the pages anew, whole or not at all.

    Returns:
        The index, and how many pages there are.

    Raises:
        ReleaseError: nothing is published yet.
    """
    if not settings.current_path.exists():
        raise ReleaseError("nothing is published yet; run: make warehouse")
    folder = settings.warehouse_dir / "docs"
    staged = get_temporary_path(folder)
    shutil.rmtree(staged, ignore_errors=True)
    with open_reader(find_readable(settings)) as reader:
        english_only = make_english_pages(settings, reader)
        changes = find_changes(settings, reader)
        count = 0
        for language in LANGUAGES:
            texts = Texts(language)
            pages = [*make_pages(reader, texts), *english_only]
            index = make_index(reader, texts, pages)
            paths = {page.path for page in pages}
            pages = [
                index,
                *pages,
                *make_thing_pages(reader, texts),
                *make_documents_index(pages, texts),
                make_quality_summary(reader, texts),
                make_glossary_page(texts, reader.marts),
                make_changes_page(texts, reader.release, changes, paths),
            ]
            pages.append(make_search_page(pages, texts))
            write_tree(staged, pages, reader, texts)
            count += len(pages)
    shutil.rmtree(folder, ignore_errors=True)
    staged.rename(folder)
    return folder / "index.html", count


def make_pages(reader: Reader, texts: Texts) -> list[Page]:
    """Return all pages in one language, without the index."""
    return [page for make in ANSWERS for page in make(reader, texts)]


def make_english_pages(settings: Settings, reader: Reader) -> list[Page]:
    """Return the pages whose text is kept in English; they stand in each tree."""
    release = find_readable(settings)
    pages = [
        *make_claims_pages(release),
        *make_quality_pages(release),
        *make_report_pages(release),
        make_revisions_page(settings),
        *make_source_pages(settings, read_column_facts(reader)),
        *make_document_pages(settings.docs_dir),
    ]
    return [replace(page, is_english_only=True) for page in pages]


def make_source_pages(settings: Settings, facts: Facts | None = None) -> list[Page]:
    """Return all pages that follow from contracts and descriptions, with facts on columns."""
    contracts: list[Contract] = load_contracts(settings.sources_dir)
    return [
        make_licences_page(contracts),
        make_data_notes_page(contracts, settings.docs_dir),
        *make_dictionary_pages(contracts, settings.dbt_dir, facts),
    ]


def write_tree(root: Path, pages: list[Page], reader: Reader, texts: Texts) -> None:
    """Write the pages of one language, and the data files once, beside the English pages.

    Raises:
        PagesError: two pages have one path.
    """
    # a page that is kept in English is called in the language of its tree where the menu names it
    pages = [
        replace(page, title=texts(f"nav.{page.path}"))
        if page.is_english_only and texts.has(f"nav.{page.path}")
        else page
        for page in pages
    ]
    titles = {page.path: page.title for page in pages}
    if len(titles) < len(pages):
        raise PagesError("two pages of the site have one path")
    frame = Frame(texts, reader.release, titles)
    for page in pages:
        path = root / texts.language.prefix / f"{page.path}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write_html(page, frame), encoding="utf-8")
        if texts.language is ENGLISH:
            for name, content in page.files.items():
                (path.parent / name).write_text(content, encoding="utf-8")
