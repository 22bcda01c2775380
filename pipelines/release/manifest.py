"""The manifest of a release: everything that says what it is, readable without opening it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path

from pipelines.base.files import read_mapping, write_json

MANIFEST_FILE = "manifest.json"
# Version of the published tables and columns: additions are minor, removals major.
CONTRACT_VERSION = "1.6.0"


@dataclass(frozen=True)
class Manifest:
    """Identity, content, inputs and checks of one release.

    `fingerprint` covers code, models, checks, documents and settings. While it is the same, a run
    between `as_of` and `next_change_on` (exclusive) would build the same tables.
    """

    release_id: str
    created_at: datetime
    as_of: date
    code_version: str
    contract_version: str
    content_hash: str
    fingerprint: str
    next_change_on: date | None
    run_id: str
    rows: dict[str, int] = field(default_factory=dict)
    table_hashes: dict[str, str] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=dict)
    empty_tables: list[str] = field(default_factory=list)
    checks: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    documents: list[dict] = field(default_factory=list)
    stages: list[dict] = field(default_factory=list)
    # the how manieth release of this warehouse it is; what a clock says orders none
    number: int = 0
    # of the database beside it, so that no single damaged file can accuse or clear it
    database_sha256: str = ""

    def covers(self, as_of: date) -> bool:
        """Tell whether a build of that day would see the same rows as this release."""
        if as_of < self.as_of:
            return False
        return self.next_change_on is None or as_of < self.next_change_on


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into a release's folder."""
    write_json(folder / MANIFEST_FILE, asdict(manifest))


def read_manifest_file(folder: Path) -> Manifest | None:
    """Read the manifest of a release's folder; None if there is none, or it is damaged."""
    content = read_mapping(folder / MANIFEST_FILE)
    try:
        content["created_at"] = datetime.fromisoformat(content["created_at"])
        content["as_of"] = date.fromisoformat(content["as_of"])
        if content["next_change_on"]:
            content["next_change_on"] = date.fromisoformat(content["next_change_on"])
        return Manifest(**content)
    except (KeyError, TypeError, ValueError):
        return None


def list_releases(releases_dir: Path) -> list[Manifest]:
    """Return the kept releases, the one made last first, whatever its clock said.

    A folder without a manifest that can be read is none; `compute-balance repair` mends it.
    """
    folders = releases_dir.iterdir() if releases_dir.exists() else []
    found = [read_manifest_file(folder) for folder in folders if folder.is_dir()]
    kept = [manifest for manifest in found if manifest is not None]
    return sorted(kept, key=lambda manifest: (manifest.number, manifest.release_id), reverse=True)
