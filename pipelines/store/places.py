"""Places that keep contents by name: a folder here; object storage in `s3.py` keeps the same ones.

A content is written whole or not at all. What the contents mean belongs in `snapshots.py`.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

from pipelines.base.errors import BackupError, ComputeBalanceError
from pipelines.base.files import get_temporary_path, hash_file, replace_file, write_bytes


class Place(Protocol):
    """What a place for contents can do; keys are paths with slashes, relative to the place."""

    @property
    def address(self) -> str:
        """The place as a person names it."""

    @property
    def workers(self) -> int:
        """How many contents may be on their way at once."""

    @property
    def fault(self) -> type[ComputeBalanceError]:
        """The error that says what is wrong with the place."""

    def list_keys(self, prefix: str) -> dict[str, int]:
        """Return the keys that begin with a prefix, with the bytes of each."""

    def has(self, key: str) -> bool:
        """Tell whether there is a content under a key."""

    def put_file(self, key: str, path: Path, sha256: str) -> None:
        """Keep a file, which must have the digest."""

    def get_file(self, key: str, path: Path) -> str:
        """Write a content to a file and return its SHA-256.

        Raises:
            FileNotFoundError: there is none.
        """

    def read(self, key: str) -> bytes | None:
        """Return a small content; None where there is none."""

    def write(self, key: str, content: bytes) -> None:
        """Keep a small content, in the place of what was there."""

    def delete(self, key: str) -> None:
        """Remove a content; nothing happens where there is none."""


class FolderPlace:
    """A folder on a disk of this machine."""

    workers = 1
    fault = BackupError

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = str(folder)

    def list_keys(self, prefix: str) -> dict[str, int]:
        """Return the files whose path begins with a prefix, with the bytes of each."""
        found = sorted(path for path in self.folder.rglob("*") if path.is_file())
        names = {path.relative_to(self.folder).as_posix(): path for path in found}
        return {n: p.stat().st_size for n, p in names.items() if n.startswith(prefix)}

    def has(self, key: str) -> bool:
        """Tell whether there is a file."""
        return (self.folder / key).is_file()

    def put_file(self, key: str, path: Path, sha256: str) -> None:
        """Copy a file to its place, and see that the copy has its digest.

        Raises:
            BackupError: the copy is another one than the file.
        """
        target = self.folder / key
        temporary = get_temporary_path(target)
        try:
            shutil.copyfile(path, temporary)
            if hash_file(temporary) != sha256:
                raise BackupError(f"{path}: the copy differs from what its digest promises")
            replace_file(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)

    def get_file(self, key: str, path: Path) -> str:
        """Copy a file from its place; see `Place`."""
        shutil.copyfile(self.folder / key, path)
        return hash_file(path)

    def read(self, key: str) -> bytes | None:
        """Return the bytes of a file; None where there is none."""
        path = self.folder / key
        return path.read_bytes() if path.is_file() else None

    def write(self, key: str, content: bytes) -> None:
        """Write a file in one step."""
        write_bytes(self.folder / key, content)

    def delete(self, key: str) -> None:
        """Remove a file, if it is there."""
        (self.folder / key).unlink(missing_ok=True)


def open_place(address: str) -> Place:
    """Return the place that an address names: `s3://bucket/prefix`, or a folder.

    Raises:
        StoreFault: the address names no bucket, or the keys for it are not set.
    """
    if address.startswith("s3://"):
        from pipelines.store.s3 import open_bucket

        return open_bucket(address)
    return FolderPlace(Path(address))
