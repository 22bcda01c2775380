"""A page as data, in blocks, and writing it as Markdown.

What a page says belongs in the modules beside this one, writing it as HTML in `frame.py`, drawing
in `charts.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from pipelines.base.errors import PagesError


@dataclass(frozen=True)
class Heading:
    """A heading of a section."""

    template: ClassVar[str] = "heading.html"
    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph; may hold `code` and [links](page.html).

    `lang` names its language where that is another than the page's.
    """

    template: ClassVar[str] = "text.html"
    text: str
    lang: str = ""


@dataclass(frozen=True)
class Bullets:
    """A list of short paragraphs."""

    template: ClassVar[str] = "bullets.html"
    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table: headings and rows of cells; an empty cell stands for nothing to say.

    `numeric` names the columns (from 0) that stand right; `caption` says what the rows are;
    `language` is the tag of the language of the cells where it is another than the page's;
    `is_folded` shows the caption alone until it is opened.
    """

    template: ClassVar[str] = "table.html"
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    numeric: tuple[int, ...] = ()
    language: str = ""
    is_folded: bool = False


@dataclass(frozen=True)
class Figure:
    """A chart: two drawings in SVG, for wide screens and for phones, and what they show in words.

    `alternative` is read in place of the drawing, `note` says how to read it. Drawings are inline
    SVG without titles or roles: the frame adds them.
    """

    template: ClassVar[str] = "figure.html"
    title: str
    alternative: str
    wide: str
    narrow: str
    note: str = ""


@dataclass(frozen=True)
class Download:
    """A link to a data file beside the page: its name and how many rows it has.

    The file itself is among `Page.files`; both languages link to one file.
    """

    template: ClassVar[str] = "download.html"
    name: str
    rows: int


@dataclass(frozen=True)
class Choice:
    """Links of which one is chosen, such as the quarters of a page: label, path, is chosen."""

    template: ClassVar[str] = "choice.html"
    label: str
    items: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class Cards:
    """Questions that other pages answer: question, path of the page, its answer."""

    template: ClassVar[str] = "cards.html"
    items: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Document:
    """A document of `docs/`, as HTML that `documents.py` wrote from Markdown without raw HTML."""

    template: ClassVar[str] = "document.html"
    html: str


@dataclass(frozen=True)
class Search:
    """The search over all pages of one language: its entries as JSON, see `search.py`."""

    template: ClassVar[str] = "search.html"
    entries: str


Block = Heading | Text | Bullets | Table | Figure | Download | Choice | Cards | Document | Search


@dataclass(frozen=True)
class Page:
    """A page: its path without ending, relative to the root of its language, title and content.

    `answer` is the computed sentence that the page begins with. `files` are data files beside the
    page, by name. `is_english_only` marks a body that is kept in English in both trees,
    `is_variant` a page that is reached from another one, such as the same page of another quarter.
    `keywords` are what the search knows a page by, beside title and answer; by default all words.
    """

    path: str
    title: str
    blocks: list[Block] = field(default_factory=list)
    answer: str = ""
    files: dict[str, str] = field(default_factory=dict)
    is_english_only: bool = False
    is_variant: bool = False
    keywords: str = ""


def write_markdown(page: Page, header: str) -> str:
    """Return a page as Markdown, under a header line that says where it comes from."""
    lines = [header, f"# {page.title}", ""]
    if page.answer:
        lines += [page.answer, ""]
    for block in page.blocks:
        match block:
            case Heading(text):
                lines += [f"## {text}", ""]
            case Text(text=text):
                lines += [text, ""]
            case Bullets(items):
                lines += [*(f"- {item}" for item in items), ""]
            case Table(columns=columns, rows=rows):
                lines += [
                    f"| {' | '.join(columns)} |",
                    f"|{'|'.join('---' for _ in columns)}|",
                    *(f"| {' | '.join(_escape_cell(cell) for cell in row)} |" for row in rows),
                    "",
                ]
            case _:
                raise PagesError(f"{page.path}: {type(block).__name__} has no form in Markdown")
    return "\n".join(lines).rstrip() + "\n"


def _escape_cell(cell: str) -> str:
    return " ".join(cell.split()).replace("|", "\\|")
