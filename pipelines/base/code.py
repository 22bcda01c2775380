"""What code says to a machine: hashes of Python and SQL that comments and layout do not change."""

import ast
import re
from functools import lru_cache
from pathlib import Path

from pipelines.base.files import hash_bytes

# Runs of blanks and comments in SQL with Jinja count as one blank. What is quoted stays as it is,
# and so does a comment of SQL in which dbt would run something.
_SQL_PART = re.compile(
    r"""
    (?P<gap> (?: \s+ | \{\#.*?\#\} | --(?![^\n]*\{[{%])[^\n]* | /\*(?:(?!\*/|\{[{%]).)*\*/ )+ )
    | '[^']*' | "[^"]*" | --[^\n]* | /\*.*?\*/
    """,
    re.DOTALL | re.VERBOSE,
)


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


@lru_cache(maxsize=512)
def _read_python(source: bytes) -> bytes:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        # no Python yet: its bytes count, and whoever imports it says what is wrong
        return source
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
    return hash_bytes(ast.dump(tree).encode()).encode()


def _shorten(part: re.Match[str]) -> str:
    return " " if part["gap"] else part.group()
