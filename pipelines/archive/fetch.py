"""Fetching documents over HTTP when live data is asked for; the only room that uses a network."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit

from pipelines.archive.documents import Archive, Document, FetchNote
from pipelines.archive.http import Answer, Asker
from pipelines.base.errors import DocumentFault
from pipelines.base.files import hash_bytes
from pipelines.base.settings import Settings, now_utc
from pipelines.contracts.addresses import Address
from pipelines.contracts.model import Contract

# no answer of an upstream has more; an address whose pages go round in circles ends here
MAX_PAGES = 1000


@dataclass(frozen=True)
class Fetch:
    """Outcome of asking one address: a new or unchanged document, or the reason for neither."""

    source_id: str
    document: str
    address: str
    outcome: Literal["new", "unchanged", "failed"]
    message: str
    sha256: str | None = None


def fetch_source(
    contract: Contract, archive: Archive, settings: Settings, asker: Asker | None = None
) -> list[Fetch]:
    """Ask every address of a connector and archive what is new.

    A failure is reported, never raised: the last good data stays in use, and the source counts as
    stale until its address answers again.

    Args:
        contract: the source.
        archive: where what is new is kept.
        settings: bounds of requests.
        asker: what asks; shared by the sources of a run, so that a host out of reach is asked once.
    """
    asker = asker or Asker(settings)
    fetches = []
    for address in contract.addresses:
        noted = archive.read_fetch_note(contract.source_id, address.document)
        served = noted.sha256 if noted else None
        fetch = _fetch_one(contract, address, archive, asker, served)
        if fetch.outcome == "unchanged" and fetch.sha256:
            archive.note_sighting(
                contract.source_id, address.document, fetch.sha256, now_utc().date()
            )
        archive.write_fetch_note(
            contract.source_id,
            FetchNote(
                address.document, fetch.outcome, fetch.message, now_utc(), fetch.sha256 or served
            ),
        )
        fetches.append(fetch)
    return fetches


def _fetch_one(
    contract: Contract, address: Address, archive: Archive, asker: Asker, served: str | None
) -> Fetch:
    known = [
        document
        for document in archive.list_documents(contract.source_id)
        if document.origin == "live"
        and document.document == address.document
        and document.sha256 == served
    ]
    last = known[-1] if known else None

    def report(
        outcome: Literal["new", "unchanged", "failed"], message: str, sha256: str | None = None
    ) -> Fetch:
        return Fetch(contract.source_id, address.document, address.url, outcome, message, sha256)

    try:
        answer = _ask_whole(address, asker, last)
    except DocumentFault as fault:
        return report("failed", str(fault))
    if answer.status == 304 and last:
        return report("unchanged", "the server says not modified", last.sha256)
    sha256 = hash_bytes(answer.content)
    if last and last.sha256 == sha256:
        return report("unchanged", "same bytes as the last fetch", sha256)
    now = now_utc()
    archive.store(
        answer.content,
        Document(
            source_id=contract.source_id,
            document=address.document,
            sha256=sha256,
            origin="live",
            # a key never leaves the environment, so an address with one is kept with its mark
            address=address.url if address.list_keys() else answer.address,
            media=address.media,
            document_on=now.date(),
            fetched_at=now,
            status=answer.status,
            etag=answer.etag,
            bytes=len(answer.content),
            last_modified=answer.last_modified,
        ),
    )
    return report("new", f"{len(answer.content):,} bytes", sha256)


def _ask_whole(address: Address, asker: Asker, last: Document | None) -> Answer:
    """Return what an address serves, all pages of it.

    Raises:
        DocumentFault: no usable answer, or one that is not complete.
    """
    if address.next_page:
        return _ask_pages(address, asker)
    conditions = {}
    if last and last.etag:
        conditions["If-None-Match"] = last.etag
    if last and last.last_modified:
        conditions["If-Modified-Since"] = last.last_modified
    return asker.ask(address, conditions)


def _ask_pages(address: Address, asker: Asker) -> Answer:
    """Return the pages of an answer as one: the first page with the items of all.

    A first page that has not changed says nothing about the others, so none is asked for
    conditionally.
    """
    first = answer = asker.ask(address)
    whole = page = _read_page(address, answer)
    pages = 1
    while following := _look_up(page, address.next_page):
        if pages == MAX_PAGES:
            raise DocumentFault(f"{address.url}: found more than {MAX_PAGES} pages")
        _require_same_host(address, following)
        answer = asker.ask(address.model_copy(update={"url": following}))
        page = _read_page(address, answer)
        _look_up(whole, address.items).extend(_look_up(page, address.items))
        pages += 1
    found = len(_look_up(whole, address.items))
    said = _look_up(whole, address.total)
    if isinstance(said, int) and found < said:
        raise DocumentFault(
            f"{address.url}: found {found} of {said} items on {pages} pages; expected all, so the "
            "answer is incomplete and the last good data stays in use"
        )
    if pages == 1:
        return first
    content = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
    return replace(first, content=content, etag=None, last_modified=None)


def _read_page(address: Address, answer: Answer) -> Any:
    try:
        page = json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        raise DocumentFault(f"{address.url}: found no JSON ({error}); expected pages") from None
    if not isinstance(_look_up(page, address.items), list):
        raise DocumentFault(f"{address.url}: found no list at {address.items!r} of a page")
    return page


def _look_up(page: Any, path: str | None) -> Any:
    """Return what stands at a path of names joined by dots; None where nothing does."""
    for name in path.split(".") if path else ():
        page = page.get(name) if isinstance(page, dict) else None
    return page if path else None


def _require_same_host(address: Address, following: Any) -> None:
    home = urlsplit(address.url)
    target = urlsplit(str(following))
    if (target.scheme, target.netloc) != (home.scheme, home.netloc):
        raise DocumentFault(
            f"{address.url}: found a next page at {str(following)[:200]}; expected one at "
            f"{home.scheme}://{home.netloc}"
        )


def fetch_once(url: str, settings: Settings) -> bytes:
    """Return what an address serves now; nothing is archived.

    Raises:
        DocumentFault: the address does not answer with status 200.
    """
    address = Address(document="draft", url=url, media="html")
    return Asker(settings).ask(address).content
