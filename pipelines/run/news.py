"""Whether there is a reason to build: documents that no run has looked at, or a day gone by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from pipelines.archive.documents import Archive
from pipelines.base.settings import Settings
from pipelines.contracts.model import Contract
from pipelines.run.reports import read_run_reports

# how a run that went through loading, and so looked at all documents, may have ended
LOOKED = ("published", "unchanged", "failed")
WELL = ("published", "unchanged")


@dataclass(frozen=True)
class Reason:
    """Why to build; `key` is the same as long as the reason is."""

    key: str
    text: str


@dataclass(frozen=True)
class Landing:
    """The newest moment at which a source got a document, lost one, or an older one came back."""

    source_id: str
    at: datetime


def find_landing(contract: Contract, archive: Archive) -> Landing | None:
    """Return when a connector last got news; None if it never did."""
    source_id = contract.source_id
    moments = [d.fetched_at for d in archive.list_documents(source_id) if d.origin == "live"]
    moments += [withdrawal.at for withdrawal in archive.list_withdrawn(source_id).values()]
    for address in contract.addresses:
        seen = sorted(archive.list_sightings(source_id, address.document).items())
        pairs = pairwise(seen)
        switches = [day for (_, before), (day, served) in pairs if before != served]
        note = archive.read_fetch_note(source_id, address.document)
        if switches:
            is_last = note is not None and note.fetched_at.date() == switches[-1]
            begin = datetime.combine(switches[-1], time())
            moments.append(note.fetched_at if note is not None and is_last else begin)
    return Landing(source_id, max(moments)) if moments else None


def find_reason_to_build(
    settings: Settings, contracts: Sequence[Contract], now: datetime
) -> Reason | None:
    """Return why a whole run is due, if it is.

    News counts once nothing more has come for `quiet_minutes`, so that the sources of one morning
    make one build. News that a run has looked at counts no more, also where that run failed: it
    has told so. A day on which no run has ended well is a reason too, because days alone change
    what is known and what is stale.

    Args:
        settings: of the warehouse.
        contracts: of all sources.
        now: the present moment (UTC, without zone).
    """
    looked_at, ended_on = _find_last_looks(settings)
    archive = Archive(settings.archive_dir)
    found = [find_landing(contract, archive) for contract in contracts if contract.addresses]
    fresh = [item for item in found if item and (looked_at is None or item.at > looked_at)]
    if fresh:
        newest = max(item.at for item in fresh)
        if now - newest < timedelta(minutes=settings.quiet_minutes):
            return None
        names = ", ".join(item.source_id for item in fresh)
        return Reason(f"news {newest:%Y-%m-%dT%H:%M:%S}", f"news of {names}")
    if ended_on is None or ended_on < now.date():
        return Reason(f"day {now:%Y-%m-%d}", "no run has ended well today")
    return None


def _find_last_looks(settings: Settings) -> tuple[datetime | None, date | None]:
    """Return when a whole run last began to load, and the day on which one last ended well."""
    looked: list[datetime] = []
    ended: list[date] = []
    for report in read_run_reports(settings):
        end = datetime.fromisoformat(report["ended_at"])
        if report["status"] not in LOOKED or report["as_of"] < end.date().isoformat():
            continue
        looked += [
            datetime.fromisoformat(stage["started_at"])
            for stage in report["stages"]
            if stage["stage"] == "ingest"
        ]
        if report["status"] in WELL:
            ended.append(end.date())
    return max(looked, default=None), max(ended, default=None)
