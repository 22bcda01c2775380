"""Where a connector fetches its documents: the `addresses` part of a contract.

One entry may stand for several addresses (`for_each`), for an answer of several pages
(`next_page`), and for an address that needs a key of the environment. How an address is asked
belongs in `archive/http.py`.
"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipelines.contracts.reading import Media, check_document_name

# `{NAME}` of `for_each`, and `{env:NAME}` for a key that only the environment holds
_MARK = re.compile(r"\{([a-z][a-z0-9_]*|env:[A-Z][A-Z0-9_]*)\}")
_ENVIRONMENT = "env:"


class Address(BaseModel):
    """Where a connector fetches one document when live fetching is asked for.

    `redirects_to` names the hosts that it may send on to, beside its own. `next_page` is the path
    (names joined by dots) of the following page's address in a JSON answer, and `items` that of
    the list which the pages share; the pages are kept as one document. `total` is the path of how
    many items there are: an answer with fewer is incomplete. `for_each` makes an
    address of each value: `{cik}` in `url` and `document` with `for_each: {cik: [...]}`. In `url`
    and `headers` `{env:NAME}` stands for a key. `max_bytes` and `max_seconds` bound one answer
    where the settings' bounds do not fit.
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
    items: str | None = Field(default=None, min_length=1)
    total: str | None = Field(default=None, min_length=1)
    for_each: dict[str, list[str]] = Field(default_factory=dict)
    max_bytes: int | None = Field(default=None, ge=1)
    max_seconds: float | None = Field(default=None, gt=0)

    @field_validator("document")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        return value if _MARK.search(value) else check_document_name(value)

    @field_validator("url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("an address begins with http:// or https://")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Address:
        if (self.next_page is None) != (self.items is None):
            raise ValueError("next_page and items are given together or not at all")
        if self.total and not self.next_page:
            raise ValueError("total is held to the items of pages, so it needs next_page")
        if self.next_page and self.media != "json":
            raise ValueError("pages are followed in JSON answers only (media: json)")
        if self.body is not None and self.method != "POST":
            raise ValueError("a body is sent with method: POST only")
        if len(self.for_each) > 1:
            raise ValueError("for_each has one name with its values")
        marks = {m for m in _MARK.findall(self.url) if not m.startswith(_ENVIRONMENT)}
        if marks != set(self.for_each):
            raise ValueError("the names in braces of the url are those of for_each")
        for name in self.for_each:
            if f"{{{name}}}" not in self.document:
                raise ValueError(f"document needs {{{name}}} too, or its documents share one name")
        for one in self.expand():
            check_document_name(one.document)
        return self

    def expand(self) -> list[Address]:
        """Return the addresses that this entry stands for, without `for_each`."""
        if not self.for_each:
            return [self]
        ((name, values),) = self.for_each.items()
        mark = f"{{{name}}}"
        return [
            self.model_copy(
                update={
                    "document": self.document.replace(mark, value),
                    "url": self.url.replace(mark, value),
                    "for_each": {},
                }
            )
            for value in values
        ]

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
