"""The ledger: the outlook of each release is kept by its hash, so that it can be scored later.

An outlook that is kept is never written again, and outlives the release that made it.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.base.files import get_temporary_path, replace_file
from pipelines.base.settings import Settings
from pipelines.base.sql import quote_text
from pipelines.build.kept_outlooks import OUTLOOK_COLUMNS, get_outlooks_dir, select_named
from pipelines.release.ledger import find_damaged_outlooks, note_digests
from pipelines.release.manifest import Manifest, list_releases

MART = "fct_outlook"
READ_ONLY = 0o444


def keep_outlooks(settings: Settings) -> list[Path]:
    """Keep the outlook of every release that is not kept yet, oldest first.

    A release whose outlook has the hash of a kept one adds nothing: the day on which it was first
    said stands. Run before and after a release, it also makes up for a run that was killed.

    Returns:
        The files that were written now.
    """
    folder = get_outlooks_dir(settings)
    set_aside_damaged(settings)
    written = []
    for manifest in reversed(list_releases(settings.releases_dir)):
        source = settings.releases_dir / manifest.release_id / "marts" / f"{MART}.parquet"
        mark = manifest.table_hashes.get(MART)
        if not mark or not manifest.rows.get(MART) or not source.exists():
            continue
        if any(folder.glob(f"*-{mark[:16]}.parquet")):
            continue
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{manifest.as_of.isoformat()}-{mark[:16]}.parquet"
        _write_outlook(source, target, manifest, mark)
        written.append(target)
    note_digests(settings, {path.name for path in written})
    return written


def set_aside_damaged(settings: Settings) -> list[Path]:
    """Move kept outlooks that were altered out of every build's sight, into `damaged/`.

    One whose release is kept is written again by `keep_outlooks`; another comes back from a backup.

    Returns:
        The outlooks that are missing now.
    """
    damaged = find_damaged_outlooks(settings)
    for path in damaged:
        if path.exists():
            aside = path.parent / "damaged" / path.name
            aside.parent.mkdir(exist_ok=True)
            path.replace(aside)
    return damaged


def _write_outlook(source: Path, target: Path, manifest: Manifest, mark: str) -> None:
    """Copy the rows of a release's outlook, with what tells which outlook it is."""
    temporary = get_temporary_path(target)
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            f"copy (select {quote_text(target.stem)} as outlook_id, "
            f"{quote_text(mark)} as content_hash, "
            f"{quote_text(manifest.release_id)} as release_id, "
            f"date '{manifest.as_of}' as as_of, "
            f"date '{manifest.created_at.date()}' as made_on, * "
            f"from ({select_named([source], OUTLOOK_COLUMNS)})) "
            f"to {quote_text(str(temporary))} (format parquet, compression zstd)"
        )
    temporary.chmod(READ_ONLY)
    replace_file(temporary, target)
