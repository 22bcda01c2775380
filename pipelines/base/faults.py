"""What the machine or a damaged file did, in one sentence that says what to do about it.

The project's own errors say that themselves. These are the others: a full disk, a folder that may
not be written, a file that another program holds, a file that is not what was written.
"""

from __future__ import annotations

import errno
import json
import re
import shutil
from pathlib import Path

import duckdb

from pipelines.base.errors import MachineFault
from pipelines.base.settings import Settings

# what a person's machine can do to a command; anything else is a fault of the project
FAULTS = (OSError, MemoryError, duckdb.Error, json.JSONDecodeError, UnicodeDecodeError)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NOT_ALLOWED = (errno.EROFS, errno.EACCES, errno.EPERM)
SHOWN = 300
DOCTOR = "run: compute-balance doctor; what it finds, compute-balance repair mends"


def describe_fault(error: BaseException, settings: Settings) -> str:
    """Return in one sentence what went wrong outside the project's own rules, and what to do.

    Args:
        error: one of `FAULTS`.
        settings: the warehouse, for the room that is left.
    """
    said = " ".join(str(error).split())[:SHOWN] or type(error).__name__
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return (
            f"memory is full ({said}); close other programs, or set COMPUTE_BALANCE_MEMORY_LIMIT "
            "and COMPUTE_BALANCE_DRAWS lower"
        )
    if is_without_room(error):
        return describe_room(said, settings)
    if isinstance(error, OSError) and not isinstance(error, duckdb.Error):
        if error.errno in NOT_ALLOWED:
            return describe_not_allowed(said, settings)
        return f"{said}; {DOCTOR}"
    if isinstance(error, duckdb.IOException) and re.search(r"set lock|Conflicting lock", said):
        return f"another program holds the file open for writing ({said}); close it and try again"
    if isinstance(error, duckdb.IOException) and re.search(
        r"read-only|[Pp]ermission denied|not permitted", said
    ):
        return describe_not_allowed(said, settings)
    if isinstance(error, duckdb.Error):
        return f"the engine cannot read or write a file of the warehouse ({said}); {DOCTOR}"
    return f"a file of the warehouse cannot be read ({said}); {DOCTOR}"


def is_without_room(error: BaseException) -> bool:
    """Tell whether an error says that the disk is full, or that a file may not grow."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return True
    return isinstance(error, duckdb.Error) and is_room_message(str(error))


def is_room_message(said: str) -> bool:
    """Tell whether the words of an engine or a tool say that a file found no room."""
    return bool(re.search(r"No space left|File too large|quota exceeded", said))


def describe_room(said: str, settings: Settings) -> str:
    """Say that the disk is full, how much is free, and what frees some."""
    free = shutil.disk_usage(find_existing(settings.warehouse_dir)).free
    needed = estimate_room(settings)
    return (
        f"the disk is full ({said}); {free / 1e6:,.1f} MB are free where the warehouse is"
        + (f", a run needs at least {needed / 1e6:,.1f}" if needed else "")
        + "; what is published stays. See what may go: compute-balance housekeeping --dry-run"
    )


def describe_not_allowed(said: str, settings: Settings) -> str:
    """Say that the warehouse may not be written, and what would let it be."""
    return (
        f"not allowed to write ({said}); make {settings.warehouse_dir} writable for this user, or "
        "point COMPUTE_BALANCE_WAREHOUSE_DIR at a folder that is. What is published can be read"
    )


def find_existing(path: Path) -> Path:
    """Return a path, or the nearest folder above it that exists."""
    while not path.exists():
        path = path.parent
    return path


def estimate_room(settings: Settings) -> int:
    """Return the bytes that a run writes beside what stands: as much as the last one left.

    That is a new release and its published copy; 0 before the first run.
    """
    wanted = [settings.current_path]
    latest = settings.warehouse_dir / "latest"
    if latest.exists():
        wanted += [path for path in latest.resolve().rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in wanted if path.exists())


def require_room(settings: Settings) -> None:
    """Refuse to begin what cannot end for want of room.

    Raises:
        MachineFault: less is free than the last release takes.
    """
    free = shutil.disk_usage(find_existing(settings.warehouse_dir)).free
    if free < estimate_room(settings):
        raise MachineFault(describe_room("before anything was built", settings))
