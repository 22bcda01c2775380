"""Writing files so that a crash leaves either the old state or the new one, never half of one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

TEMPORARY_MARK = ".writing-"


def get_temporary_path(path: Path) -> Path:
    """Return a sibling of `path` to write to before `replace_file` moves it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f"{path.name}{TEMPORARY_MARK}{os.getpid()}")


def replace_file(temporary: Path, path: Path) -> None:
    """Flush `temporary` to disk and rename it to `path` in one step."""
    with temporary.open("rb") as handle:
        os.fsync(handle.fileno())
    temporary.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file atomically."""
    temporary = get_temporary_path(path)
    temporary.write_bytes(content)
    replace_file(temporary, path)


def write_json(path: Path, content: object) -> None:
    """Write a JSON file atomically, keys in the order given, days and paths as text."""
    text = json.dumps(content, indent=1, ensure_ascii=False, default=str)
    write_bytes(path, (text + "\n").encode())


def remove_leftovers(folder: Path) -> int:
    """Delete what a killed process was still writing; returns how many files went.

    Only call while holding the run lock: a running process owns its temporary files.
    """
    leftovers = sorted(folder.rglob(f"*{TEMPORARY_MARK}*")) if folder.exists() else []
    for path in leftovers:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return len(leftovers)


def hash_bytes(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal, whatever its size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_files(paths: list[Path], root: Path) -> str:
    """Return one SHA-256 over names (relative to `root`) and contents of files, in name order."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
