"""Mending a release's folder from what is whole in it: its database makes all its other files."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipelines.base.files import get_temporary_path, hash_file, replace_file
from pipelines.base.rows import fetch_dicts
from pipelines.release.descriptors import write_descriptors
from pipelines.release.exports import CHECKSUMS, OPEN_FOLDER, write_checksums, write_exports
from pipelines.release.manifest import (
    MANIFEST_FILE,
    Manifest,
    list_releases,
    read_manifest_file,
    write_manifest,
)
from pipelines.release.open_release import write_open_edition
from pipelines.release.whole import (
    DATABASE_FILE,
    find_damaged_files,
    has_digest,
    hash_tables,
    is_database_whole,
    list_database_digests,
    read_sums,
)

READ_ONLY = 0o444


def mend_release(folder: Path, spares: Iterable[Path] = ()) -> list[str]:
    """Make the damaged files of a release again.

    Args:
        folder: the release's.
        spares: files that may be copies of its database.

    Returns:
        What was made again, by its path in the folder; nothing where the folder is whole, or where
        its database is damaged and no copy of it is whole.
    """
    damaged = find_damaged_files(folder)
    if not damaged:
        return mend_open_edition(folder)
    mended = []
    if not is_database_whole(folder):
        if not _take_spare(folder, spares):
            return []
        mended.append(DATABASE_FILE)
    if read_manifest_file(folder) is None or (
        MANIFEST_FILE in damaged and _is_list_right(folder, damaged)
    ):
        write_manifest(folder, rebuild_manifest(folder))
        mended.append(MANIFEST_FILE)
    others = [name for name in damaged if name not in (DATABASE_FILE, MANIFEST_FILE, CHECKSUMS)]
    if others or CHECKSUMS in damaged:
        mended += _export_again(folder)
    if find_damaged_files(folder):
        write_checksums(folder)
        mended.append(CHECKSUMS)
    return sorted(set(mended)) + mend_open_edition(folder)


def _is_list_right(folder: Path, damaged: list[str]) -> bool:
    """Tell whether the list of digests is right of the database, so that it accuses with reason."""
    sums = read_sums(folder)
    return bool(sums) and DATABASE_FILE not in damaged


def _take_spare(folder: Path, spares: Iterable[Path]) -> bool:
    """Put a whole copy of the database in the place of a damaged one."""
    wanted = list_database_digests(folder)
    for spare in spares:
        if any(has_digest(spare, sha256) for sha256 in wanted):
            temporary = get_temporary_path(folder / DATABASE_FILE)
            shutil.copyfile(spare, temporary)
            temporary.chmod(READ_ONLY)
            replace_file(temporary, folder / DATABASE_FILE)
            return True
    return False


def _export_again(folder: Path) -> list[str]:
    """Write Parquet, CSV and papers from the database; put in place those that differ."""
    staged = get_temporary_path(folder.with_name(f"{folder.name}-again"))
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    changed = []
    try:
        shutil.copyfile(folder / DATABASE_FILE, staged / DATABASE_FILE)
        database = staged / DATABASE_FILE
        write_descriptors(staged, database, write_exports(staged, database))
        for path in sorted(p for p in staged.rglob("*") if p.is_file()):
            name = path.relative_to(staged)
            target = folder / name
            if str(name) == DATABASE_FILE or (
                target.is_file() and target.read_bytes() == path.read_bytes()
            ):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, target)
            changed.append(str(name))
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return changed


def mend_open_edition(folder: Path) -> list[str]:
    """Make the open edition of a release again, where there is one and it is damaged."""
    edition = folder / OPEN_FOLDER
    if not edition.exists() or not find_damaged_open_files(folder):
        return []
    shutil.rmtree(edition)
    write_open_edition(folder, folder / DATABASE_FILE)
    return [f"{OPEN_FOLDER}/"]


def find_damaged_open_files(folder: Path) -> list[str]:
    """Return what is damaged of the open edition of a release; nothing where there is none."""
    edition = folder / OPEN_FOLDER
    if not edition.exists():
        return []
    listed = edition / CHECKSUMS
    try:
        lines = listed.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return [f"{OPEN_FOLDER}/{CHECKSUMS}"]
    wrong = []
    for line in lines:
        sha256, _, name = line.partition("  ")
        if not has_digest(edition / name, sha256):
            wrong.append(f"{OPEN_FOLDER}/{name}")
    return wrong if lines else [f"{OPEN_FOLDER}/{CHECKSUMS}"]


def rebuild_manifest(folder: Path) -> Manifest:
    """Return the manifest of a release as its database tells it.

    What only the manifest knew is left empty: the fingerprint and the next day of change, so that
    the next run builds anew instead of trusting it.

    Raises:
        duckdb.Error: the database cannot be read.
    """
    path = folder / DATABASE_FILE
    with duckdb.connect(str(path), read_only=True) as connection:
        (release,) = fetch_dicts(connection, "select * from meta.release")
        created_at = release["created_at"]
        runs = fetch_dicts(
            connection,
            "select run_id, stage, started_at, seconds, peak_mib, status from meta.run "
            "order by started_at",
        )
        keys = fetch_dicts(
            connection,
            "select table_name, key_columns from meta.table_key where schema_name = 'marts'",
        )
        checks = fetch_dicts(
            connection,
            "select check_name, severity, passed, observed from meta.quality_result",
        )
        documents = fetch_dicts(
            connection,
            "select source_id, sha256, address, status, sum(rows_accepted)::bigint as "
            "rows_accepted, sum(rows_quarantined)::bigint as rows_quarantined from meta.document "
            "group by all order by all",
        )
        rows = {
            key["table_name"]: connection.execute(
                f'select count(*) from marts."{key["table_name"]}"'
            ).fetchall()[0][0]
            for key in keys
        }
    bad = [check for check in checks if not check["passed"]]
    earlier = [m.number for m in list_releases(folder.parent) if m.created_at <= created_at]
    return Manifest(
        release_id=release["release_id"],
        created_at=created_at,
        as_of=release["as_of"],
        code_version=release["code_version"],
        contract_version=release["contract_version"],
        content_hash=release["content_hash"],
        fingerprint="",
        next_change_on=None,
        run_id=runs[-1]["run_id"] if runs else "",
        rows=rows,
        table_hashes=hash_tables(path),
        keys={key["table_name"]: key["key_columns"].split(", ") for key in keys},
        empty_tables=[name for name, count in rows.items() if count == 0],
        checks={
            "passed": len(checks) - len(bad),
            "warned": sum(check["severity"] != "error" for check in bad),
            "failed": sum(check["severity"] == "error" for check in bad),
        },
        warnings=[f"{check['check_name']}: {check['observed']}" for check in bad],
        documents=documents,
        stages=[{k: v for k, v in run.items() if k != "run_id"} for run in runs],
        number=max(earlier, default=0),
        database_sha256=hash_file(path),
    )
