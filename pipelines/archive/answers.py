"""The whole answer of an address: found through another address, of several pages, of some day.

What one request may do belongs in `http.py`, what becomes of an answer in `fetch.py`.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

from pipelines.archive.documents import Document
from pipelines.archive.http import Answer, Asker
from pipelines.base.errors import DocumentFault
from pipelines.base.texts import shorten
from pipelines.contracts.addresses import LAST_MODIFIED, Address
from pipelines.contracts.model import FIRST_DAY

# no answer of an upstream has more; an address whose pages go round in circles ends here
MAX_PAGES = 1000
# what may stand in an address in the place of a mark: no slash, no dots alone, no query
_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def ask_whole(
    address: Address, asker: Asker, last: Document | None = None
) -> tuple[Answer, date | None]:
    """Return what an address serves, all pages of it, and the day that it states of itself.

    Args:
        address: one of a contract, without `for_each`.
        asker: what asks.
        last: what it served last; makes the request conditional.

    Raises:
        DocumentFault: no usable answer, or one that is not complete.
    """
    found = None
    if address.looked_up is not None:
        found = _look_up_value(address, asker)
        address = address.fill_looked_up(found)
    if address.next_page:
        answer = _ask_pages(address, asker)
    else:
        conditions = {}
        # an address that changes with what was looked up has other conditions each time
        is_same = last is not None and (address.looked_up is None or last.address == address.url)
        if last and is_same and last.etag:
            conditions["If-None-Match"] = last.etag
        if last and is_same and last.last_modified:
            conditions["If-Modified-Since"] = last.last_modified
        answer = asker.ask(address, conditions)
        if address.items and answer.status == 200:
            _require_all(address, _read_page(address, answer), 1)
    return answer, read_stated_day(address, answer, found)


def read_stated_day(address: Address, answer: Answer, found: str | None) -> date | None:
    """Return the day that an answer states of itself, where the contract says how; else None.

    Raises:
        DocumentFault: the contract names a place in the answer, and no day stands there.
    """
    if address.dated_by is None or answer.status == 304:
        return None
    if address.dated_by == LAST_MODIFIED:
        return _read_http_day(answer.last_modified)
    if address.looked_up is not None and address.dated_by == address.looked_up.name:
        text = found
    else:
        text = _follow(_read_json(address, answer), address.dated_by)
    day = _read_day(text)
    if day is None:
        raise DocumentFault(
            f"{address.url}: found {shorten(str(text), 100)!r} at {address.dated_by}; expected the "
            "day of the document, as the contract says (dated_by)"
        )
    return day


def _read_http_day(value: str | None) -> date | None:
    """Return the day of a header; None where the server sends none that can be read."""
    try:
        day = parsedate_to_datetime(value or "").date()
    except ValueError:
        return None
    return day if day >= FIRST_DAY else None


def _read_day(text: Any) -> date | None:
    digits = re.search(r"(\d{4})-?(\d{2})-?(\d{2})", str(text))
    try:
        day = datetime.strptime("".join(digits.groups()), "%Y%m%d").date() if digits else None
    except ValueError:
        return None
    return day if day and day >= FIRST_DAY else None


def choose_day(stated: date | None, today: date, others: dict[date, str], sha256: str) -> date:
    """Return the day whose state a document shows.

    That is the stated one, unless it lies ahead, or the address served other bytes on that day or
    later: then those counted until today.

    Args:
        stated: day that the upstream states.
        today: day of fetching.
        others: by day what the address served.
        sha256: of the document.
    """
    if stated is None or stated > today:
        return today
    later = [day for day, served in others.items() if served != sha256 and day >= stated]
    return min(today, max(later) + timedelta(days=1)) if later else stated


def _look_up_value(address: Address, asker: Asker) -> str:
    """Return what an address needs to be told by another one."""
    wanted = address.looked_up
    assert wanted is not None
    media = "json" if wanted.path or wanted.where else "text"
    asked = Address(
        document="look-up",
        url=wanted.url,
        media=media,
        headers=address.headers,
        redirects_to=address.redirects_to,
    )
    answer = asker.ask(asked)
    if media == "text":
        value: Any = answer.content.decode("utf-8", errors="replace").strip()
    else:
        value = _follow(_read_json(asked, answer), wanted.path)
        if wanted.where:
            records = value if isinstance(value, list) else []
            value = next((r for r in records if _has_fields(r, wanted.where)), None)
        if wanted.take is not None:
            value = _follow(value, wanted.take)
    text = str(value) if isinstance(value, str | int) else ""
    if wanted.match is not None:
        match = re.search(wanted.match, text)
        text = match[1] if match else ""
    if not _VALUE.fullmatch(text) or ".." in text:
        raise DocumentFault(
            f"{wanted.url}: found {shorten(str(value), 100)!r} for {{{wanted.name}}}; expected "
            "letters, digits, dots and dashes; the upstream changed its index: mend looked_up in "
            "the contract. The last good data stays in use"
        )
    return text


def _has_fields(record: Any, where: dict[str, str]) -> bool:
    return isinstance(record, dict) and all(str(record.get(k)) == v for k, v in where.items())


def _ask_pages(address: Address, asker: Asker) -> Answer:
    """Return the pages of an answer as one: the first page with the items of all.

    A first page that has not changed says nothing about the others, so none is asked for
    conditionally.
    """
    first = answer = asker.ask(address)
    whole = page = _read_page(address, answer)
    pages = 1
    seen = {address.url}
    while following := _follow(page, address.next_page):
        target = _write_next(address, following)
        if pages == MAX_PAGES or target in seen:
            raise DocumentFault(
                f"{address.url}: found page {pages + 1} at {shorten(target, 200)}; expected an end "
                f"of the pages after {MAX_PAGES} at most, and none of them twice"
            )
        seen.add(target)
        answer = asker.ask(address.model_copy(update={"url": target}))
        page = _read_page(address, answer)
        _follow(whole, address.items).extend(_follow(page, address.items))
        pages += 1
    _require_all(address, whole, pages)
    if pages == 1:
        return first
    content = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
    return replace(first, content=content, etag=None, last_modified=None)


def _write_next(address: Address, following: Any) -> str:
    """Return the address of the next page: the one that is told, or this one with a token."""
    if address.token_parameter is not None:
        joint = "&" if "?" in address.url else "?"
        return f"{address.url}{joint}{address.token_parameter}={quote(str(following), safe='')}"
    home, target = urlsplit(address.url), urlsplit(str(following))
    # some services name the usual port of their scheme
    places = [(part.scheme, part.hostname, _get_port(part)) for part in (home, target)]
    if places[0] != places[1]:
        raise DocumentFault(
            f"{address.url}: found a next page at {shorten(str(following), 200)}; expected one at "
            f"{home.scheme}://{home.netloc}"
        )
    return target._replace(netloc=home.netloc).geturl()


def _get_port(part: Any) -> int | None:
    try:
        return part.port or {"http": 80, "https": 443}.get(part.scheme)
    except ValueError:
        return None


def _require_all(address: Address, whole: Any, pages: int) -> None:
    """Refuse an answer that has fewer items than it says there are."""
    found = len(_follow(whole, address.items))
    said = _follow(whole, address.total)
    said = int(said) if isinstance(said, str) and said.isdigit() else said
    if isinstance(said, int) and found < said:
        raise DocumentFault(
            f"{address.url}: found {found} of {said} items on {pages} pages; expected all, so the "
            "answer is incomplete and the last good data stays in use"
        )


def _read_json(address: Address, answer: Answer) -> Any:
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        raise DocumentFault(f"{address.url}: found no JSON ({error}); expected it") from None


def _read_page(address: Address, answer: Answer) -> Any:
    page = _read_json(address, answer)
    if not isinstance(_follow(page, address.items), list):
        raise DocumentFault(f"{address.url}: found no list at {address.items!r} of a page")
    return page


def _follow(page: Any, path: str | None) -> Any:
    """Return what stands at a path of names joined by dots; None where nothing does."""
    for name in path.split(".") if path else ():
        if isinstance(page, list) and name.isdigit() and int(name) < len(page):
            page = page[int(name)]
        else:
            page = page.get(name) if isinstance(page, dict) else None
    return page
