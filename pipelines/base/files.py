"""Writing files so that a crash leaves either the old state or the new one, never half of one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

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
    try:
        temporary.write_bytes(content)
        replace_file(temporary, path)
    except OSError:
        # half a file on a full disk would keep others from being written
        temporary.unlink(missing_ok=True)
        raise


def write_json(path: Path, content: object) -> None:
    """Write a JSON file atomically, keys in the order given, days and paths as text."""
    text = json.dumps(content, indent=1, ensure_ascii=False, default=str)
    write_bytes(path, (text + "\n").encode())


def read_mapping(path: Path) -> dict[str, Any]:
    """Return a JSON file's mapping; an empty one where it is missing, cut or something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def get_twin_path(path: Path) -> Path:
    """Return the second copy of a note that nothing else could tell again."""
    return path.with_name(f"{path.name}~")


def write_kept_json(path: Path, content: object) -> None:
    """Write a note twice: what is lost of one copy is read from the other.

    The twin comes first and carries the digest of its text, so it says which of the two is right.
    """
    text = json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n"
    write_json(get_twin_path(path), {"sha256": hash_bytes(text.encode()), "text": text})
    write_bytes(path, text.encode())


def read_kept_mapping(path: Path) -> dict[str, Any]:
    """Return the mapping of a note that was written twice, from whichever copy is whole."""
    text = read_twin(path)
    if text is None:
        return read_mapping(path)
    content = json.loads(text)
    return content if isinstance(content, dict) else {}


def remove_kept(path: Path) -> None:
    """Delete both copies of a note that was written twice; the twin last, which is believed."""
    path.unlink(missing_ok=True)
    get_twin_path(path).unlink(missing_ok=True)


def read_twin(path: Path) -> str | None:
    """Return the text of a note as its twin has it; None where there is no whole twin."""
    twin = read_mapping(get_twin_path(path))
    text = twin.get("text")
    is_whole = isinstance(text, str) and hash_bytes(text.encode()) == twin.get("sha256")
    return text if is_whole else None


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
