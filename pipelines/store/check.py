"""Whether every content that a store's readers may meet is what was put there, and mending it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from pipelines.base.errors import StoreFault
from pipelines.base.files import hash_file
from pipelines.base.settings import Settings
from pipelines.store.head import Head
from pipelines.store.s3 import S3Place
from pipelines.store.snapshots import Item


@dataclass(frozen=True)
class StoreDamage:
    """A content that is gone or altered: its key, a file that has it, and whether it was mended."""

    key: str
    file: str
    problem: str
    is_mended: bool


def check_store(
    settings: Settings, place: S3Place, head: Head | None, is_mending: bool = False
) -> list[StoreDamage]:
    """Read every content of the current snapshot and hold it to its digest.

    Args:
        settings: the warehouse, whose files mend what they have; its lock and lease are held then.
        place: its store.
        head: what is current there.
        is_mending: put again what is damaged and whole here.

    Raises:
        StoreFault: the store is out of reach.
    """
    files = head.snapshot.files if head else {}
    contents: dict[str, tuple[str, Item]] = {}
    for name, item in files.items():
        contents.setdefault(item.key, (name, item))
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for key, (name, item) in sorted(contents.items()):
            problem = _find_problem(place, item, Path(folder) / "content")
            if problem:
                names = [n for n, other in files.items() if other.sha256 == item.sha256]
                is_mended = is_mending and _mend(settings, place, item, names)
                found.append(StoreDamage(key, name, problem, is_mended))
    return found


def _find_problem(place: S3Place, item: Item, path: Path) -> str | None:
    try:
        return None if place.get_file(item.key, path) == item.sha256 else "was altered"
    except FileNotFoundError:
        return "is gone"


def _mend(settings: Settings, place: S3Place, item: Item, names: list[str]) -> bool:
    """Put a content again from a file that has it; tell whether there is one."""
    for name in names:
        path = settings.warehouse_dir / name
        if path.is_file() and hash_file(path) == item.sha256:
            place.put_file(item.key, path, item.sha256)
            return True
    return False


def require_store(settings: Settings) -> str:
    """Return the address of a warehouse's store.

    Raises:
        StoreFault: it has none.
    """
    if not settings.store:
        raise StoreFault(
            "this warehouse has no store; set COMPUTE_BALANCE_STORE to s3://BUCKET/PREFIX"
        )
    return settings.store
