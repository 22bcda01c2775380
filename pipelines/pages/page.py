"""A page of documentation as data, and writing it as Markdown or HTML.

`compute-balance docs` writes all pages as HTML under `warehouse/docs`; the report is printed as
Markdown. How HTML looks belongs in `templates/`, what pages say in the modules beside this one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Heading:
    """A heading of a section."""

    template: ClassVar[str] = "heading.html"
    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph; may hold `code` and [links](page.html)."""

    template: ClassVar[str] = "text.html"
    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of short paragraphs."""

    template: ClassVar[str] = "bullets.html"
    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table: headings and rows of cells; an empty cell stands for nothing to say."""

    template: ClassVar[str] = "table.html"
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Text | Bullets | Table


@dataclass(frozen=True)
class Page:
    """A page: its path without ending, relative to the root of all pages, title and content."""

    path: str
    title: str
    blocks: list[Block] = field(default_factory=list)


def write_markdown(page: Page, header: str) -> str:
    """Return a page as Markdown, under a header line that says where it comes from."""
    lines = [header, f"# {page.title}", ""]
    for block in page.blocks:
        match block:
            case Heading(text):
                lines += [f"## {text}", ""]
            case Text(text):
                lines += [text, ""]
            case Bullets(items):
                lines += [*(f"- {item}" for item in items), ""]
            case Table(columns, rows):
                lines += [
                    f"| {' | '.join(columns)} |",
                    f"|{'|'.join('---' for _ in columns)}|",
                    *(f"| {' | '.join(_escape_cell(cell) for cell in row)} |" for row in rows),
                    "",
                ]
    return "\n".join(lines).rstrip() + "\n"


def _escape_cell(cell: str) -> str:
    return " ".join(cell.split()).replace("|", "\\|")


def write_html(page: Page, root_title: str) -> str:
    """Return a page as a self-contained HTML file with a way back to the index."""
    depth = len(PurePosixPath(page.path).parts) - 1
    index = "../" * depth + "index.html"
    return _load_template().render(page=page, root_title=root_title, index=index)


@cache
def _load_template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("pipelines.pages"),
        autoescape=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters["inline"] = _write_inline
    return environment.get_template("page.html")


def _write_inline(text: str) -> Markup:
    """Return text as HTML, with what it marks as code and as links."""
    from markupsafe import Markup, escape

    linked = _LINK.sub(r'<a href="\2">\1</a>', str(escape(text)))
    return Markup(_CODE.sub(r"<code>\1</code>", linked))
