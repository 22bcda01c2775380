"""Publishing an audited build: copy, check, rename; the published file is never written in place.

A release is a folder `releases/ID/` (database, Parquet, CSV, descriptions, checksums, manifest). It
becomes the current one when a copy of its database replaces `compute_balance.duckdb` in one step,
and `latest` leads to its folder in another. A crash in between is mended by the next run
(`complete_publication`). Which release is the current one is written
down (`current.json`), so that nobody who holds the published file open stands in the way.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.base.errors import ReleaseError
from pipelines.base.files import (
    TEMPORARY_MARK,
    get_temporary_path,
    hash_file,
    replace_file,
    write_json,
)
from pipelines.base.rows import fetch_value
from pipelines.base.settings import Settings
from pipelines.base.sql import quote_name, quote_text
from pipelines.build.models import read_manifest
from pipelines.build.register import open_build
from pipelines.ingest.whole_files import get_state
from pipelines.release.bridges import SCHEMAS, copy_companions, list_companions
from pipelines.release.content import Mart, copy_comments, sum_mart
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
from pipelines.release.meta_tables import META_TABLES

# What the oldest supported client (DuckDB 1.1) reads; tried with clients up to 2.0.
STORAGE_VERSION = "v1.0.0"
# Bytes of a block. Most tables are small: blocks of the usual 262,144 stand half empty, and the
# file is twice as large. Tried with clients from 1.1 to 2.0 too.
BLOCK_SIZE = 65_536
DATABASE_FILE = "compute_balance.duckdb"
ROLLBACK_FILE = "rollback.json"
CURRENT_NOTE = "current.json"
READ_ONLY = 0o444
# row count and order-free checksum of each mart by name
Sums = dict[str, tuple[int, int]]


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
    _note_current(settings, read_current_id(settings), manifest.release_id)
    _write_release(settings, folder, marts, manifest, sums)
    _make_current(settings, folder)
    _get_rollback_path(settings).unlink(missing_ok=True)
    prune_releases(settings)
    return Publication(settings.current_path, folder, manifest)


def publish_as_of(
    settings: Settings, marts: list[Mart], manifest: Manifest, sums: Sums
) -> Publication:
    """Publish a build of an earlier day beside the current release, never in its place."""
    folder = settings.as_of_dir / manifest.as_of.isoformat()
    staged = get_temporary_path(folder)
    _write_release(settings, staged, marts, manifest, sums)
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
) -> None:
    staged = folder if TEMPORARY_MARK in folder.name else get_temporary_path(folder)
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    copy_database(settings, staged / DATABASE_FILE, marts)
    _check_copy(staged / DATABASE_FILE, marts, sums)
    (staged / DATABASE_FILE).chmod(READ_ONLY)
    write_descriptors(staged, staged / DATABASE_FILE, write_exports(staged, staged / DATABASE_FILE))
    write_manifest(staged, manifest)
    write_checksums(staged)
    if staged != folder:
        staged.rename(folder)


def copy_database(settings: Settings, path: Path, marts: list[Mart]) -> None:
    """Copy marts, meta tables and what stands beside them into a file of the old storage version.

    A mart that is a view in the build is one in the copy. Rows are written in key order; comments
    go along; raw views, staging and intermediate tables stay behind.
    """
    # dbt may still hold the build file in this process: the release is attached to that connection
    connection = open_build(settings)
    build = quote_name(settings.build_path.stem)
    try:
        connection.execute(
            f"attach {quote_text(str(path))} as release "
            f"(storage_version '{STORAGE_VERSION}', block_size {BLOCK_SIZE})"
        )
        # one transaction: each table and comment on its own would be flushed to disk by itself
        connection.execute("begin")
        connection.execute("create schema release.marts; create schema release.meta")
        for mart in [mart for mart in marts if mart.query is None]:
            name = quote_name(mart.name)
            connection.execute(
                f"create table release.marts.{name} as "
                f"select * from {build}.marts.{name} order by {mart.order}"
            )
        for table in META_TABLES:
            connection.execute(
                f"create table release.meta.{table} as select * from {build}.meta.{table}"
            )
        # a view names its tables without a database: they are looked up where the view stands
        connection.execute("use release")
        for mart in order_views(marts):
            connection.execute(f"create view marts.{quote_name(mart.name)} as {mart.query}")
        connection.execute(f"use {build}")
        companions = list_companions(read_manifest(settings))
        copy_companions(connection, settings.build_path.stem, "release", companions)
        for schema in ("marts", "meta", *SCHEMAS):
            copy_comments(connection, settings.build_path.stem, "release", schema)
        connection.execute("commit")
        connection.execute("checkpoint release")
        connection.execute("detach release")
    finally:
        connection.close()


def order_views(marts: list[Mart]) -> list[Mart]:
    """Return the marts that are views, each after the views that it reads.

    Raises:
        ReleaseError: views read each other in a circle.
    """
    waiting = {mart.name: mart for mart in marts if mart.query is not None}
    ordered: list[Mart] = []
    while waiting:
        ready = [
            mart
            for mart in waiting.values()
            if not any(
                f'"marts".{quote_name(name)}' in (mart.query or "")
                for name in waiting
                if name != mart.name
            )
        ]
        if not ready:
            raise ReleaseError(f"views read each other in a circle: {', '.join(sorted(waiting))}")
        ordered += ready
        for mart in ready:
            del waiting[mart.name]
    return ordered


def _check_copy(path: Path, marts: list[Mart], sums: Sums) -> None:
    """Compare row counts and checksums of the copy with those of the audited build."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set enable_progress_bar = false")
        for mart in [mart for mart in marts if mart.query is None]:
            found = sum_mart(connection, path.stem, mart)
            if found != sums[mart.name]:
                raise ReleaseError(
                    f"{path}: marts.{mart.name} has {found[0]:,} rows with checksum {found[1]} "
                    f"after copying, the audited build has {sums[mart.name][0]:,} with "
                    f"{sums[mart.name][1]}; nothing was published"
                )


def _make_current(settings: Settings, folder: Path) -> None:
    """Put a copy of a release's database in the place of the published file, read-only."""
    temporary = get_temporary_path(settings.current_path)
    shutil.copyfile(folder / DATABASE_FILE, temporary)
    temporary.chmod(READ_ONLY)
    replace_file(temporary, settings.current_path)
    # what a client wrote to the file before would be read into this one
    _get_wal_path(settings).unlink(missing_ok=True)
    link_latest(settings, folder)
    _note_current(settings, folder.name)


def _get_wal_path(settings: Settings) -> Path:
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


def _is_untouched(settings: Settings, note: dict[str, Any]) -> bool:
    """Tell whether the published file is as it was put in place; a copy of it elsewhere is."""
    path = settings.current_path
    if not path.exists() or _get_wal_path(settings).exists():
        return False
    return note.get("state") == get_state(path) or note.get("sha256") == hash_file(path)


def _read_note(settings: Settings) -> dict[str, Any]:
    """Return the note of what is published; an empty one where there is none or it is cut."""
    try:
        note = json.loads((settings.warehouse_dir / CURRENT_NOTE).read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def read_current_id(settings: Settings) -> str | None:
    """Return the id of the release that the published file holds; None if nothing is published."""
    if not settings.current_path.exists():
        return None
    noted = _read_note(settings).get("release_id")
    if noted is not None:
        return noted
    # a warehouse that was published before there was a note
    with duckdb.connect(str(settings.current_path), read_only=True) as connection:
        return fetch_value(connection, "select release_id from meta.release")


def find_readable(settings: Settings) -> Path:
    """Return a file with the current release that nobody holds open for writing.

    That is the copy in the release's own folder; where it is gone, the published file itself.
    """
    release_id = _read_note(settings).get("release_id")
    if settings.current_path.exists() and release_id is not None:
        kept = settings.releases_dir / release_id / DATABASE_FILE
        if kept.exists():
            return kept
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
    if release_id is None:
        earlier = [
            m for m in list_releases(settings.releases_dir) if m.release_id < (current or "")
        ]
        if not earlier:
            raise ReleaseError("there is no release before the current one to go back to")
        target = earlier[0]
    else:
        target = find_release(settings, release_id)
    # `newest` tells a release made later, which ends the rollback, from those withdrawn by it
    newest = list_releases(settings.releases_dir)[0].release_id
    write_json(
        _get_rollback_path(settings),
        {"from": current, "to": target.release_id, "newest": newest, "at": at},
    )
    _note_current(settings, current, target.release_id)
    _make_current(settings, settings.releases_dir / target.release_id)
    return target


def _get_rollback_path(settings: Settings) -> Path:
    return settings.warehouse_dir / ROLLBACK_FILE


def read_rollback(settings: Settings) -> dict | None:
    """Return what was rolled back last and still holds: `from`, `to`, `newest`, `at`; or None."""
    path = _get_rollback_path(settings)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def complete_publication(settings: Settings) -> Manifest | None:
    """Finish what a killed run left: a whole release that has not become the current one.

    Returns:
        The release that was made current now; None if nothing was left to do.
    """
    kept = {manifest.release_id: manifest for manifest in list_releases(settings.releases_dir)}
    if not kept:
        return None
    note, current = _read_note(settings), read_current_id(settings)
    wanted = note.get("publishing")
    if wanted not in kept:
        # the release that was under way is not whole: what was current stays
        rollback = read_rollback(settings)
        wanted = note.get("release_id") or (rollback["to"] if rollback else None)
        wanted = wanted if wanted in kept else next(iter(kept))
    leads_there = read_latest(settings) == wanted
    if current == wanted and leads_there and _is_untouched(settings, note):
        return None
    _make_current(settings, settings.releases_dir / wanted)
    return kept[wanted] if current != wanted else None


def prune_releases(settings: Settings) -> list[str]:
    """Remove the oldest releases beyond the number to keep; never the current one."""
    current = read_current_id(settings)
    removed = []
    for manifest in list_releases(settings.releases_dir)[settings.keep_releases :]:
        if manifest.release_id != current:
            shutil.rmtree(settings.releases_dir / manifest.release_id)
            removed.append(manifest.release_id)
    return removed


def read_as_of(settings: Settings, day: date) -> Manifest | None:
    """Return the manifest of the release of an earlier day, if its database is the one it names."""
    folder = settings.as_of_dir / day.isoformat()
    manifest = read_manifest_file(folder)
    if manifest is None or not (folder / DATABASE_FILE).exists():
        return None
    with duckdb.connect(str(folder / DATABASE_FILE), read_only=True) as connection:
        found = fetch_value(connection, "select release_id from meta.release")
    return manifest if found == manifest.release_id else None
