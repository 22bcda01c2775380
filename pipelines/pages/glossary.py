"""The glossary: terms in two languages, what they mean, and the columns in which they stand.

Terms are rows of `glossary.csv`; `columns` names them as TABLE.COLUMN, with blanks between.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.pages.frame import make_anchor
from pipelines.pages.page import Block, Heading, Page, Text
from pipelines.pages.texts import ENGLISH, Texts

PATH = "glossary"
FILE = Path(__file__).parent / "glossary.csv"


@dataclass(frozen=True)
class Term:
    """A term: id, name and meaning in English and Chinese, and its columns as TABLE.COLUMN."""

    term: str
    en: str
    zh: str
    meaning_en: str
    meaning_zh: str
    columns: tuple[str, ...]


@cache
def read_glossary(path: Path = FILE) -> tuple[Term, ...]:
    """Return all terms, in the order of the file."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Term(
                row["term"],
                row["en"],
                row["zh"],
                row["meaning_en"],
                row["meaning_zh"],
                tuple(row["columns"].split()),
            )
            for row in csv.DictReader(file)
        )


def list_column_terms() -> dict[str, tuple[Term, ...]]:
    """Return the terms of each column, by TABLE.COLUMN."""
    found: dict[str, tuple[Term, ...]] = {}
    for term in read_glossary():
        for column in term.columns:
            found[column] = (*found.get(column, ()), term)
    return found


def make_glossary_page(texts: Texts, tables: set[str]) -> Page:
    """Return the glossary of a language.

    Args:
        texts: the language.
        tables: marts that have a page in the dictionary.
    """
    blocks: list[Block] = [Text(texts("glossary.intro"))]
    for term in sorted(read_glossary(), key=lambda item: texts.pick(item.en, item.zh).lower()):
        shown = [
            f"[{column}](dictionary/{column.partition('.')[0]}.html)"
            for column in term.columns
            if column.partition(".")[0] in tables
        ]
        other = term.zh if texts.language is ENGLISH else term.en
        blocks += [
            Heading(texts.pick(term.en, term.zh)),
            Text(texts("glossary.other", other=other)),
            Text(texts.pick(term.meaning_en, term.meaning_zh)),
        ]
        if shown:
            blocks.append(Text(texts("glossary.columns", columns=", ".join(shown))))
    return Page(PATH, texts("glossary.title"), blocks)


def link_term(term: Term) -> str:
    """Return a link to a term from a page one folder deep, in English."""
    return f"[{term.en}](../{PATH}.html#{make_anchor(term.en)})"
