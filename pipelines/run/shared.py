"""A run's turn with the object storage that its warehouse shares with other machines, if any.

The store's lease is held while the run goes on; what others have put is brought first, what is new
is put last. A store that is out of reach stops no run: what is published stands on this machine,
the run says so, and the next one brings the store up to date.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pipelines.base.errors import StoreConflict, StoreFault
from pipelines.base.faults import FAULTS, describe_fault
from pipelines.base.settings import Settings
from pipelines.run.state import Run
from pipelines.store.head import Head
from pipelines.store.lease import Lease, find_writer
from pipelines.store.s3 import S3Place, open_bucket
from pipelines.store.state import note_fault
from pipelines.store.sync import sync_down, sync_up

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Turn:
    """The right to write to a store, and what was current there when it began."""

    place: S3Place
    lease: Lease
    head: Head | None


@contextmanager
def share_store(run: Run) -> Iterator[None]:
    """Begin with what the store has and end with putting there what is new.

    What a failed run has fetched and loaded is put too; what one has that a signal ends is not.

    Raises:
        LockHeld: another run writes to the store.
        StoreConflict: the store and this folder have both gone on without each other.
        StoreFault: there is no release here, and none can be brought.
    """
    if not run.settings.store:
        yield
        return
    turn = _begin(run)
    is_killed = True
    try:
        yield
        is_killed = False
    except Exception:
        is_killed = False
        raise
    finally:
        if turn and not is_killed:
            _put(run, turn)
        if turn:
            _give_back(turn.lease)


def _begin(run: Run) -> Turn | None:
    """Take the store's lease and bring what it has; None where it is out of reach."""
    settings = run.settings
    try:
        place = open_bucket(settings.store)
        lease = Lease(place, f"run {run.run_id} as of {run.as_of}", settings.store_lease_s)
        lease.take()
        try:
            return Turn(place, lease, sync_up(settings, place, run.progress))
        except BaseException:
            _give_back(lease)
            raise
    except StoreConflict:
        raise
    except StoreFault as fault:
        if not settings.current_path.exists():
            raise StoreFault(
                f"{fault}; there is no release in {settings.warehouse_dir} to go on from, so "
                "nothing was done. Make the store answer, or leave COMPUTE_BALANCE_STORE empty"
            ) from None
        _note(run, f"nothing is brought or put: {fault}")
        return None


def _put(run: Run, turn: Turn) -> None:
    try:
        sync_down(run.settings, turn.place, turn.head, run.progress)
    except StoreFault as fault:
        _note(run, f"the store is behind: {fault}")
    except FAULTS as error:
        _note(run, f"the store is behind: {describe_fault(error, run.settings)}")


def _note(run: Run, fault: str) -> None:
    """Keep why the store is not as this folder is; nothing of the run depends on it."""
    run.store_fault = fault
    run.progress(f"  STORE {fault}")
    try:
        note_fault(run.settings, fault)
    except OSError as error:
        logger.error("the note on the store: %s", describe_fault(error, run.settings))


def _give_back(lease: Lease) -> None:
    try:
        lease.give_back()
    except StoreFault as fault:
        logger.warning("the lease ends by itself: %s", fault)


def find_store_writer(settings: Settings) -> str | None:
    """Return who writes to a warehouse's store now; None where nobody does or nobody can say."""
    if not settings.store:
        return None
    try:
        return find_writer(open_bucket(settings.store), settings.store_lease_s)
    except StoreFault:
        return None
