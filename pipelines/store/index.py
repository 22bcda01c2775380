"""Digests of a warehouse's files, asked again only where a file was touched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.base.files import hash_file
from pipelines.base.settings import Settings
from pipelines.ingest.whole_files import get_state


@dataclass(frozen=True)
class Index:
    """By path: what the file system said of a file, and the digest that it had then."""

    entries: dict[str, tuple[list[int], str]] = field(default_factory=dict)

    @property
    def digests(self) -> dict[str, str]:
        """The digest of each file by its path."""
        return {name: sha256 for name, (_, sha256) in self.entries.items()}

    def find_damaged(self, folder: str) -> set[str]:
        """Return the files below a folder whose digest is not their name."""
        return {
            name
            for name, sha256 in self.digests.items()
            if name.startswith(folder) and name.rpartition("/")[2] != sha256
        }

    def to_mapping(self) -> dict[str, list]:
        """Return what is kept of it."""
        return {name: [*state, sha256] for name, (state, sha256) in self.entries.items()}

    @classmethod
    def from_mapping(cls, content: Any) -> Index:
        """Return the index that was kept; an empty one where it is something else."""
        found = content if isinstance(content, dict) else {}
        rows = {name: row for name, row in found.items() if isinstance(row, list) and row}
        return cls({name: (row[:-1], str(row[-1])) for name, row in rows.items()})


def read_index(settings: Settings, paths: Iterable[Path], known: Index) -> Index:
    """Return the digests of files, of those that were not touched as they were known."""
    entries = {}
    for path in paths:
        name, state = path.relative_to(settings.warehouse_dir).as_posix(), get_state(path)
        before = known.entries.get(name)
        is_same = before is not None and before[0] == state
        entries[name] = before if is_same and before else (state, hash_file(path))
    return Index(entries)
