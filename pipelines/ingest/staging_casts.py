"""Casts of whole columns as a document is staged: quicker than those that judge single cells.

Where one gives a value, the cast in `row_checks.py` gives the same. What it takes beside that is
told by `write_staging_oddity` or by the typed conditions of faults.
"""

from __future__ import annotations

from pipelines.base.sql import quote_name
from pipelines.contracts.model import Column
from pipelines.ingest.row_checks import has_marks, write_cast, write_underflow


def write_staging_oddity(name: str, column: Column, typed: str) -> str | None:
    """Return a condition that is true wherever `write_staging_cast` took what is no number.

    The engine's own cast knows more spellings than ours: underlines between digits, numbers so
    small that they turn into zero, and any number of blanks or zeros.
    """
    raw = quote_name(name)
    if column.type != "DOUBLE" or has_marks(column):
        return None
    return (
        f"contains({raw}, '_') or strlen({raw}) > {column.max_length} "
        f"or ({write_underflow(raw, typed)})"
    )


def write_staging_cast(name: str, column: Column) -> str:
    """Return a quicker expression for whole columns; where it gives a value, `write_cast` agrees.

    Exceptions are infinite numbers, which the typed condition of their fault finds, and what
    `write_staging_oddity` tells.
    """
    raw = quote_name(name)
    if column.type == "DOUBLE" and not has_marks(column):
        return f"try_cast({raw} as double)"
    if column.type == "BIGINT" and not has_marks(column):
        # most numbers are written as the engine writes them; only the others are looked at
        number = f"try_cast({raw} as bigint)"
        return (
            f"coalesce(case when {number}::varchar = {raw} then {number} end, "
            f"{_write_short_cast(name, column)})"
        )
    if column.type == "BOOLEAN":
        # most flags are written so, and a word is quicker told than turned to small letters
        return (
            f"case when {raw} = 'true' then true when {raw} = 'false' then false "
            f"else {write_cast(name, column)} end"
        )
    if column.type == "DATE" and not column.format:
        # the engine's own reading of days knows more spellings than ours: let it have ours alone
        is_plain = f"{raw} like '____-__-__' and {raw} >= '1' and not contains({raw}, ' ')"
        return (
            f"coalesce(case when {is_plain} then try_cast({raw} as date) end, "
            f"{_write_short_cast(name, column)})"
        )
    return _write_short_cast(name, column)


def _write_short_cast(name: str, column: Column) -> str:
    """Return the cast of a cell that is not too long; others, padded with blanks or zeros, fail."""
    if column.type == "VARCHAR":
        return write_cast(name, column)
    # a text that fits has as many bytes as characters, but for names of months
    measure = "length" if column.format else "strlen"
    is_short = f"{measure}({quote_name(name)}) <= {column.max_length}"
    return f"case when {is_short} then {write_cast(name, column)} end"
