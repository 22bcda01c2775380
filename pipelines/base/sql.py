"""Quoting for SQL text; values that come from data are bound as parameters instead."""

from __future__ import annotations


def quote_name(name: str) -> str:
    """Return an SQL identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(value: str) -> str:
    """Return an SQL string literal."""
    return "'" + value.replace("'", "''") + "'"
