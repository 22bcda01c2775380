"""The digests of the kept outlooks: what nobody may write again can be shown to be unchanged."""

from __future__ import annotations

from pathlib import Path

from pipelines.base.files import hash_file, read_kept_mapping, write_kept_json
from pipelines.base.settings import Settings
from pipelines.build.kept_outlooks import get_outlooks_dir

DIGESTS = "outlook_digests.json"


def get_digests_path(settings: Settings) -> Path:
    """Return the list of digests, outside the folder that nothing but outlooks stand in."""
    return settings.warehouse_dir / "data" / DIGESTS


def note_digests(settings: Settings, written: set[str]) -> None:
    """Note the digest of every kept outlook that has none yet, and of those written just now."""
    path = get_digests_path(settings)
    known = read_kept_mapping(path)
    new = {
        file.name: hash_file(file)
        for file in sorted(get_outlooks_dir(settings).glob("*.parquet"))
        if file.name not in known or file.name in written
    }
    if new:
        write_kept_json(path, dict(sorted((known | new).items())))


def find_damaged_outlooks(settings: Settings) -> list[Path]:
    """Return the kept outlooks that are gone or are not what was noted of them."""
    folder = get_outlooks_dir(settings)
    found = []
    for name, sha256 in read_kept_mapping(get_digests_path(settings)).items():
        path = folder / name
        if not path.is_file() or hash_file(path) != sha256:
            found.append(path)
    return found
