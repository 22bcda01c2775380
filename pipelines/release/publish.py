"""Publishing an audited build: copy, check, rename; the published file is never written in place.

A release is a folder `releases/ID/` (database, Parquet, CSV, descriptions, checksums, manifest). It
becomes the current one when a copy of its database replaces `compute_balance.duckdb` in one step,
and `latest` leads to its folder in another. A crash in between is mended by the next run
(`complete_publication`). Which release is the current one is written
down (`current.json`), so that nobody who holds the published file open stands in the way.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipelines.base.errors import DamageFound, ReleaseError
from pipelines.base.files import (
    TEMPORARY_MARK,
    get_temporary_path,
    get_twin_path,
    hash_file,
    read_kept_mapping,
    read_mapping,
    replace_file,
    write_json,
    write_kept_json,
)
from pipelines.base.rows import fetch_value
from pipelines.base.settings import Settings, now_utc
from pipelines.ingest.whole_files import get_state
from pipelines.release.content import Mart
from pipelines.release.database import Sums, check_copy, copy_database
from pipelines.release.descriptors import write_descriptors
from pipelines.release.exports import OPEN_FOLDER, write_checksums, write_exports
from pipelines.release.latest import link_latest, read_latest
from pipelines.release.manifest import (
    MANIFEST_FILE,
    Manifest,
    list_releases,
    read_manifest_file,
    write_manifest,
)
from pipelines.release.whole import DATABASE_FILE, is_database_whole

ROLLBACK_FILE = "rollback.json"
CURRENT_NOTE = "current.json"
# names a release that a clock in the future made, over which a run may publish
CLOCK_NOTE = "clock.json"
KEPT_NOTE = "kept_releases.json"
READ_ONLY = 0o444


@dataclass(frozen=True)
class Publication:
    """Where a release went."""

    path: Path
    folder: Path
    manifest: Manifest


def publish_release(
    settings: Settings, marts: list[Mart], manifest: Manifest, sums: Sums
) -> Publication:
    """Publish a build of the present day and make it the current release.

    Args:
        settings: where the build and the releases are.
        marts: tables to ship, with their keys.
        manifest: identity of the release.
        sums: checksums of the audited marts (`sum_mart`), which the copy must have too.

    Raises:
        ReleaseError: the copy does not hold what was audited; nothing changes then.
    """
    folder = settings.releases_dir / manifest.release_id
    # ids carry what a clock said; the number says which release was made after which
    number = 1 + max((m.number for m in list_releases(settings.releases_dir)), default=0)
    manifest = replace(manifest, number=number)
    _note_current(settings, read_current_id(settings), manifest.release_id)
    manifest = _write_release(settings, folder, marts, manifest, sums)
    _make_current(settings, folder)
    for path in (get_rollback_path(settings), get_twin_path(get_rollback_path(settings))):
        path.unlink(missing_ok=True)
    prune_releases(settings)
    return Publication(settings.current_path, folder, manifest)


def publish_as_of(
    settings: Settings, marts: list[Mart], manifest: Manifest, sums: Sums
) -> Publication:
    """Publish a build of an earlier day beside the current release, never in its place."""
    folder = settings.as_of_dir / manifest.as_of.isoformat()
    staged = get_temporary_path(folder)
    manifest = _write_release(settings, staged, marts, manifest, sums)
    folder.mkdir(parents=True, exist_ok=True)
    # an open edition of what stood here before is none of this
    shutil.rmtree(folder / OPEN_FOLDER, ignore_errors=True)
    # the database changes in one step; its manifest follows and is checked by its content hash
    for path in sorted(staged.rglob("*"), key=lambda p: p.name == MANIFEST_FILE):
        if path.is_file():
            target = folder / path.relative_to(staged)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
    shutil.rmtree(staged)
    return Publication(folder / DATABASE_FILE, folder, manifest)


def _write_release(
    settings: Settings, folder: Path, marts: list[Mart], manifest: Manifest, sums: Sums
) -> Manifest:
    staged = folder if TEMPORARY_MARK in folder.name else get_temporary_path(folder)
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    copy_database(settings, staged / DATABASE_FILE, marts)
    check_copy(staged / DATABASE_FILE, marts, sums)
    (staged / DATABASE_FILE).chmod(READ_ONLY)
    write_descriptors(staged, staged / DATABASE_FILE, write_exports(staged, staged / DATABASE_FILE))
    manifest = replace(manifest, database_sha256=hash_file(staged / DATABASE_FILE))
    write_manifest(staged, manifest)
    write_checksums(staged)
    if staged != folder:
        staged.rename(folder)
    return manifest


def _make_current(settings: Settings, folder: Path) -> None:
    """Put a copy of a release's database in the place of the published file, read-only.

    Raises:
        DamageFound: the database of the release is not what was written; nothing changes then.
    """
    if not is_database_whole(folder):
        raise DamageFound(
            f"release {folder.name}: its database is not what was written, so it does not become "
            "the current one; run: compute-balance repair"
        )
    temporary = get_temporary_path(settings.current_path)
    shutil.copyfile(folder / DATABASE_FILE, temporary)
    temporary.chmod(READ_ONLY)
    replace_file(temporary, settings.current_path)
    # what a client wrote to the file before would be read into this one
    get_wal_path(settings).unlink(missing_ok=True)
    link_latest(settings, folder)
    _note_current(settings, folder.name)


def get_wal_path(settings: Settings) -> Path:
    """Return what a client that wrote to the published file leaves beside it."""
    return settings.current_path.with_name(f"{settings.current_path.name}.wal")


def _note_current(
    settings: Settings, release_id: str | None, publishing: str | None = None
) -> None:
    """Write down which release the published file holds, and which one is to take its place."""
    path = settings.current_path
    exists = path.exists()
    write_json(
        settings.warehouse_dir / CURRENT_NOTE,
        {
            "release_id": release_id,
            "publishing": publishing,
            "state": get_state(path) if exists else None,
            "sha256": hash_file(path) if exists else None,
        },
    )


def is_untouched(settings: Settings, note: dict[str, Any]) -> bool:
    """Tell whether the published file is as it was put in place; a copy of it elsewhere is."""
    path = settings.current_path
    if not path.exists() or get_wal_path(settings).exists():
        return False
    return note.get("state") == get_state(path) or note.get("sha256") == hash_file(path)


def read_current_note(settings: Settings) -> dict[str, Any]:
    """Return the note of what is published; an empty one where there is none or it is cut."""
    return read_mapping(settings.warehouse_dir / CURRENT_NOTE)


def read_current_id(settings: Settings) -> str | None:
    """Return the id of the release that the published file holds; None if nothing is published."""
    if not settings.current_path.exists():
        return None
    noted = read_current_note(settings).get("release_id")
    if noted is not None:
        return noted
    # a warehouse that was published before there was a note, or whose note was lost
    try:
        with duckdb.connect(str(settings.current_path), read_only=True) as connection:
            return fetch_value(connection, "select release_id from meta.release")
    except duckdb.Error:
        return read_latest(settings)


def find_readable(settings: Settings) -> Path:
    """Return a file with the current release that nobody holds open for writing.

    That is the copy in the release's own folder; where it is gone or damaged, the published file.
    """
    release_id = read_current_note(settings).get("release_id")
    if settings.current_path.exists() and release_id is not None:
        folder = settings.releases_dir / release_id
        if (folder / DATABASE_FILE).exists() and is_database_whole(folder):
            return folder / DATABASE_FILE
    return settings.current_path


def find_release(settings: Settings, release_id: str) -> Manifest:
    """Return a kept release by its id or an unambiguous beginning of it.

    Raises:
        ReleaseError: no release, or more than one, has that id.
    """
    kept = list_releases(settings.releases_dir)
    found = [manifest for manifest in kept if manifest.release_id.startswith(release_id)]
    if len(found) != 1:
        known = ", ".join(manifest.release_id for manifest in kept) or "none"
        raise ReleaseError(
            f"release {release_id!r}: found {len(found)} that match, expected one of: {known}"
        )
    return found[0]


def roll_back(settings: Settings, release_id: str | None, at: datetime) -> Manifest:
    """Make an earlier release the current one again.

    Args:
        settings: where the releases are.
        release_id: the release to restore; by default the one before the current.
        at: moment of the rollback, noted beside the release.

    Returns:
        The restored release. Until its inputs or its code change, the withdrawn release is not
        published again.

    Raises:
        ReleaseError: there is no such release.
    """
    current = read_current_id(settings)
    kept = list_releases(settings.releases_dir)
    if release_id is None:
        # a release that a clock in the future made is no way back from another one
        places = [place for place, m in enumerate(kept) if m.release_id == current]
        earlier = kept[places[0] + 1 :] if places else kept
        earlier = [m for m in earlier if m.as_of <= at.date()]
        if not earlier:
            raise ReleaseError("there is no release before the current one to go back to")
        target = earlier[0]
    else:
        target = find_release(settings, release_id)
    folder = settings.releases_dir / target.release_id
    if not is_database_whole(folder):
        raise DamageFound(
            f"release {target.release_id}: its database is not what was written; what is published "
            "stays. Run: compute-balance repair"
        )
    # `newest` tells a release made later, which ends the rollback, from those withdrawn by it
    newest = kept[0].release_id
    write_kept_json(
        get_rollback_path(settings),
        {"from": current, "to": target.release_id, "newest": newest, "at": at},
    )
    _note_current(settings, current, target.release_id)
    _make_current(settings, folder)
    return target


def get_rollback_path(settings: Settings) -> Path:
    """Return the note of a rollback that holds."""
    return settings.warehouse_dir / ROLLBACK_FILE


def read_rollback(settings: Settings) -> dict | None:
    """Return what was rolled back last and still holds: `from`, `to`, `newest`, `at`; or None."""
    note = read_kept_mapping(get_rollback_path(settings))
    return note if {"from", "to", "newest", "at"} <= note.keys() else None


def complete_publication(settings: Settings) -> Manifest | None:
    """Finish what a killed run left: a whole release that has not become the current one.

    Returns:
        The release that was made current now; None if nothing was left to do.
    """
    kept = {manifest.release_id: manifest for manifest in list_releases(settings.releases_dir)}
    if not kept:
        return None
    note, current = read_current_note(settings), read_current_id(settings)
    is_as_placed = is_untouched(settings, note)
    wanted = note.get("publishing")
    if wanted not in kept:
        # the release that was under way is not whole: what was current stays
        rollback = read_rollback(settings)
        wanted = note.get("release_id") or (rollback["to"] if rollback else None) or current
    if wanted not in kept or not is_database_whole(settings.releases_dir / wanted):
        if is_as_placed and note.get("release_id"):
            return None  # readers have a whole release; its kept copy is for `repair`
        whole = (m for m in kept if is_database_whole(settings.releases_dir / m))
        wanted = next(whole, None)
        if wanted is None:
            raise DamageFound(
                f"{settings.current_path}: found no whole release to publish, neither there nor "
                "among those kept; run: compute-balance repair"
            )
    if current == wanted and read_latest(settings) == wanted and is_as_placed:
        return None
    _make_current(settings, settings.releases_dir / wanted)
    return kept[wanted] if current != wanted else None


def list_kept_on(settings: Settings) -> dict[str, str]:
    """Return the releases that housekeeping leaves alone, with the moment since when."""
    return read_kept_mapping(settings.warehouse_dir / KEPT_NOTE)


def keep_release(settings: Settings, release_id: str, at: datetime | None) -> Manifest:
    """Keep a release whatever its age and number, or let it go again where `at` is None.

    Raises:
        ReleaseError: there is no such release.
    """
    manifest = find_release(settings, release_id)
    kept = list_kept_on(settings)
    kept.pop(manifest.release_id, None)
    if at is not None:
        kept[manifest.release_id] = at.isoformat()
    write_kept_json(settings.warehouse_dir / KEPT_NOTE, kept)
    return manifest


def list_prunable(settings: Settings) -> list[Manifest]:
    """Return the releases beyond the number or the age to keep.

    The current one, the one before it and those that are kept on are not among them.
    """
    kept = list_releases(settings.releases_dir)
    current, kept_on = read_current_id(settings), list_kept_on(settings)
    oldest = now_utc() - timedelta(days=settings.keep_release_days)
    return [
        manifest
        for place, manifest in enumerate(kept)
        if manifest.release_id != current
        and manifest.release_id not in kept_on
        and (place >= settings.keep_releases or (place > 1 and manifest.created_at < oldest))
    ]


def prune_releases(settings: Settings) -> list[str]:
    """Remove the releases beyond what is kept; returns their ids."""
    removed = []
    for manifest in list_prunable(settings):
        shutil.rmtree(settings.releases_dir / manifest.release_id)
        removed.append(manifest.release_id)
    return removed


def read_as_of(settings: Settings, day: date) -> Manifest | None:
    """Return the manifest of the release of an earlier day, if its database is the one it names."""
    folder = settings.as_of_dir / day.isoformat()
    manifest = read_manifest_file(folder)
    if manifest is None or not is_database_whole(folder):
        return None
    with duckdb.connect(str(folder / DATABASE_FILE), read_only=True) as connection:
        found = fetch_value(connection, "select release_id from meta.release")
    return manifest if found == manifest.release_id else None
