"""Copies of a warehouse in a folder of their own: whole, taken under the lock, checked by digest.

A backup folder holds `objects/` (each content once, named by its SHA-256) and `snapshots/` (which
file had which content). What has not changed since the last snapshot costs nothing. The build file
and Dagster's own events are left out: a run makes the one again, and no figure rests on the other.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipelines.base.errors import BackupError
from pipelines.base.files import (
    TEMPORARY_MARK,
    get_temporary_path,
    hash_file,
    read_kept_mapping,
    replace_file,
    write_kept_json,
)
from pipelines.base.settings import Settings, now_utc
from pipelines.release.lock import get_holder_path, hold_lock

OBJECTS, SNAPSHOTS = "objects", "snapshots"
# folders of a warehouse that a run, a person or Dagster makes again
LEFT_OUT = ("build", "hand", "dagster", "damaged", "what_if", "data/spill", "data/unpacked")
# what the repository itself keeps in a warehouse that holds nothing yet
BLANK = ("README.md", "queries", "run.lock")


@dataclass(frozen=True)
class Backup:
    """One snapshot: its name, how many files it has, and the bytes that it added and holds."""

    name: str
    files: int
    added_bytes: int
    total_bytes: int


def back_up(settings: Settings, target: Path) -> Backup:
    """Copy a warehouse into a backup folder; only contents that are new there are written.

    Args:
        settings: the warehouse.
        target: the backup folder; made if it is not there.

    Raises:
        BackupError: the folder holds something else, or lies inside the warehouse.
        LockHeld: a run works on this warehouse.
    """
    root = settings.warehouse_dir.resolve()
    place = target.resolve()
    if place == root or root in place.parents:
        raise BackupError(f"{target}: lies inside the warehouse; name a folder outside it")
    if target.exists() and any(target.iterdir()) and not (target / SNAPSHOTS).is_dir():
        raise BackupError(f"{target}: holds something else; name an empty folder or a backup")
    with hold_lock(settings.lock_path, f"backup to {target}"):
        files: dict[str, dict] = {}
        links: dict[str, str] = {}
        added = total = 0
        for path in list_files(settings):
            name = path.relative_to(settings.warehouse_dir).as_posix()
            if path.is_symlink():
                links[name] = str(path.readlink())
                continue
            sha256, size = hash_file(path), path.stat().st_size
            files[name] = {"sha256": sha256, "mode": path.stat().st_mode & 0o777}
            total += size
            if not get_object_path(target, sha256).exists():
                _copy(path, get_object_path(target, sha256), sha256)
                added += size
        moment = f"{now_utc():%Y%m%dT%H%M%SZ}"
        (target / SNAPSHOTS).mkdir(parents=True, exist_ok=True)
        write_kept_json(target / SNAPSHOTS / f"{moment}.json", {"files": files, "links": links})
    return Backup(moment, len(files), added, total)


def list_files(settings: Settings) -> list[Path]:
    """Return what a backup of a warehouse holds: files and links, by path."""
    root = settings.warehouse_dir
    lock = (settings.lock_path, get_holder_path(settings.lock_path))
    left_out = [root / name for name in LEFT_OUT]
    return [
        path
        for path in sorted(root.rglob("*"))
        if (path.is_file() or path.is_symlink())
        and path not in lock
        and TEMPORARY_MARK not in str(path.relative_to(root))
        and not any(folder in path.parents for folder in left_out)
    ]


def get_object_path(target: Path, sha256: str) -> Path:
    """Return where a backup folder keeps a content."""
    return target / OBJECTS / sha256[:2] / sha256


def _copy(source: Path, path: Path, sha256: str) -> None:
    """Copy a file to its place, and see that the copy has its digest.

    Raises:
        BackupError: the copy is another one than the file.
    """
    temporary = get_temporary_path(path)
    try:
        shutil.copyfile(source, temporary)
        if hash_file(temporary) != sha256:
            raise BackupError(f"{source}: the copy differs from what its digest promises")
        replace_file(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def list_snapshots(target: Path) -> list[str]:
    """Return the names of a backup's snapshots, oldest first."""
    return sorted(path.stem for path in (target / SNAPSHOTS).glob("*.json"))


def restore(
    settings: Settings,
    source: Path,
    snapshot: str | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> Backup:
    """Bring a warehouse back from a backup, into a place that holds none.

    Args:
        settings: the warehouse to be made.
        source: the backup folder.
        snapshot: its name; by default the newest.
        progress: receives a line for each step.

    Raises:
        BackupError: there is a warehouse already, there is no such snapshot, or a content of the
            backup is gone or altered; nothing is in place then.
    """
    root = settings.warehouse_dir
    held = [p.name for p in root.iterdir() if p.name not in BLANK] if root.exists() else []
    held = [name for name in held if TEMPORARY_MARK not in name]
    if held:
        raise BackupError(
            f"{root}: holds a warehouse already ({', '.join(sorted(held)[:3])}); move it away, or "
            "point COMPUTE_BALANCE_WAREHOUSE_DIR at an empty folder"
        )
    names = list_snapshots(source)
    name = snapshot or (names[-1] if names else "")
    if name not in names:
        raise BackupError(
            f"{source}: found no snapshot {name or 'at all'}; expected one of: "
            + (", ".join(names) or "none is there, so this is no backup")
        )
    content = read_kept_mapping(source / SNAPSHOTS / f"{name}.json")
    files, links = content.get("files"), content.get("links")
    if not isinstance(files, dict) or not isinstance(links, dict):
        raise BackupError(f"{source}: snapshot {name} cannot be read; take an earlier one")
    root.mkdir(parents=True, exist_ok=True)
    with hold_lock(settings.lock_path, f"restore from {source}"):
        staged = get_temporary_path(root / "restored")
        try:
            total = _stage(source, staged, files, links)
            progress(f"checked {len(files)} files of snapshot {name}")
            _put_in_place(staged, root)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    return Backup(name, len(files), total, total)


def _stage(source: Path, staged: Path, files: dict, links: dict) -> int:
    """Copy every file of a snapshot beside its place, each checked by its digest."""
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    missing = [n for n, f in files.items() if not get_object_path(source, f["sha256"]).is_file()]
    if missing:
        raise BackupError(
            f"{source}: {len(missing)} contents are gone, the first of {missing[0]}; nothing was "
            "restored. Take an earlier snapshot: --snapshot NAME"
        )
    total = 0
    for name, item in files.items():
        path = staged / name
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = get_object_path(source, item["sha256"])
        shutil.copyfile(kept, path)
        if hash_file(path) != item["sha256"]:
            raise BackupError(
                f"{kept}: was altered since it was written (it is {name}); nothing was restored. "
                "Take an earlier snapshot: --snapshot NAME"
            )
        path.chmod(item["mode"])
        total += path.stat().st_size
    for name, leads_to in links.items():
        path = staged / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(leads_to)
    return total


def _put_in_place(staged: Path, root: Path) -> None:
    """Move what was staged to its place, the note of what is current last."""
    for path in sorted(staged.iterdir(), key=lambda p: (p.is_file(), p.name)):
        target = root / path.name
        if path.name in BLANK and target.exists():
            continue
        path.rename(target)
