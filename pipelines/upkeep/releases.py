"""Damage to what is published and to what is kept of it: releases, earlier days, the notes."""

from __future__ import annotations

from pathlib import Path

from pipelines.base.settings import Settings, today_utc
from pipelines.release.latest import read_latest
from pipelines.release.lock import find_live_holder, get_holder_path, is_held
from pipelines.release.manifest import list_releases, read_manifest_file
from pipelines.release.mend import find_damaged_open_files
from pipelines.release.publish import (
    CURRENT_NOTE,
    get_wal_path,
    is_untouched,
    read_current_id,
    read_current_note,
)
from pipelines.release.whole import (
    find_damaged_files,
    has_digest,
    is_database_whole,
    list_database_digests,
    list_release_folders,
)
from pipelines.upkeep.files import REPAIR, name
from pipelines.upkeep.findings import Finding


def find_release_damage(settings: Settings) -> list[Finding]:
    """Return everything that is wrong with what is published and what is kept of it."""
    return [
        *find_damaged_releases(settings),
        *find_damaged_current(settings),
        *find_dead_lock(settings),
        *find_wrong_clock(settings),
    ]


def find_damaged_releases(settings: Settings) -> list[Finding]:
    """Return damaged files of kept releases and of earlier days, the folder's database first."""
    found = []
    for place in (settings.releases_dir, settings.as_of_dir):
        for folder in list_release_folders(place):
            damaged = [*find_damaged_files(folder), *find_damaged_open_files(folder)]
            if not damaged and read_manifest_file(folder) is not None:
                continue
            told = f"{len(damaged)} files are not what was written: {', '.join(damaged[:3])}"
            advice = REPAIR
            if not is_database_whole(folder) and not find_spare(settings, folder):
                told = "its database is damaged and no copy of it is whole"
                advice = f"{REPAIR}, which sets it aside"
                if place == settings.as_of_dir:
                    advice += f"; then: compute-balance run --as-of {folder.name}"
            found.append(Finding("release", name(settings, folder), told, "repair", advice))
    return found


def find_spare(settings: Settings, folder: Path) -> Path | None:
    """Return a whole copy of a release's database outside its folder, if there is one."""
    current = settings.current_path
    wanted = list_database_digests(folder)
    return current if any(has_digest(current, sha256) for sha256 in wanted) else None


def find_damaged_current(settings: Settings) -> list[Finding]:
    """Return what is wrong with the published file, its note and the link to its folder."""
    path, releases = settings.current_path, list_releases(settings.releases_dir)
    if not path.exists():
        if not releases:
            return []
        told = "the published file is gone"
        return [Finding("published", name(settings, path), told, "repair", REPAIR)]
    found = []
    note = read_current_note(settings)
    if get_wal_path(settings).exists():
        told = "a client that wrote to the published file left this beside it; readers see its rows"
        found.append(
            Finding("published", name(settings, get_wal_path(settings)), told, "repair", REPAIR)
        )
    elif not note.get("release_id"):
        told = "nothing says which release is the current one"
        found.append(Finding("published", CURRENT_NOTE, told, "repair", REPAIR))
    elif not is_untouched(settings, note):
        told = "the published file is not what was put there"
        found.append(Finding("published", name(settings, path), told, "repair", REPAIR))
    elif note.get("publishing"):
        told = f"release {note['publishing']} was on its way when its run ended"
        found.append(Finding("published", CURRENT_NOTE, told, "repair", REPAIR))
    if not found and read_latest(settings) != read_current_id(settings):
        told = "leads to another release than the published one"
        found.append(Finding("published", "latest", told, "repair", REPAIR))
    return found


def find_dead_lock(settings: Settings) -> list[Finding]:
    """Return the note of a holder that is gone: its run was killed."""
    path = get_holder_path(settings.lock_path)
    if not path.exists() or is_held(settings.lock_path) or find_live_holder(settings.lock_path):
        return []
    told = "a run ended without a word: its process is gone and the lock is free"
    return [Finding("dead_run", name(settings, path), told, "repair", REPAIR)]


def find_wrong_clock(settings: Settings) -> list[Finding]:
    """Return a current release of a day that has not come: this clock or that one is wrong."""
    current = read_current_id(settings)
    manifest = read_manifest_file(settings.releases_dir / (current or "none"))
    if manifest is None or manifest.as_of <= today_utc():
        return []
    return [
        Finding(
            "clock", CURRENT_NOTE,
            f"the current release is as of {manifest.as_of}, and this clock says {today_utc()}",
            "person",
            "set the clock right; if it was wrong when the release was made: "
            "compute-balance repair --clock",
        )
    ]  # fmt: skip
