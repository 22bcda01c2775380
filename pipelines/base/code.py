"""What code says to a machine: hashes of Python and SQL that comments and layout do not change."""

import ast
import platform
import re
from pathlib import Path

from pipelines.base.files import hash_bytes, read_mapping, write_json

# Runs of blanks and comments in SQL with Jinja count as one blank. What is quoted stays as it is,
# and so does a comment of SQL in which dbt would run something.
_SQL_PART = re.compile(
    r"""
    (?P<gap> (?: \s+ | \{\#.*?\#\} | --(?![^\n]*\{[{%])[^\n]* | /\*(?:(?!\*/|\{[{%]).)*\*/ )+ )
    | '[^']*' | "[^"]*" | --[^\n]* | /\*.*?\*/
    """,
    re.DOTALL | re.VERBOSE,
)


# what Python says by the digest of its bytes: to find it out anew takes a run most of a second
_known: dict[str, str] = {}
_used: dict[str, str] = {}


def hash_code(paths: list[Path], root: Path) -> str:
    """Return one SHA-256 over names (relative to `root`) and meaning of files, in name order.

    Comments, docstrings and line breaks of Python count for nothing, nor do comments and blanks of
    SQL. Files of other kinds count byte by byte.
    """
    lines = [f"{path.relative_to(root)} {hash_bytes(read_meaning(path))}" for path in sorted(paths)]
    return hash_bytes("\n".join(lines).encode())


def read_meaning(path: Path) -> bytes:
    """Return what a file says to a machine; files that do the same may still differ in it."""
    if path.suffix == ".py":
        return _read_python(path.read_bytes())
    if path.suffix == ".sql":
        return _SQL_PART.sub(_shorten, path.read_text(encoding="utf-8")).strip().encode()
    return path.read_bytes()


def recall_meanings(path: Path) -> None:
    """Take over what an earlier process found out; a file that somebody altered holds nothing."""
    kept = read_mapping(path)
    meanings = kept.get("meanings")
    if isinstance(meanings, dict) and kept == _seal(meanings):
        for key, value in meanings.items():
            _known.setdefault(key, value)


def keep_meanings(path: Path) -> None:
    """Write down for the next process what this one used, unless that stands there already."""
    sealed = _seal(_used)
    if read_mapping(path) != sealed:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, sealed)


def _seal(meanings: dict[str, str]) -> dict[str, object]:
    """Return meanings with the digest that tells whether somebody altered them."""
    return {"meanings": meanings, "sha256": hash_bytes(str(sorted(meanings.items())).encode())}


def _read_python(source: bytes) -> bytes:
    # another Python may write the same tree in another way
    key = f"{platform.python_version()} {hash_bytes(source)}"
    if key not in _known:
        _known[key] = _parse_python(source).decode()
    _used[key] = _known[key]
    return _known[key].encode()


def _parse_python(source: bytes) -> bytes:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        # no Python yet: its bytes count, and whoever imports it says what is wrong
        return hash_bytes(source).encode()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
    return hash_bytes(ast.dump(tree).encode()).encode()


def _shorten(part: re.Match[str]) -> str:
    return " " if part["gap"] else part.group()
