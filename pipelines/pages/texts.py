"""What pages say in two languages: the table of texts, and numbers and days as each writes them.

A text is a row of `texts/*.csv` with a key and its wording in English and in Chinese. No template
and no module of pages holds a sentence for readers that is not such a row.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter

from pipelines.base.errors import PagesError

FOLDER = Path(__file__).parent / "texts"
_DIGIT_AFTER = re.compile(r"([\u4e00-\u9fff])([0-9A-Za-z])")
_DIGIT_BEFORE = re.compile(r"([0-9A-Za-z%])([\u4e00-\u9fff])")


@dataclass(frozen=True)
class Language:
    """One language of the site.

    `code` is its column in the tables of texts, `tag` what HTML calls it, `prefix` the folder of
    its pages below the root of the site (empty for the root itself), `name` its own name, `units`
    the two large numbers that it counts in, `space` what stands between sentences.
    """

    code: str
    tag: str
    prefix: str
    name: str
    units: tuple[float, float]
    space: str


ENGLISH = Language("en", "en", "", "English", (1e6, 1e9), " ")
CHINESE = Language("zh", "zh-Hans", "zh/", "中文", (1e4, 1e8), "")
LANGUAGES = (ENGLISH, CHINESE)


@cache
def read_texts(folder: Path = FOLDER) -> dict[str, dict[str, str]]:
    """Return key -> language code -> wording of all tables of texts.

    Raises:
        PagesError: a key stands twice, or lacks a language.
    """
    texts: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                key = row.pop("key")
                if key in texts:
                    raise PagesError(f"{path.name}: the text {key} stands twice")
                if not all(row.get(language.code) for language in LANGUAGES):
                    raise PagesError(f"{path.name}: the text {key} lacks a language")
                texts[key] = row
    return texts


def list_places(wording: str) -> set[str]:
    """Return the names of the places that a wording has for values."""
    return {name for _, name, _, _ in Formatter().parse(wording) if name}


def space_scripts(text: str) -> str:
    """Return text with a space between Chinese characters and letters or digits beside them."""
    return _DIGIT_BEFORE.sub(r"\1 \2", _DIGIT_AFTER.sub(r"\1 \2", text))


@dataclass(frozen=True)
class Texts:
    """The texts of one language; called with a key and the values of its places."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """Return a text.

        Raises:
            PagesError: there is no such text, or a value is not given.
        """
        try:
            wording = read_texts()[key][self.language.code].format(**values)
        except KeyError as fault:
            raise PagesError(f"no text or value {fault} for {key}") from None
        return space_scripts(wording) if self.language is CHINESE else wording

    def has(self, key: str) -> bool:
        """Tell whether there is such a text."""
        return key in read_texts()

    def word(self, kind: str, value: str | None) -> str:
        """Return a value of a list (`kind`) in words: the text `KIND.VALUE`, or itself."""
        if value is None:
            return ""
        key = f"{kind}.{value}"
        return self(key) if self.has(key) else value

    def pick(self, english: str | None, chinese: str | None) -> str:
        """Return the name of a thing in this language, or in the other where there is one only."""
        first, second = (english, chinese) if self.language is ENGLISH else (chinese, english)
        return first or second or ""

    def join(self, items: list[str]) -> str:
        """Return a list in a sentence."""
        if len(items) < 2:
            return "".join(items)
        return self("list.between").join(items[:-1]) + self("list.last") + items[-1]

    def say(self, *sentences: str) -> str:
        """Return sentences as one text; empty ones are left out."""
        return self.language.space.join(sentence for sentence in sentences if sentence)

    def number(self, value: float | None) -> str:
        """Return a number with three digits, in the large units of the language."""
        if value is None:
            return self("value.missing")
        large, huge = self.language.units
        for size, key in ((huge, "number.huge"), (large, "number.large")):
            if abs(value) >= size * 0.9995:
                return self(key, value=_take_digits(value / size))
        return _take_digits(value)

    @property
    def axis(self) -> str:
        """How axes of large numbers are labelled, see `charts.make_axis`."""
        return self("number.axis")

    def interval(self, middle: float | None, low: float | None, high: float | None) -> str:
        """Return a median with its 5 and 95 % points."""
        if middle is None:
            return self("value.missing")
        ends = {"low": self.number(low), "high": self.number(high)}
        return self("value.interval", middle=self.number(middle), **ends)

    def span(self, low: float | None, high: float | None) -> str:
        """Return an interval alone."""
        return self("value.span", low=self.number(low), high=self.number(high))

    def percent(self, share: float | None) -> str:
        """Return a share of 0 to 1 in per cent; tiny and nearly whole shares say so."""
        if share is None:
            return self("value.missing")
        if 0 < share < 0.005:
            return self("value.below_percent")
        if 0.995 < share < 1:
            return self("value.above_percent")
        return self("value.percent", value=f"{100 * share:.0f}")

    def change(self, percent: float | None) -> str:
        """Return a change in per cent with its sign."""
        if percent is None:
            return self("value.missing")
        return self("value.percent", value=f"{percent:+.0f}".replace("-", "−"))

    def usd(self, value: float | None) -> str:
        """Return dollars with cents."""
        if value is None:
            return self("value.missing")
        return self("value.usd", value=f"{value:,.2f}" if value < 1000 else f"{value:,.0f}")

    def quarter(self, start: date) -> str:
        """Return a quarter by its first day."""
        number = (start.month + 2) // 3
        return self("time.quarter", year=start.year, number=number)

    def day(self, day: date | None) -> str:
        """Return a day."""
        if day is None:
            return self("value.missing")
        month = self(f"month.{day.month}")
        return self("time.day", year=day.year, month=month, day=day.day)

    def month(self, day: date) -> str:
        """Return the month of a day."""
        return self("time.month", year=day.year, month=self(f"month.{day.month}"))

    def yes(self, value: bool | None) -> str:
        """Return a flag."""
        if value is None:
            return self("value.missing")
        return self("value.yes") if value else self("value.no")


def _take_digits(value: float) -> str:
    """Return a number with three significant digits, with commas and a true minus."""
    if abs(value) >= 100:
        text = f"{value:,.0f}"
    elif value == 0:
        text = "0"
    else:
        text = f"{value:.3g}"
        if "e" in text:
            text = f"{value:.6f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")
