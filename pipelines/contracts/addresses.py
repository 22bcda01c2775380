"""Where a connector fetches its documents: the `addresses` part of a contract.

One entry may stand for several addresses (`for_each`), for an answer of several pages
(`next_page`), for an address that is found through another (`looked_up`), and for one that needs a
key of the environment. How an address is asked belongs in `archive/http.py`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipelines.contracts.reading import Media, check_document_name

# `{NAME}` of `for_each` or `looked_up`, and `{env:NAME}` for a key that only the environment holds
_MARK = re.compile(r"\{([a-z][a-z0-9_]*|env:[A-Z][A-Z0-9_]*)\}")
_ENVIRONMENT = "env:"
# the days of a dated address: `{day}` alone, or the first and last day of a span
DAY, END = "day", "end"
LAST_MODIFIED = "last_modified"


def _check_web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("an address begins with http:// or https://")
    return value


def _list_marks(*texts: str) -> set[str]:
    found = {mark for text in texts for mark in _MARK.findall(text)}
    return {mark for mark in found if not mark.startswith(_ENVIRONMENT)}


class LookUp(BaseModel):
    """A value that another address of the upstream tells, for the mark `{name}` of an address.

    `path` leads to it in a JSON answer, names joined by dots; a number is a place in a list, and
    `where` picks the one record of a list whose fields have the given values. In an answer of text
    (without `path`) the whole text counts. Of what is found there `match` takes its first group.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    url: str
    path: str | None = Field(default=None, min_length=1)
    where: dict[str, str] = Field(default_factory=dict)
    take: str | None = None
    match: str | None = None

    _url = field_validator("url")(_check_web_address)

    @field_validator("match")
    @classmethod
    def _has_one_group(cls, value: str | None) -> str | None:
        try:
            groups = re.compile(value).groups if value is not None else 1
        except re.error as error:
            raise ValueError(f"match {value!r} cannot be: {error}") from error
        if groups != 1:
            raise ValueError("match needs one group in parentheses")
        return value


class Past(BaseModel):
    """How an earlier state is asked for: `{day}` and `{end}` are the first and last day of a span.

    `{day}` alone stands for each day; `looked_up` may hold them too.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    looked_up: LookUp | None = None

    _url = field_validator("url")(_check_web_address)


class Address(BaseModel):
    """Where a connector fetches one document when live fetching is asked for.

    `redirects_to` names the hosts that it may send on to, beside its own. `next_page` is the path
    (names joined by dots) of the following page's address in a JSON answer, or of a token that
    `token_parameter` of the address takes, and `items` that of the list which the pages share; the
    pages are kept as one document. `total` is the path of how many items there are: an answer with
    fewer is incomplete. `for_each` makes an address of each value: `{cik}` in `url` and `document`
    with `for_each: {cik: [...]}`; `looked_up` fills a mark with what another address tells, and
    `past` says how an earlier state is asked for. In `url` and `headers` `{env:NAME}` stands for a
    key. `needs_contact` is for an upstream that answers only to whom it can write to. `dated_by`
    says where the answer states its day: `last_modified` (the header), the name of the looked-up
    mark, or a path in a JSON answer. `max_bytes` and `max_seconds` bound one answer where the
    settings' bounds do not fit; an address of `every_days` is not asked again before so many days
    have passed; `day_bytes` is about what a day with news costs.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: str
    url: str
    media: Media = "csv"
    method: Literal["GET", "POST"] = "GET"
    body: dict | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    redirects_to: list[str] = Field(default_factory=list)
    next_page: str | None = Field(default=None, min_length=1)
    token_parameter: str | None = Field(default=None, min_length=1)
    items: str | None = Field(default=None, min_length=1)
    total: str | None = Field(default=None, min_length=1)
    for_each: dict[str, list[str]] = Field(default_factory=dict)
    looked_up: LookUp | None = None
    past: Past | None = None
    dated_by: str | None = Field(default=None, min_length=1)
    needs_contact: bool = False
    max_bytes: int | None = Field(default=None, ge=1)
    max_seconds: float | None = Field(default=None, gt=0)
    every_days: int | None = Field(default=None, ge=1)
    day_bytes: int | None = Field(default=None, ge=0)

    @field_validator("document")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        return value if _MARK.search(value) else check_document_name(value)

    _url = field_validator("url")(_check_web_address)

    @model_validator(mode="after")
    def _fits_together(self) -> Address:
        if self.next_page and self.items is None:
            raise ValueError("next_page needs items, the list that the pages share")
        if self.total and not self.items:
            raise ValueError("total is held to items, so it needs them")
        if self.items and not (self.next_page or self.total):
            raise ValueError("items are for next_page or total")
        if self.token_parameter and not self.next_page:
            raise ValueError("token_parameter takes what next_page finds, so it needs that")
        if self.items and self.media != "json":
            raise ValueError("pages are followed in JSON answers only (media: json)")
        if self.body is not None and self.method != "POST":
            raise ValueError("a body is sent with method: POST only")
        if len(self.for_each) > 1:
            raise ValueError("for_each has one name with its values")
        self._check_marks()
        is_path = self.dated_by not in (None, LAST_MODIFIED, self._looked_up_name)
        if is_path and self.media != "json":
            raise ValueError("dated_by is last_modified, the looked-up mark, or a path in JSON")
        for one in self.expand():
            check_document_name(one.document)
        return self

    @property
    def _looked_up_name(self) -> str | None:
        return self.looked_up.name if self.looked_up else None

    def _check_marks(self) -> None:
        """Refuse marks that nothing fills, and values of `for_each` that share a document."""
        filled = set(self.for_each) | ({self._looked_up_name} if self._looked_up_name else set())
        if _list_marks(self.url) != filled:
            raise ValueError("the names in braces of the url are those of for_each and looked_up")
        if self.past is not None:
            past = self.past
            known = {*self.for_each, DAY, END} | (
                {past.looked_up.name} if past.looked_up else set()
            )
            inner = [past.looked_up.url] if past.looked_up else []
            marks = _list_marks(past.url, *inner)
            if marks - known or DAY not in marks:
                raise ValueError("past needs {day}, may have {end}, and no other names in braces")
        for name in self.for_each:
            if f"{{{name}}}" not in self.document:
                raise ValueError(f"document needs {{{name}}} too, or its documents share one name")

    def expand(self) -> list[Address]:
        """Return the addresses that this entry stands for, without `for_each`."""
        if not self.for_each:
            return [self]
        ((name, values),) = self.for_each.items()
        return [
            self._fill(name, value).model_copy(
                update={
                    "document": self.document.replace(f"{{{name}}}", value),
                    "for_each": {},
                }
            )
            for value in values
        ]

    def _fill(self, name: str, value: str) -> Address:
        """Return the address with a mark filled in its url, its look-up and its past."""
        mark = f"{{{name}}}"

        def fill(found: LookUp | None) -> LookUp | None:
            return found and found.model_copy(update={"url": found.url.replace(mark, value)})

        past = self.past and self.past.model_copy(
            update={
                "url": self.past.url.replace(mark, value),
                "looked_up": fill(self.past.looked_up),
            }
        )
        return self.model_copy(
            update={
                "url": self.url.replace(mark, value),
                "looked_up": fill(self.looked_up),
                "past": past,
            }
        )

    def fill_looked_up(self, value: str) -> Address:
        """Return the address with what its look-up found in the place of the mark."""
        if self.looked_up is None:
            return self
        url = self.url.replace(f"{{{self.looked_up.name}}}", value)
        return self.model_copy(update={"url": url})

    def get_past(self, first: date, last: date) -> Address:
        """Return the address of the state of a day, or of what was published in a span of days.

        Raises:
            ValueError: the contract does not say how earlier states are asked for.
        """
        past = self.past
        if past is None:
            raise ValueError(f"{self.document}: no earlier states can be asked for")

        def fill(text: str) -> str:
            return text.replace("{day}", first.isoformat()).replace("{end}", last.isoformat())

        found = past.looked_up
        return self.model_copy(
            update={
                "url": fill(past.url),
                "looked_up": found and found.model_copy(update={"url": fill(found.url)}),
                "dated_by": None,
            }
        )

    def list_keys(self) -> list[str]:
        """Return the names of the environment's keys that the address needs."""
        texts = [self.url, *self.headers.values()]
        return sorted(
            {
                mark.removeprefix(_ENVIRONMENT)
                for text in texts
                for mark in _MARK.findall(text)
                if mark.startswith(_ENVIRONMENT)
            }
        )


def fill_keys(text: str, keys: dict[str, str]) -> str:
    """Return a text with the environment's keys in the place of their marks."""
    for name, value in keys.items():
        text = text.replace(f"{{{_ENVIRONMENT}{name}}}", value)
    return text
