"""Whether a release is what was written: every file against `SHA256SUMS`, the database first.

A release's folder can mend itself as long as its database is whole: every other file is made from
it. Mending belongs in `mend.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from pipelines.base.files import hash_file
from pipelines.base.sql import quote_text
from pipelines.release.content import Mart, hash_mart
from pipelines.release.exports import CHECKSUMS, OPEN_FOLDER
from pipelines.release.manifest import MANIFEST_FILE, read_manifest_file

DATABASE_FILE = "compute_balance.duckdb"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def read_sums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a release by its path; empty if the list is damaged."""
    try:
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    found = [_LINE.fullmatch(line) for line in lines]
    sums = {match[2]: match[1] for match in found if match}
    # a list that was cut lacks its end; each release has a manifest and a database
    whole = len(sums) == len(lines) and {DATABASE_FILE, MANIFEST_FILE} <= sums.keys()
    return sums if whole else {}


def find_damaged_files(folder: Path) -> list[str]:
    """Return the files of a release that are missing or not what was written, by their paths.

    The list of digests itself stands among them where it is missing, cut or something else. Files
    of an open edition are judged by the list in its own folder.
    """
    sums = read_sums(folder)
    if not sums:
        return [CHECKSUMS]
    return [name for name, sha256 in sums.items() if not has_digest(folder / name, sha256)]


def has_digest(path: Path, sha256: str) -> bool:
    """Tell whether there is a file with the bytes of a digest."""
    return path.is_file() and hash_file(path) == sha256


def is_database_whole(folder: Path) -> bool:
    """Tell whether the database of a release is what was written.

    The list of digests and the manifest both name its digest: either may be damaged, so one that
    agrees clears it. Where there is no list and an older manifest names none, its tables must have
    the hashes that the manifest names.
    """
    path, sums = folder / DATABASE_FILE, read_sums(folder)
    if not path.is_file():
        return False
    found = hash_file(path)
    if found == sums.get(DATABASE_FILE):
        return True
    manifest = read_manifest_file(folder)
    if manifest is None:
        return False
    if sums or manifest.database_sha256:
        return found == manifest.database_sha256
    try:
        hashes = hash_tables(path)
    except duckdb.Error:
        return False
    return bool(hashes) and all(
        manifest.table_hashes.get(name) == value for name, value in hashes.items()
    )


def list_database_digests(folder: Path) -> set[str]:
    """Return the digests that a release names of its database; of two one is damaged."""
    manifest = read_manifest_file(folder)
    named = {read_sums(folder).get(DATABASE_FILE, "")}
    if manifest is not None:
        named.add(manifest.database_sha256)
    return named - {""}


def hash_tables(database: Path) -> dict[str, str]:
    """Return the content hash of each mart of a release's database that is a table.

    Raises:
        duckdb.Error: the file is no database, or a block of it is damaged.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set enable_progress_bar = false")
        name = database.stem
        keys = dict(
            connection.execute(
                "select table_name, key_columns from meta.table_key where schema_name = 'marts'"
            ).fetchall()
        )
        found = connection.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns() "
            "inner join duckdb_tables() using (database_name, schema_name, table_name) "
            f"where database_name = {quote_text(name)} and schema_name = 'marts' "
            "group by all order by all"
        ).fetchall()
        marts = [Mart(t, tuple(keys[t].split(", ")), tuple(columns)) for t, columns in found]
        return {mart.name: hash_mart(connection, name, mart) for mart in marts}


def list_release_folders(folder: Path) -> list[Path]:
    """Return the folders of releases (or of earlier days) below a folder, by name."""
    if not folder.exists():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_dir() and ".writing-" not in path.name and path.name != OPEN_FOLDER
    )
