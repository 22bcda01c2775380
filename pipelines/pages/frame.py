"""Writing a page as HTML: the frame around it, in the language of its tree.

How it looks belongs in `templates/`, words in `texts/`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pipelines.pages.page import Page
from pipelines.pages.texts import ENGLISH, LANGUAGES, Language, Texts

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
# an address of the web, or a path of the site itself
_SAFE = re.compile(r"https?://|[\w./#?=&;%-]+$")
SEARCH = "search"
# the groups of the navigation and their pages, in order; a site without a page shows no link
NAVIGATION = (
    (
        "nav.answers",
        (
            "index",
            "answers/balance",
            "answers/supply",
            "answers/idle",
            "answers/tightness",
            "answers/drivers",
            "answers/rules",
            "answers/plane",
            "answers/substitution",
            "answers/policy",
            "answers/prices",
            "answers/scarcity",
            "answers/ahead",
            "answers/outlook",
            "answers/then_and_now",
            "claims",
            "report",
        ),
    ),
    (
        "nav.things",
        ("chips/index", "countries/index", "rules/index", "sites/index", "owners/index"),
    ),
    (
        "nav.about",
        (
            "changes",
            "revisions",
            "quality/index",
            "dictionary/index",
            "glossary",
            "documents/index",
            "data-notes",
            "data-licences",
            "search",
        ),
    ),
)


@dataclass(frozen=True)
class ReleaseNote:
    """What every page says about the release that it was made from."""

    release_id: str
    as_of: date
    created_at: datetime
    content_hash: str
    contract_version: str


@dataclass(frozen=True)
class Frame:
    """What stands around every page of one language.

    `titles` holds the title of each page of the site by its path: what is in it can be linked to.
    """

    texts: Texts
    release: ReleaseNote
    titles: dict[str, str] = field(default_factory=dict)

    def list_navigation(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the groups of the navigation: name, and label and path of each present page."""
        groups = []
        for group, paths in NAVIGATION:
            links = [(self.texts(f"nav.{path}"), path) for path in paths if path in self.titles]
            if links:
                groups.append((self.texts(group), links))
        return groups

    def list_crumbs(self, page: Page) -> list[tuple[str, str]]:
        """Return the pages above a page, from the start: title and path."""
        above = ["index", *(f"{p}/index" for p in list(PurePosixPath(page.path).parents)[-2::-1])]
        names = {"index": self.texts("nav.index")}
        return [
            (names.get(path, self.titles[path]), path)
            for path in above
            if path in self.titles and path != page.path
        ]


def write_html(page: Page, frame: Frame) -> str:
    """Return a page as an HTML file that needs nothing but the pages and files beside it."""
    language = frame.texts.language
    home = "../" * page.path.count("/")
    root = "../" * (page.path.count("/") + language.prefix.count("/"))
    return (
        _load_environment()
        .get_template("page.html")
        .render(
            page=page,
            frame=frame,
            t=frame.texts,
            language=language,
            languages=LANGUAGES,
            other=_find_other(language),
            home=home,
            root=root,
            folder=f"{root}{page.path.rpartition('/')[0]}/" if "/" in page.path else root,
            search=SEARCH if SEARCH in frame.titles else "",
        )
    )


def write_alone(page: Page) -> str:
    """Return an English page as an HTML file that stands by itself, with no site around it."""
    texts = Texts(ENGLISH)
    template = _load_environment().get_template("alone.html")
    return template.render(page=page, t=texts, language=texts.language)


def _find_other(language: Language) -> Language:
    return next(other for other in LANGUAGES if other is not language)


@cache
def _load_environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("pipelines.pages"),
        autoescape=True,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["inline"] = write_inline
    environment.filters["anchor"] = make_anchor
    environment.filters["drawing"] = _trust_drawing
    return environment


def write_inline(text: str) -> Markup:
    """Return text as HTML, with what it marks as code and as links.

    A link with another scheme than that of the web stays text.
    """
    from markupsafe import Markup, escape

    def link(match: re.Match[str]) -> str:
        if not _SAFE.match(match[2]):
            return match[0]
        return f'<a href="{match[2]}">{match[1]}</a>'

    # most texts hold neither: a site has a quarter of a million cells
    shown = str(escape(text))
    if "](" in shown:
        shown = _LINK.sub(link, shown)
    if "`" in shown:
        shown = _CODE.sub(r"<code>\1</code>", shown)
    return Markup(shown)


def make_anchor(text: str) -> str:
    """Return the name by which a heading can be linked to."""
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-")


def _trust_drawing(drawing: str) -> Markup:
    """Return a drawing of `charts.py`, which escapes what it writes itself, as HTML."""
    from markupsafe import Markup

    return Markup(drawing)
