"""A page of documentation as data, and writing it as Markdown or HTML.

The same page stands under `docs/` for readers of the repository and under `warehouse/docs` for
readers of the data. What pages say belongs in the modules beside this one.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem 2rem; color: #1d2733; }
nav { border-bottom: 1px solid #d5dbe1; padding-bottom: .5rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; }
th, td { border-bottom: 1px solid #e3e8ec; padding: .3rem .6rem; text-align: left; vertical-align: top; overflow-wrap: break-word; }
th { background: #f3f6f8; white-space: nowrap; } code { background: #f3f6f8; padding: 0 .2rem; }
td:first-child { min-width: 9rem; } a { color: #0b63a5; }
.failed { color: #a4161a; font-weight: 600; } .warned { color: #8a5a00; font-weight: 600; } .passed { color: #1b6e3c; }
@media (max-width: 600px) { body { padding: 1rem .6rem; } table { display: block; overflow-x: auto; } }
"""  # noqa: E501


@dataclass(frozen=True)
class Heading:
    """A heading of a section."""

    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph; may hold `code` and [links](page.md)."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of short paragraphs."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table: headings and rows of cells; an empty cell stands for nothing to say."""

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
    body = "\n".join(_write_block(block) for block in page.blocks)
    index = "../" * depth + "index.html"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(page.title)} - {html.escape(root_title)}</title>\n"
        f"<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<nav><a href="{index}">{html.escape(root_title)}</a></nav>\n'
        f"<h1>{html.escape(page.title)}</h1>\n{body}\n</body>\n</html>\n"
    )


def _write_block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h2>{_write_inline(text)}</h2>"
        case Text(text):
            return f"<p>{_write_inline(text)}</p>"
        case Bullets(items):
            return "<ul>" + "".join(f"<li>{_write_inline(i)}</li>" for i in items) + "</ul>"
        case Table(columns, rows):
            head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
            cells = ("<tr>" + "".join(_write_cell(cell) for cell in row) + "</tr>" for row in rows)
            return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(cells)}</tbody></table>"


def _write_cell(cell: str) -> str:
    mark = f' class="{cell}"' if cell in ("passed", "warned", "failed") else ""
    return f"<td{mark}>{_write_inline(cell)}</td>"


def _write_inline(text: str) -> str:
    escaped = html.escape(text)
    linked = _LINK.sub(lambda m: f'<a href="{_point_to_html(m[2])}">{m[1]}</a>', escaped)
    return _CODE.sub(r"<code>\1</code>", linked)


def _point_to_html(target: str) -> str:
    """Turn a link between Markdown pages into one between HTML pages; others stay."""
    if "://" in target:
        return target
    return re.sub(
        r"(^|/)README\.md$", r"\1index.html", re.sub(r"(?<!README)\.md$", ".html", target)
    )
