"""A document's bytes as plain files: gzip and ZIP unpacked, within bounds, every fault by name.

Files that are made on the way lie in a folder of the caller's. What the files say belongs in the
readers.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pipelines.base.errors import DocumentFault
from pipelines.contracts.reading import Reader

PART_BYTES = 1_048_576
MAX_MEMBERS = 100_000


@dataclass(frozen=True)
class PlainFile:
    """One unpacked file, with the name that it has in its archive (or None)."""

    path: Path
    member: str | None
    label: str


def unpack(path: Path, reader: Reader, label: str, folder: Path, limit: int) -> list[PlainFile]:
    """Return the files of a document that hold a table's rows.

    Args:
        path: the archived bytes.
        reader: how they are packed, and which members count.
        label: how to call the document.
        folder: where unpacked files are written.
        limit: how many bytes they may have in all.

    Returns:
        One file; for `members` all that match, in the order of their names.

    Raises:
        DocumentFault: the packing is broken, encrypted or too large, or no member (or more than
            one) matches.
    """
    if reader.packed == "none":
        return [PlainFile(path, None, label)]
    if reader.packed == "gzip":
        target = folder / "unpacked"
        with target.open("wb") as file:
            for part in _bound(_read_gzip(path, label), limit, label):
                file.write(part)
        return [PlainFile(target, None, label)]
    return list(_unpack_members(path, reader, label, folder, limit))


def read_members(content_path: Path, label: str) -> zipfile.ZipFile:
    """Open a ZIP archive.

    Raises:
        DocumentFault: the file is none, or names a member twice.
    """
    try:
        archive = zipfile.ZipFile(content_path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DocumentFault(f"{label}: found no ZIP archive ({error}); expected one") from error
    names = [item.filename for item in archive.infolist()]
    repeated = sorted({name for name in names if names.count(name) > 1}) if _twice(names) else []
    if repeated or len(names) > MAX_MEMBERS:
        found = f"two members called {repeated[0]!r}" if repeated else f"{len(names):,} members"
        raise DocumentFault(f"{label}: found {found} in the ZIP archive; expected each once")
    return archive


def _twice(names: list[str]) -> bool:
    return len(set(names)) != len(names)


def _unpack_members(
    path: Path, reader: Reader, label: str, folder: Path, limit: int
) -> Iterator[PlainFile]:
    with read_members(path, label) as archive:
        files = sorted(name for name in archive.namelist() if not name.endswith("/"))
        pattern = reader.member or reader.members or "*"
        found = [name for name in files if fnmatchcase(name, pattern)]
        if not found or (len(found) > 1 and not reader.members):
            shown = ", ".join((found or files)[:10]) or "no file"
            expected = f"one or more files {pattern!r}" if reader.members else f"one {pattern!r}"
            raise DocumentFault(
                f"{label}: found {len(found)} members that match ({shown}); expected {expected}"
            )
        left = limit
        for number, name in enumerate(found):
            target = folder / f"member-{number}"
            member_label = f"{label}: {name}"
            with target.open("wb") as file:
                for part in _bound(_read_member(archive, name, member_label), left, member_label):
                    file.write(part)
            left -= target.stat().st_size
            yield PlainFile(target, name, member_label)


def _read_gzip(path: Path, label: str) -> Iterator[bytes]:
    try:
        with gzip.open(path) as file:
            while part := file.read(PART_BYTES):
                yield part
    except (OSError, EOFError, zlib.error) as error:
        raise DocumentFault(
            f"{label}: not readable as gzip: {error}; expected a whole compressed file"
        ) from error


def _read_member(archive: zipfile.ZipFile, name: str, label: str) -> Iterator[bytes]:
    try:
        with archive.open(name) as file:
            while part := file.read(PART_BYTES):
                yield part
    except (
        zipfile.BadZipFile, OSError, EOFError, zlib.error, RuntimeError, NotImplementedError,
        ValueError,
    ) as error:  # fmt: skip
        # an encrypted member is told as a RuntimeError
        raise DocumentFault(
            f"{label}: the member cannot be read: {error}; expected a whole one without a password"
        ) from error


def _bound(parts: Iterator[bytes], limit: int, label: str) -> Iterator[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > limit:
            raise DocumentFault(
                f"{label}: unpacks to more than {limit:,} bytes; expected less (setting "
                "unpacked_limit)"
            )
        yield part
