"""One writer at a time per store: a lease that its holder renews, as an object of the store.

It is made only where there is none, and taken over only when its holder has let it grow old by the
server's clock, or has died on this machine. It spares a second run its work; what decides in the
end is that the note of what is current is written only in the place of the one that was read.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.base.errors import LockHeld, StoreFault
from pipelines.base.files import format_json, parse_mapping
from pipelines.base.settings import now_utc
from pipelines.release.lock import read_start
from pipelines.store.s3 import S3Place, Tagged, Taken

logger = logging.getLogger(__name__)

LEASE = "writer.json"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# renewed so many times before it would grow old
RENEWALS = 3


class Lease:
    """The right to write to a store, renewed in the background until it is given back."""

    def __init__(self, place: S3Place, purpose: str, lease_s: float) -> None:
        self._place, self._lease_s = place, lease_s
        self._token = uuid.uuid4().hex
        self._holder = {
            "token": self._token,
            "host": socket.gethostname(),
            "boot": read_boot(),
            "pid": os.getpid(),
            "began": read_start(os.getpid()),
            "purpose": purpose,
            "since": now_utc(),
        }
        self._content = b""
        self._etag = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, daemon=True)

    def take(self) -> None:
        """Take the lease and go on renewing it.

        Raises:
            LockHeld: another machine or process has it; names it.
            StoreFault: the store is out of reach, or refuses.
        """
        self._content = format_json({**self._holder, "renewed": 0})
        found = self._place.read_tagged(LEASE)
        if found and not is_over(self._place, found, self._lease_s):
            raise LockHeld(describe_writer(self._place, found))
        try:
            self._etag = self._place.write_if(LEASE, self._content, found.etag if found else None)
        except Taken:
            winner = self._place.read_tagged(LEASE)
            raise LockHeld(describe_writer(self._place, winner)) from None
        self._thread.start()

    def _renew(self) -> None:
        number = 0
        while not self._ended.wait(self._lease_s / RENEWALS):
            number += 1
            content = format_json({**self._holder, "renewed": number})
            try:
                self._etag = self._place.write_if(LEASE, content, self._etag)
            except Taken:
                return
            except StoreFault as fault:
                logger.warning("the lease could not be renewed: %s", fault)

    def give_back(self) -> None:
        """Let others write; a lease that another one has taken over meanwhile stays theirs."""
        self._ended.set()
        self._thread.join()
        found = self._place.read_tagged(LEASE)
        if found and parse_mapping(found.content).get("token") == self._token:
            self._place.delete(LEASE)


@contextmanager
def hold_lease(place: S3Place, purpose: str, lease_s: float) -> Iterator[None]:
    """Hold the right to write to a store while the block runs.

    Raises:
        LockHeld: another machine or process has it.
        StoreFault: the store is out of reach, or refuses.
    """
    lease = Lease(place, purpose, lease_s)
    lease.take()
    try:
        yield
    finally:
        lease.give_back()


def find_writer(place: S3Place, lease_s: float) -> str | None:
    """Return who writes to a store now, in a sentence; None where nobody does."""
    found = place.read_tagged(LEASE)
    if found is None or is_over(place, found, lease_s):
        return None
    return describe_writer(place, found)


def is_over(place: S3Place, found: Tagged, lease_s: float) -> bool:
    """Tell whether a lease's holder has died on this machine, or has let it grow old.

    Its age is by the server's clock alone, whatever this machine's says.
    """
    holder = parse_mapping(found.content)
    if (holder.get("host"), holder.get("boot")) == (socket.gethostname(), read_boot()):
        pid = holder.get("pid")
        if isinstance(pid, int) and read_start(pid) != holder.get("began"):
            return True
    return (place.read_clock() - found.put_at).total_seconds() > lease_s


def describe_writer(place: S3Place, found: Tagged | None) -> str:
    """Say who has the lease, and what to do."""
    holder = parse_mapping(found.content) if found else {}
    names = {"pid", "host", "purpose", "since"} <= holder.keys()
    who = (
        "process {pid} on {host}, {purpose}, since {since} UTC".format_map(holder) if names else ""
    )
    return (
        f"{place.address}: another run writes to this store ({who or 'it left no name'}); wait for "
        "it to end, or stop that process: its lease ends with it, at the latest some minutes after"
    )


def read_boot() -> str:
    """Return what tells this start of this machine from any other; empty where nothing does."""
    return BOOT_ID.read_text(encoding="utf-8").strip() if BOOT_ID.exists() else ""
