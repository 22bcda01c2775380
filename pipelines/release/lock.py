"""One run at a time per warehouse: an operating-system lock that dies with its process."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.base.errors import LockHeld, MachineFault
from pipelines.base.files import read_mapping, write_json
from pipelines.base.settings import now_utc

# the lock files that this process holds, with what the file system calls them
_HELD: dict[Path, int] = {}


def get_holder_path(lock_path: Path) -> Path:
    """Return the note beside a lock that says who holds it."""
    return lock_path.with_suffix(".holder.json")


@contextmanager
def hold_lock(lock_path: Path, purpose: str) -> Iterator[None]:
    """Hold the warehouse's lock while the block runs.

    Args:
        lock_path: the lock file; beside it stands who holds it.
        purpose: what the holder does, shown to a second run.

    Raises:
        LockHeld: another process has it; names process, host, purpose and start. A process that
            goes on though its lock file was removed has it still.
    """
    lock_path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(lock_path), timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise LockHeld(_describe_held(lock_path)) from error
    try:
        if find_live_holder(lock_path):
            raise LockHeld(_describe_held(lock_path))
    except LockHeld:
        lock.release()
        raise
    try:
        write_json(
            get_holder_path(lock_path),
            {
                "pid": os.getpid(),
                "began": _read_start(os.getpid()),
                "host": socket.gethostname(),
                "purpose": purpose,
                "since": now_utc(),
            },
        )
        _HELD[lock_path] = lock_path.stat().st_ino
        yield
    finally:
        _HELD.pop(lock_path, None)
        get_holder_path(lock_path).unlink(missing_ok=True)
        lock.release()


def require_lock(lock_path: Path) -> None:
    """Refuse to go on where the lock that this process took has been removed under it.

    Raises:
        MachineFault: the lock file is gone or another one, so another run may have written to the
            same build.
    """
    if lock_path not in _HELD:
        return
    if not lock_path.exists() or lock_path.stat().st_ino != _HELD[lock_path]:
        raise MachineFault(
            f"{lock_path}: the lock file was removed while this run went on, so another one may "
            "have worked on the same build; nothing was published. Run again, and leave the file "
            "alone: a lock ends with its process"
        )


def _describe_held(lock_path: Path) -> str:
    return (
        f"{lock_path}: another run holds the lock ({describe_holder(lock_path)}); wait for it "
        "to end, or stop that process: the lock ends with it"
    )


def find_live_holder(lock_path: Path) -> int | None:
    """Return the process that the note beside a lock names, if it goes on and is not this one."""
    holder = read_mapping(get_holder_path(lock_path))
    pid, began = holder.get("pid"), holder.get("began")
    if holder.get("host") != socket.gethostname() or not isinstance(pid, int):
        return None
    # a number that another process has by now tells nothing, hence the moment of its start
    return pid if pid != os.getpid() and began and _read_start(pid) == began else None


def _read_start(pid: int) -> str | None:
    """Return what the system says of a process's start; None where it does not say or is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]


def describe_holder(lock_path: Path) -> str:
    """Return who holds the lock, as far as the holder's note can be read."""
    holder = read_mapping(get_holder_path(lock_path))
    if not {"pid", "host", "purpose", "since"} <= holder.keys():
        return "the holder left no note yet"
    return (
        f"process {holder['pid']} on {holder['host']}, {holder['purpose']}, "
        f"since {holder['since']} UTC"
    )


def is_held(lock_path: Path) -> bool:
    """Tell whether a run is under way; on a warehouse that is read-only here none is."""
    if find_live_holder(lock_path):
        return True
    if not lock_path.exists():
        return False
    lock = FileLock(str(lock_path), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    except OSError:
        return False
    lock.release()
    return False
