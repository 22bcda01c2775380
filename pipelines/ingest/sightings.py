"""On which days which document of a source counted: the last answer of an address, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.archive.documents import Archive
from pipelines.contracts.model import Contract
from pipelines.ingest.records import Load


@dataclass(frozen=True)
class Sighting:
    """From `day` on a document was what its address or the repository held, until the next one."""

    document: str
    origin: str
    sha256: str
    day: date


def list_sightings(archive: Archive, contract: Contract, loads: list[Load]) -> list[Sighting]:
    """Return when each good document began to count, again if it came back after another one.

    Days on which an address served what it had served before say nothing new and are left out.
    """
    found: list[Sighting] = []
    by_document: dict[tuple[str, str], list[Load]] = {}
    for load in loads:
        by_document.setdefault((load.document, load.origin), []).append(load)
    for (document, origin), members in by_document.items():
        days = {}
        if origin == "live":
            good = {load.sha256 for load in members}
            seen = archive.list_sightings(contract.source_id, document)
            days = {day: sha256 for day, sha256 in seen.items() if sha256 in good}
        for load in sorted(members, key=lambda load: (load.fetched_at, load.sha256)):
            if load.sha256 not in days.values():
                days[load.document_on] = load.sha256
        before = None
        for day, sha256 in sorted(days.items()):
            if sha256 != before:
                found.append(Sighting(document, origin, sha256, day))
            before = sha256
    return found
