"""Whether files are still what was written: SHA-256, asked again only where a file was touched.

Hashing every file in every run would cost as much as reading them. Beside each digest stands what
the file system said of the file (size, times, inode) when it was found whole; while it says the
same, nobody wrote to the file.
"""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.base.files import hash_file, write_json


class WholeFiles:
    """Digests of files below a folder, with their state when they were last found whole."""

    def __init__(self, path: Path, root: Path) -> None:
        self.path, self.root = path, root
        self._is_changed = False
        self._states: dict[str, list] = {}
        if path.exists():
            try:
                content = json.loads(path.read_text(encoding="utf-8"))
                self._states = content if isinstance(content, dict) else {}
            except ValueError:
                # a list that was cut costs one more look at every file
                self._states = {}

    def is_whole(self, file: str, sha256: str) -> bool:
        """Tell whether a file (named relative to the root) has the bytes of a digest."""
        path = self.root / file
        try:
            state = [*get_state(path), sha256]
        except FileNotFoundError:
            return False
        if self._states.get(file) == state:
            return True
        if hash_file(path) != sha256:
            return False
        self._states[file] = state
        self._is_changed = True
        return True

    def save(self) -> None:
        """Keep the states for the next run; files that are gone are forgotten."""
        if self._is_changed:
            kept = {name: s for name, s in self._states.items() if (self.root / name).exists()}
            write_json(self.path, kept)
            self._is_changed = False


def get_state(path: Path) -> list[int]:
    """Return what tells that a file was written to: size, times of change, inode.

    Raises:
        FileNotFoundError: there is no such file.
    """
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
