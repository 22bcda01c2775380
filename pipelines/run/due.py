"""Which connectors are due to be asked: each as often as its upstream publishes, and no more."""

from __future__ import annotations

from datetime import date

from pipelines.archive.documents import Archive
from pipelines.contracts.model import Contract

# days between two requests to one address, by the cadence of the contract: often enough that news
# is seen within a part of the time that upstream takes for it
ASKED_EVERY_DAYS = {
    "daily": 1,
    "weekly": 2,
    "monthly": 7,
    "quarterly": 7,
    "yearly": 30,
    "irregular": 7,
}


def list_due(
    contracts: list[Contract], archive: Archive, today: date, cadence: str | None = None
) -> list[str]:
    """Return the connectors of which an address is due, in the order of the contracts.

    An address is due if it has never been asked, if it failed when it was asked last on an earlier
    day, or if as many days have passed since as its cadence allows.

    Args:
        contracts: of all sources; those without addresses are passed over.
        archive: holds how each address answered last.
        today: the present day (UTC).
        cadence: look only at sources of this cadence.
    """
    return [
        contract.source_id
        for contract in contracts
        if contract.addresses
        and cadence in (None, contract.cadence)
        and any(
            _is_due(archive, contract, address.document, today) for address in contract.addresses
        )
    ]


def _is_due(archive: Archive, contract: Contract, document: str, today: date) -> bool:
    note = archive.read_fetch_note(contract.source_id, document)
    if note is None:
        return True
    days = (today - note.fetched_at.date()).days
    every = 1 if note.outcome == "failed" else ASKED_EVERY_DAYS[contract.cadence]
    return days >= every
