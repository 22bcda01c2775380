"""Documents whose change somebody has accepted: who, when and why; bounds do not stop them.

The note stands beside those of withdrawn documents. What a bound is belongs in `ingest/drift.py`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pipelines.archive.documents import Archive
from pipelines.base.files import read_kept_mapping, write_kept_json


@dataclass(frozen=True)
class Acceptance:
    """Who accepted a document in spite of its change, when and why."""

    sha256: str
    by: str
    reason: str
    at: datetime


def list_accepted(archive: Archive, source_id: str) -> dict[str, Acceptance]:
    """Return by SHA-256 the documents of a source whose change was accepted."""
    content = read_kept_mapping(_get_path(archive, source_id))
    return {
        sha256: Acceptance(sha256, item["by"], item["reason"], datetime.fromisoformat(item["at"]))
        for sha256, item in content.items()
    }


def accept_document(archive: Archive, source_id: str, acceptance: Acceptance) -> None:
    """Keep for the record that a document is used in spite of its change."""
    accepted = list_accepted(archive, source_id) | {acceptance.sha256: acceptance}
    content = {key: asdict(item) for key, item in accepted.items()}
    write_kept_json(_get_path(archive, source_id), content)


def _get_path(archive: Archive, source_id: str) -> Path:
    return archive.folder / "accepted" / f"{source_id}.json"
