"""One run at a time per warehouse: an operating-system lock that dies with its process."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.base.errors import LockHeld
from pipelines.base.files import write_json
from pipelines.base.settings import now_utc


def _get_holder_path(lock_path: Path) -> Path:
    return lock_path.with_suffix(".holder.json")


@contextmanager
def hold_lock(lock_path: Path, purpose: str) -> Iterator[None]:
    """Hold the warehouse's lock while the block runs.

    Args:
        lock_path: the lock file; beside it stands who holds it.
        purpose: what the holder does, shown to a second run.

    Raises:
        LockHeld: another process has it; names process, host, purpose and start.
    """
    lock_path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(lock_path), timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise LockHeld(
            f"{lock_path}: another run holds the lock ({describe_holder(lock_path)}); wait for it "
            "to end, or stop that process: the lock ends with it"
        ) from error
    try:
        write_json(
            _get_holder_path(lock_path),
            {
                "pid": os.getpid(),
                "host": socket.gethostname(),
                "purpose": purpose,
                "since": now_utc(),
            },
        )
        yield
    finally:
        _get_holder_path(lock_path).unlink(missing_ok=True)
        lock.release()


def describe_holder(lock_path: Path) -> str:
    """Return who holds the lock, as far as the holder's note can be read."""
    try:
        holder = json.loads(_get_holder_path(lock_path).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return "the holder left no note yet"
    return (
        f"process {holder['pid']} on {holder['host']}, {holder['purpose']}, "
        f"since {holder['since']} UTC"
    )


def is_held(lock_path: Path) -> bool:
    """Tell whether a run is under way."""
    if not lock_path.exists():
        return False
    lock = FileLock(str(lock_path), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    lock.release()
    return False
