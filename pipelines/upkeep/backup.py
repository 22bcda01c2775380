"""Copies of a warehouse in another place: whole, taken under the lock, checked by digest.

What has not changed since the last snapshot costs nothing. What a place keeps, and what is left
out, stands in `store/snapshots.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipelines.base.errors import BackupError
from pipelines.base.files import get_temporary_path, hash_file
from pipelines.base.settings import Settings, now_utc
from pipelines.release.lock import hold_lock
from pipelines.release.publish import adopt_release
from pipelines.store.head import HEAD, read_head_note
from pipelines.store.places import FolderPlace, Place
from pipelines.store.snapshots import (
    BLANK,
    Item,
    Snapshot,
    get_all,
    get_object_key,
    list_files,
    list_held,
    list_snapshots,
    put_all,
    read_snapshot,
    write_snapshot,
)

EARLIER = "nothing was restored. Take an earlier snapshot: --snapshot NAME"


@dataclass(frozen=True)
class Backup:
    """One snapshot: its name, how many files it has, and the bytes that it added and holds."""

    name: str
    files: int
    added_bytes: int
    total_bytes: int


def back_up(settings: Settings, place: Place) -> Backup:
    """Copy a warehouse into a place for backups; only contents that are new there are written.

    Args:
        settings: the warehouse.
        place: a folder, which is made if it is not there, or a bucket.

    Raises:
        BackupError: the place holds something else, or lies inside the warehouse.
        StoreFault: the bucket is out of reach or refuses.
        LockHeld: a run works on this warehouse.
    """
    require_place(settings, place)
    with hold_lock(settings.lock_path, f"backup to {place.address}"):
        files: dict[str, Item] = {}
        links: dict[str, str] = {}
        new: dict[str, tuple[str, Path, str]] = {}
        added = total = 0
        for path in list_files(settings):
            name = path.relative_to(settings.warehouse_dir).as_posix()
            if path.is_symlink():
                links[name] = str(path.readlink())
                continue
            sha256, size = hash_file(path), path.stat().st_size
            key = get_object_key(sha256)
            files[name] = Item(sha256, path.stat().st_mode & 0o777, key)
            total += size
            if key not in new and not place.has(key):
                new[key] = (key, path, sha256)
                added += size
        put_all(place, new.values())
        moment = f"{now_utc():%Y%m%dT%H%M%SZ}"
        write_snapshot(place, Snapshot(moment, files, links))
    return Backup(moment, len(files), added, total)


def require_place(settings: Settings, place: Place) -> None:
    """Refuse a place that is none for backups of this warehouse.

    Raises:
        BackupError: says what the place is instead.
    """
    if isinstance(place, FolderPlace):
        folder, root = place.folder.resolve(), settings.warehouse_dir.resolve()
        if folder == root or root in folder.parents:
            raise BackupError(f"{place.address}: lies inside the warehouse; name a folder outside")
        is_used = place.folder.exists() and any(place.folder.iterdir())
        is_backup = (place.folder / "snapshots").is_dir()
    else:
        if place.has(HEAD):
            raise BackupError(
                f"{place.address}: is the store of a warehouse; name another prefix for backups"
            )
        is_used, is_backup = bool(place.list_keys("")), bool(list_snapshots(place))
    if is_used and not is_backup:
        raise BackupError(f"{place.address}: holds something else; name an empty place or a backup")


def restore(
    settings: Settings,
    place: Place,
    snapshot: str | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> Backup:
    """Bring a warehouse back from a backup or a store, to where there is none.

    Args:
        settings: the warehouse to be made.
        place: where the backup is.
        snapshot: its name; by default the newest.
        progress: receives a line for each step.

    Raises:
        BackupError: there is a warehouse already, there is no such snapshot, or a content of the
            backup is gone or altered; nothing is in place then.
        StoreFault: the same of a bucket, or it is out of reach.
    """
    root = settings.warehouse_dir
    held = list_held(settings)
    if held:
        raise BackupError(
            f"{root}: holds a warehouse already ({', '.join(held[:3])}); move it away, or "
            "point COMPUTE_BALANCE_WAREHOUSE_DIR at an empty folder"
        )
    names = list_snapshots(place)
    # of a store the one that readers see: a later one may have been cut off by a kill
    head = None if snapshot or isinstance(place, FolderPlace) else read_head_note(place.read(HEAD))
    name = snapshot or (head.snapshot if head else names[-1] if names else "")
    if name not in names:
        raise BackupError(
            f"{place.address}: found no snapshot {name or 'at all'}; expected one of: "
            + (", ".join(names) or "none is there, so this is no backup")
        )
    found = read_snapshot(place, name)
    if found is None:
        raise BackupError(f"{place.address}: snapshot {name} cannot be read; take an earlier one")
    root.mkdir(parents=True, exist_ok=True)
    with hold_lock(settings.lock_path, f"restore from {place.address}"):
        staged = get_temporary_path(root / "restored")
        try:
            total = _stage(place, staged, found)
            progress(f"checked {len(found.files)} files of snapshot {name}")
            _put_in_place(staged, root)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        if found.release_id:
            adopt_release(settings, found.release_id)
    return Backup(name, len(found.files), total, total)


def _stage(place: Place, staged: Path, snapshot: Snapshot) -> int:
    """Copy every file of a snapshot beside its place, each checked by its digest."""
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    get_all(place, [(item, staged / name) for name, item in snapshot.files.items()], EARLIER)
    for name, leads_to in snapshot.links.items():
        path = staged / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(leads_to)
    return sum(p.stat().st_size for p in staged.rglob("*") if p.is_file() and not p.is_symlink())


def _put_in_place(staged: Path, root: Path) -> None:
    """Move what was staged to its place, the note of what is current last."""
    for path in sorted(staged.iterdir(), key=lambda p: (p.is_file(), p.name)):
        target = root / path.name
        if path.name in BLANK and target.exists():
            continue
        path.rename(target)
