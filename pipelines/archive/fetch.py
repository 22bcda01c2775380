"""Fetching documents over HTTP when live data is asked for; the only room that uses a network."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipelines.archive.documents import Archive, Document, FetchNote
from pipelines.base.errors import DocumentFault
from pipelines.base.files import hash_bytes
from pipelines.base.settings import Settings, now_utc
from pipelines.contracts.model import Address, Contract

if TYPE_CHECKING:
    import httpx

logger = logging.getLogger(__name__)

USER_AGENT = "compute-balance/0.1 (open data pipeline)"
RETRY_STATUS = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Fetch:
    """Outcome of asking one address: a new or unchanged document, or the reason for neither."""

    source_id: str
    document: str
    address: str
    outcome: Literal["new", "unchanged", "failed"]
    message: str
    sha256: str | None = None


def fetch_source(contract: Contract, archive: Archive, settings: Settings) -> list[Fetch]:
    """Ask every address of a connector and archive what is new.

    A failure is reported, never raised: the last good data stays in use, and the source counts as
    stale until its address answers again.
    """
    fetches = []
    for address in contract.addresses:
        noted = archive.read_fetch_note(contract.source_id, address.document)
        served = noted.sha256 if noted else None
        fetch = _fetch_one(contract, address, archive, settings, served)
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
    contract: Contract, address: Address, archive: Archive, settings: Settings, served: str | None
) -> Fetch:
    known = [
        document
        for document in archive.list_documents(contract.source_id)
        if document.origin == "live"
        and document.document == address.document
        and document.sha256 == served
    ]
    last = known[-1] if known else None
    headers = {"User-Agent": USER_AGENT}
    if last and last.etag:
        headers["If-None-Match"] = last.etag

    def report(
        outcome: Literal["new", "unchanged", "failed"], message: str, sha256: str | None = None
    ) -> Fetch:
        return Fetch(contract.source_id, address.document, address.url, outcome, message, sha256)

    try:
        response = _get(address.url, headers, settings)
    except DocumentFault as fault:
        return report("failed", str(fault))
    if response.status_code == 304 and last:
        return report("unchanged", "the server says not modified", last.sha256)
    sha256 = hash_bytes(response.content)
    if last and last.sha256 == sha256:
        return report("unchanged", "same bytes as the last fetch", sha256)
    now = now_utc()
    archive.store(
        response.content,
        Document(
            source_id=contract.source_id,
            document=address.document,
            sha256=sha256,
            origin="live",
            address=address.url,
            media=address.media,
            document_on=now.date(),
            fetched_at=now,
            status=response.status_code,
            etag=response.headers.get("etag"),
            bytes=len(response.content),
        ),
    )
    return report("new", f"{len(response.content):,} bytes", sha256)


def _get(url: str, headers: dict[str, str], settings: Settings) -> httpx.Response:
    """Return a finished response (200 or 304); raises DocumentFault after the last retry."""
    import httpx

    problem = "no attempt made"
    for attempt in range(settings.fetch_retries):
        if attempt:
            time.sleep(min(2.0**attempt, 10.0))
        try:
            response = httpx.get(
                url, headers=headers, timeout=settings.fetch_timeout_s, follow_redirects=True
            )
        except httpx.HTTPError as error:
            problem = f"{type(error).__name__}: {error}"
            continue
        if response.status_code in (200, 304):
            return response
        problem = f"status {response.status_code}"
        if response.status_code not in RETRY_STATUS:
            break
    raise DocumentFault(f"{url}: {problem}; expected status 200; the last good data stays in use")


def fetch_once(url: str, settings: Settings) -> bytes:
    """Return what an address serves now; nothing is archived.

    Raises:
        DocumentFault: the address does not answer with status 200.
    """
    content: bytes = _get(url, {"User-Agent": USER_AGENT}, settings).content
    return content
