"""The documents of `docs/` as pages, written from Markdown; raw HTML in them stays text.

They are kept in English. Links between documents lead to their pages; what has no page here, such
as a file of the repository, is named and not linked.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.pages.page import Block, Document, Heading, Page, Table, Text
from pipelines.pages.texts import Texts

if TYPE_CHECKING:
    from markdown_it.token import Token

FOLDER = "documents"
GROUPS = ("", "how-to", "notes")
_WEB = re.compile(r"https?://")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def make_document_pages(docs_dir: Path) -> list[Page]:
    """Return a page per document of the folder."""
    found = list_document_paths(docs_dir)
    return [_make_page(path, docs_dir / f"{path}.md", set(found)) for path in found]


def list_document_paths(docs_dir: Path) -> list[str]:
    """Return the documents as paths inside the folder, without ending."""
    paths = sorted(docs_dir.rglob("*.md"))
    return [path.relative_to(docs_dir).with_suffix("").as_posix() for path in paths]


def make_documents_index(pages: list[Page], texts: Texts) -> list[Page]:
    """Return the page that lists all documents in a language; none where there are none."""
    documents = [page for page in pages if page.path.startswith(f"{FOLDER}/")]
    if not documents:
        return []
    blocks: list[Block] = [Text(texts("documents.intro"))]
    for group in GROUPS:
        members = [p for p in documents if _get_group(p.path) == group]
        if members:
            blocks += [
                Heading(texts(f"documents.group.{group or 'main'}")),
                Table(
                    (texts("documents.document"), texts("documents.about")),
                    tuple(
                        (
                            f"[{page.title}]({page.path.removeprefix(f'{FOLDER}/')}.html)",
                            texts.word("document", page.path.removeprefix(f"{FOLDER}/"))
                            if group != "notes"
                            else texts("documents.note", source=page.path.rpartition("/")[2]),
                        )
                        for page in members
                    ),
                ),
            ]
    return [Page(f"{FOLDER}/index", texts("documents.title"), blocks)]


def _get_group(path: str) -> str:
    return path.removeprefix(f"{FOLDER}/").rpartition("/")[0]


def _make_page(path: str, file: Path, known: set[str]) -> Page:
    title, html = write_document(file.read_text(encoding="utf-8"), path, known)
    return Page(f"{FOLDER}/{path}", title or path, [Document(html)], is_english_only=True)


def write_document(text: str, path: str, known: set[str]) -> tuple[str, str]:
    """Return the title of a document (its first heading) and the rest as HTML.

    Args:
        text: Markdown with tables.
        path: of the document inside its folder, without ending, from which links are followed.
        known: the documents that have a page, as such paths.
    """
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("table_open", _open_table)
    markdown.add_render_rule("table_close", _close_table)
    tokens = markdown.parse(_COMMENT.sub("", text))
    title = ""
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        title, tokens = tokens[1].content, tokens[3:]
    used: set[str] = set()
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            # one h1 a page: that of the title
            token.tag = tokens[place + 2].tag = max(token.tag, "h2")
            token.attrSet("id", _make_id(tokens[place + 1].content, used))
        elif token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.type == "inline":
            token.children = _follow_links(token.children or [], path, known)
    html = markdown.renderer.render(tokens, markdown.options, {})
    # code scrolls by itself: it has to be within reach of the keyboard
    return title, html.replace("<pre>", '<pre tabindex="0">')


def _make_id(heading: str, used: set[str]) -> str:
    """Return the anchor that a heading has in Markdown; a second one alike has a number."""
    slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
    name, number = slug, 1
    while name in used:
        name, number = f"{slug}-{number}", number + 1
    used.add(name)
    return name


def _follow_links(tokens: Sequence[Token], path: str, known: set[str]) -> list[Token]:
    kept = []
    dropped = 0
    for token in tokens:
        if token.type == "link_open":
            address = _find_address(str(token.attrGet("href") or ""), path, known)
            if address is None:
                dropped += 1
                continue
            token.attrSet("href", address)
        elif token.type == "link_close" and dropped:
            dropped -= 1
            continue
        kept.append(token)
    return kept


def _find_address(href: str, path: str, known: set[str]) -> str | None:
    """Return where a link leads on the site, or None where that is no page of it."""
    if _WEB.match(href) or href.startswith("#"):
        return href
    target, sign, anchor = href.partition("#")
    inside = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    name = inside.removesuffix(".md")
    if not inside.endswith(".md") or name not in known:
        return None
    start = posixpath.dirname(path) or "."
    return f"{posixpath.relpath(name, start)}.html{sign}{anchor}"


def _open_table(self: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    label = next(
        (tokens[i + 1].content for i in range(place, -1, -1) if tokens[i].type == "heading_open"),
        "",
    )
    from markupsafe import escape

    name = escape(label.replace("`", "") or "table")
    return f'<div class="scroll" tabindex="0" role="group" aria-label="{name}"><table>\n'


def _close_table(self: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    return "</table></div>\n"
