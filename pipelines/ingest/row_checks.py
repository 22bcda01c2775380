"""The contract's checks of rows, as DuckDB expressions over cells as text or as typed columns.

A check is a condition that is true for a bad cell together with the reason that a reader of the
quarantine sees. Nothing here touches files; `load.py` puts the expressions to work.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.base.sql import quote_name, quote_text
from pipelines.contracts.model import Column, Table

_INTEGER = r"^[+-]?[0-9]+$"
_TRUE = ("true", "1", "yes")
_FALSE = ("false", "0", "no")


@dataclass(frozen=True)
class Fault:
    """One possible fault: the field, an SQL condition that is true where it occurs, the reason.

    `condition` reads cells as text and is what decides. `typed_condition` reads the typed column
    and is true at least wherever the other is, so that a whole column is cleared without its text;
    None where only the text can tell.
    """

    field: str
    condition: str
    reason: str  # an SQL expression that gives text
    typed_condition: str | None = None
    is_cast: bool = False  # whether the fault is that the text does not fit the type


def write_cast(name: str, column: Column) -> str:
    """Return the expression that types one text cell; it gives null where the text does not fit."""
    raw = quote_name(name)
    if column.type == "VARCHAR":
        return raw
    if column.type == "BOOLEAN":
        true, false = (", ".join(quote_text(word) for word in words) for words in (_TRUE, _FALSE))
        return (
            f"case when lower({raw}) in ({true}) then true "
            f"when lower({raw}) in ({false}) then false end"
        )
    if column.type == "BIGINT":
        return (
            f"case when regexp_matches({raw}, {quote_text(_INTEGER)}) "
            f"then try_cast({raw} as bigint) end"
        )
    if column.type == "DOUBLE":
        return f"case when isfinite(try_cast({raw} as double)) then try_cast({raw} as double) end"
    if column.format:
        parsed = f"try_strptime({raw}, {quote_text(column.format)})"
        return f"{parsed}::date" if column.type == "DATE" else parsed
    if column.type == "DATE":
        return f"try_strptime({raw}, '%Y-%m-%d')::date"
    return f"try_cast({raw} as timestamp)"


def write_staging_cast(name: str, column: Column) -> str:
    """Return a quicker expression for whole columns; where it gives a value, `write_cast` agrees.

    The one exception are infinite numbers, which the typed condition of their fault finds.
    """
    raw = quote_name(name)
    if column.type == "DOUBLE":
        return f"try_cast({raw} as double)"
    if column.type == "DATE" and not column.format:
        # the engine's own reading of days knows more spellings than ours: let it have ours alone
        is_plain = f"{raw} like '____-__-__' and {raw} >= '1'"
        return (
            f"coalesce(case when {is_plain} then try_cast({raw} as date) end, "
            f"{write_cast(name, column)})"
        )
    return write_cast(name, column)


def write_cell_faults(name: str, column: Column, entity_tables: dict[str, str]) -> list[Fault]:
    """Return the faults that one column's cells can have, in the order in which they are told.

    Args:
        name: raw column name.
        column: its contract.
        entity_tables: entity -> name of an SQL table with its known ids in column `id`.
    """
    raw, cast = quote_name(name), write_cast(name, column)
    is_text = column.type == "VARCHAR"
    faults = []
    if column.required:
        empty = f"{raw} is null"
        faults.append(Fault(name, empty, "'is empty; a value is required'", empty))
    # a text has no more characters than bytes, and bytes need not be counted
    too_long = f"strlen({raw}) > {column.max_length} and length({raw}) > {column.max_length}"
    faults.append(
        Fault(
            name,
            too_long,
            f"'has ' || length({raw}) || ' characters; at most {column.max_length} are allowed'",
            too_long if is_text else None,
        )
    )
    if not is_text:
        shape = f" (format {column.format})" if column.format else ""
        unit = f" in {column.unit}" if column.unit else ""
        faults.append(
            Fault(
                name,
                f"{raw} is not null and {cast} is null",
                quote_text(f"is no {column.type}{shape}; expected a {column.type}{unit}"),
                f"not isfinite({raw})" if column.type == "DOUBLE" else None,
                is_cast=True,
            )
        )
    if column.values is not None:
        listed = ", ".join(quote_text(value) for value in column.values)
        shown = quote_text("is not one of " + ", ".join(column.values))
        other = f"{raw} not in ({listed})"
        if column.separator is not None:
            split = f"string_split({raw}, {quote_text(column.separator)})"
            other = f"{raw} is not null and not list_has_all([{listed}], {split})"
            shown = quote_text(
                f"has another part, split by {column.separator!r}, than " + ", ".join(column.values)
            )
        faults.append(Fault(name, other, shown, other if is_text else None))
    for bound, operator, word in ((column.min, "<", "below"), (column.max, ">", "above")):
        if bound is not None:
            reason = f"is {word} {bound:g} {column.unit}"
            faults.append(
                Fault(
                    name,
                    f"{cast} {operator} {bound!r}",
                    quote_text(reason),
                    f"{raw} {operator} {bound!r}",
                )
            )
    if column.pattern is not None:
        condition = f"not regexp_matches({raw}, {quote_text(column.pattern)})"
        reason = quote_text(f"does not match the pattern {column.pattern}")
        faults.append(Fault(name, condition, reason, condition if is_text else None))
    if column.not_future:
        faults.append(
            Fault(
                name,
                f"{cast} > getvariable('loaded_on')",
                "'lies after the day of loading, ' || getvariable('loaded_on')",
                f"{raw} > getvariable('loaded_on')",
            )
        )
    if column.references is not None:
        faults.append(_write_reference_fault(name, column, entity_tables[column.references]))
    return faults


def _write_reference_fault(name: str, column: Column, ids: str) -> Fault:
    raw = quote_name(name)
    expected = f"expected a {column.references} that the reference lists know"
    if column.separator is None:
        condition = f"{raw} is not null and {raw} not in (select id from {ids})"
        return Fault(name, condition, quote_text(f"is an unknown id; {expected}"), condition)
    split = f"string_split({raw}, {quote_text(column.separator)})"
    known = f"list_contains(getvariable({quote_text(ids)}), trim(x))"
    unknown = f"list_filter({split}, lambda x: not {known})"
    return Fault(
        name,
        f"{raw} is not null and len({unknown}) > 0",
        f"'has unknown ids (' || array_to_string({unknown}, ', ') || '); ' || "
        + quote_text(expected),
        f"{raw} is not null and len({unknown}) > 0",
    )


def write_row_faults(table: Table, entity_tables: dict[str, str]) -> list[Fault]:
    """Return every fault that a cell of a table can have, column by column.

    The contract's rules over several columns are no cell faults: they read typed columns as they
    stand in the contract.
    """
    faults = []
    for name, column in table.columns.items():
        faults += write_cell_faults(name, column, entity_tables)
    return faults
