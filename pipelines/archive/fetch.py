"""Fetching documents over HTTP when live data is asked for; the only room that uses a network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from pipelines.archive.answers import ask_whole, choose_day
from pipelines.archive.documents import Archive, Document, FetchNote
from pipelines.archive.http import Answer, Asker
from pipelines.base.errors import DocumentFault
from pipelines.base.files import hash_bytes
from pipelines.base.settings import Settings, now_utc
from pipelines.contracts.addresses import Address
from pipelines.contracts.model import Contract


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
        if waits := _find_wait(address, noted):
            fetches.append(
                Fetch(contract.source_id, address.document, address.url, "unchanged", waits)
            )
            continue
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


def _find_wait(address: Address, noted: FetchNote | None) -> str | None:
    """Say why an address is not asked today, if its contract asks it less often; else None."""
    if address.every_days is None or noted is None or noted.outcome == "failed":
        return None
    days = (now_utc().date() - noted.fetched_at.date()).days
    if days >= address.every_days:
        return None
    return f"asked {days} days ago; its contract asks every {address.every_days} days"


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
        answer, stated = ask_whole(address, asker, last)
    except DocumentFault as fault:
        return report("failed", str(fault))
    if answer.status == 304 and last:
        return report("unchanged", "the server says not modified", last.sha256)
    sha256 = hash_bytes(answer.content)
    if last and last.sha256 == sha256:
        return report("unchanged", "same bytes as the last fetch", sha256)
    today = now_utc().date()
    seen = archive.list_sightings(contract.source_id, address.document)
    day = choose_day(stated, today, seen, sha256)
    _archive_answer(contract, address, archive, answer, sha256, day)
    # what was published on an earlier day is what the address serves today
    archive.note_sighting(contract.source_id, address.document, sha256, today)
    told = f"{len(answer.content):,} bytes" + (f", of {day}" if day != today else "")
    if stated and day > stated:
        told += f"; it says {stated}, which is older than what was served before"
    elif last and sha256 in seen.values():
        told += f"; served before, on {min(d for d, s in seen.items() if s == sha256)}"
    return report("new", told, sha256)


def _archive_answer(
    contract: Contract, address: Address, archive: Archive, answer: Answer, sha256: str, day: date
) -> None:
    """Keep the bytes of an answer as the state of a day."""
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
            document_on=day,
            fetched_at=now_utc(),
            status=answer.status,
            etag=answer.etag,
            bytes=len(answer.content),
            last_modified=answer.last_modified,
        ),
    )


def backfill_source(
    contract: Contract,
    archive: Archive,
    settings: Settings,
    first: date,
    last: date,
    step: int,
    asker: Asker | None = None,
) -> list[Fetch]:
    """Archive what the dated addresses of a connector say of earlier days.

    Days that are archived already are not asked again. A failure is reported, never raised.

    Args:
        contract: the source.
        archive: where documents are kept.
        settings: bounds of requests.
        first: first day.
        last: last day, inclusive.
        step: days from one state to the next; an address of spans is asked for so many at once.
        asker: what asks.
    """
    asker = asker or Asker(settings)
    fetches = []
    for address in contract.addresses:
        if address.past is None:
            continue
        day = first
        while day <= last:
            end = min(last, day + timedelta(days=step - 1))
            # a span is known when it has ended
            shown = end if "{end}" in address.past.url else day
            seen = archive.list_sightings(contract.source_id, address.document)
            if shown not in seen:
                past = address.get_past(day, end)
                fetches.append(_fetch_past(contract, past, archive, asker, shown))
            day = day + timedelta(days=step)
    return fetches


def _fetch_past(
    contract: Contract, address: Address, archive: Archive, asker: Asker, day: date
) -> Fetch:
    try:
        answer, _ = ask_whole(address, asker)
    except DocumentFault as fault:
        return Fetch(contract.source_id, address.document, address.url, "failed", f"{day}: {fault}")
    sha256 = hash_bytes(answer.content)
    known = {d.sha256 for d in archive.list_documents(contract.source_id) if d.origin == "live"}
    _archive_answer(contract, address, archive, answer, sha256, day)
    outcome: Literal["new", "unchanged"] = "unchanged" if sha256 in known else "new"
    told = f"{day}: {len(answer.content):,} bytes"
    return Fetch(contract.source_id, address.document, address.url, outcome, told, sha256)


def fetch_once(url: str, settings: Settings) -> bytes:
    """Return what an address serves now; nothing is archived.

    Raises:
        DocumentFault: the address does not answer with status 200.
    """
    address = Address(document="draft", url=url, media="html")
    return Asker(settings).ask(address).content
