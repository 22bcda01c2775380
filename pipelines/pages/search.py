"""The search: what each page is found by, as entries in the page of the search itself.

Finding is done by `templates/search.js` in the reader's browser, so nothing is asked of a network.
"""

from __future__ import annotations

import json
import re

from pipelines.pages.frame import SEARCH
from pipelines.pages.page import (
    Block,
    Bullets,
    Cards,
    Choice,
    Document,
    Figure,
    Heading,
    Page,
    Search,
    Table,
    Text,
)
from pipelines.pages.texts import Texts

SUMMARY_LENGTH = 180
THINGS = ("chips", "countries", "rules", "sites", "owners")
_LINK = re.compile(r"\[([^\]]+)\]\([^)\s]+\)")
_TAG = re.compile(r"<[^>]*>")
_HEADING = re.compile(r'<h([23]) id="([^"]*)">(.*?)</h\1>', re.DOTALL)


def make_search_page(pages: list[Page], texts: Texts) -> Page:
    """Return the page that searches all pages of a language."""
    entries = [
        entry for page in pages if not page.is_variant for entry in list_entries(page, texts)
    ]
    # `</` would end the element that holds the entries
    written = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return Page(SEARCH, texts("search.title"), [Search(written)], keywords=texts("search.title"))


def list_entries(page: Page, texts: Texts) -> list[list[str]]:
    """Return the entries of a page: title, address, group, summary, words.

    A document has an entry per section, every other page one.
    """
    folder = page.path.split("/")[0]
    group = next(
        (texts(f"nav.{name}") for name in (f"{folder}/index", folder) if texts.has(f"nav.{name}")),
        "",
    )
    address = f"{page.path}.html"
    documents = [block for block in page.blocks if isinstance(block, Document)]
    if documents:
        return [
            entry
            for block in documents
            for entry in _list_sections(page.title, address, group, block.html)
        ]
    # a list of things would be found by each of their names, before their pages
    is_list = folder in THINGS and page.path.endswith("/index")
    words = page.keywords or ("" if is_list else collect_words(read_blocks(page.blocks)))
    return [[page.title, address, group, _summarise(page), words]]


def _list_sections(title: str, address: str, group: str, html: str) -> list[list[str]]:
    parts = _HEADING.split(html)
    sections = [(title, address, parts[0])]
    for anchor, heading, body in zip(parts[2::4], parts[3::4], parts[4::4], strict=True):
        sections.append((f"{title}: {_strip(heading)}", f"{address}#{anchor}", body))
    return [
        [name, target, group, _strip(body)[:SUMMARY_LENGTH], collect_words([_strip(body)])]
        for name, target, body in sections
    ]


def _strip(html: str) -> str:
    text = _TAG.sub(" ", html)
    for sign, letter in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(sign, letter)
    return " ".join(text.split())


def _summarise(page: Page) -> str:
    first = next((block.text for block in page.blocks if isinstance(block, Text)), "")
    return read_plain(page.answer or first)[:SUMMARY_LENGTH]


def read_plain(text: str) -> str:
    """Return text without its marks of code and links."""
    return _LINK.sub(r"\1", text).replace("`", "")


def collect_words(texts: list[str]) -> str:
    """Return the words of texts, each once, in their order."""
    return " ".join(dict.fromkeys(word for text in texts for word in text.split()))


def read_blocks(blocks: list[Block]) -> list[str]:
    """Return what blocks say, as plain texts."""
    found: list[str] = []
    for block in blocks:
        match block:
            case Heading(text=text) | Text(text=text):
                found.append(text)
            case Bullets(items=items):
                found += items
            case Table(columns=columns, rows=rows, caption=caption):
                found += [caption, *columns, *(cell for row in rows for cell in row)]
            case Figure(title=title, alternative=alternative, note=note):
                found += [title, alternative, note]
            case Cards(items=cards):
                found += [part for question, _, answer in cards for part in (question, answer)]
            case Choice(label=label):
                found.append(label)
            case _:
                pass
    return [read_plain(text) for text in found]
