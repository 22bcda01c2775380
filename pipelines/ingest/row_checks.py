"""The contract's checks of rows, as DuckDB expressions over cells as text or as typed columns.

A check is a condition that is true for a bad cell together with the reason that a reader of the
quarantine sees. Nothing here touches files; `load.py` puts the expressions to work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipelines.base.sql import quote_name, quote_text
from pipelines.contracts.model import Column, Table
from pipelines.contracts.reading import Labels

_TRUE = ("true", "1", "yes")
_FALSE = ("false", "0", "no")
# blanks around a number or a day mean nothing; they are those of ASCII
_INTEGER = r"[ \t]*[+-]?[0-9]+[ \t]*"
_NUMBER = r"[ \t]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t]*"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT = (
    _DAY + r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?( ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?)?"
)
# what each part of a declared format may look like; months and days may lack their zero
_FORMAT_PARTS = {
    "Y": "[0-9]{4}",
    "y": "[0-9]{2}",
    **dict.fromkeys("mdeHIMSj", "[0-9]{1,3}"),
    **dict.fromkeys("bBaA", r"\pL+\.?"),
    "p": "[AaPp][Mm]",
    "f": "[0-9]{1,6}",
    "z": "(Z|[+-][0-9]{2}:?[0-9]{2})",
    "%": "%",
}
# the smallest number that keeps all its digits; a text below it that is not zero has lost some
_SMALLEST = 2.2250738585072014e-308
# Control characters, marks that turn the direction of writing, and other signs that nobody sees.
_HIDDEN = r"\x{2028}\x{2029}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{feff}\x{fff9}-\x{fffb}"
_CONTROL = rf"[\p{{Cc}}{_HIDDEN}]"
_CONTROL_BUT_LINES = rf"[\x{{0}}-\x{{8}}\x{{b}}\x{{c}}\x{{e}}-\x{{1f}}\x{{7f}}-\x{{9f}}{_HIDDEN}]"
_BLANK = r"[\s\p{Z}\p{Cf}\x{2800}\x{3164}]*"
# No place on earth is more than a day ahead of UTC: a row of the next day is honest, and waits.
WAITING_DAYS = 1
# what a message shows as a day or a moment that is written well
_EXAMPLE = datetime(2025, 7, 31, 14, 5)
SHOWN_VALUE_LENGTH = 500
FaultKind = Literal["quarantined", "waiting", "unlabelled"]


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
    is_length: bool = False  # whether it is that the text is too long
    kind: FaultKind = "quarantined"
    waits_until: str | None = None  # an SQL expression: the day on which it is a fault no more


def write_plain_number(name: str, column: Column) -> str:
    """Return the text of a number's cell without the marks that its contract declares.

    A mark that stands where it does not belong stays, so that the text is no number.
    """
    raw = quote_name(name)
    for mark, sides in ((column.prefix, "starts_with"), (column.suffix, "ends_with")):
        if mark:
            cut = (
                f"{raw}[{len(mark) + 1}:]"
                if sides == "starts_with"
                else f"{raw}[:-{len(mark) + 1}]"
            )
            raw = f"case when {sides}({raw}, {quote_text(mark)}) then {cut} else {raw} end"
    if column.thousands:
        grouped = (
            rf"[ \t]*[+-]?[0-9]{{1,3}}({_escape(column.thousands)}[0-9]{{3}})+"
            rf"({_escape(column.decimal)}[0-9]*)?[ \t]*"
        )
        raw = (
            f"case when regexp_full_match({raw}, {quote_text(grouped)}) "
            f"then replace({raw}, {quote_text(column.thousands)}, '') else {raw} end"
        )
    if column.decimal != ".":
        # a point is no decimal mark there: 1.234 would be read a thousand times too small
        raw = f"case when contains({raw}, '.') then '' else replace({raw}, ',', '.') end"
    return raw


def _escape(mark: str) -> str:
    return mark if mark.isalnum() else f"\\{mark}" if mark.isascii() else mark


def write_format_pattern(column: Column) -> str:
    """Return the pattern of a day or moment that is written in full, in the declared format."""
    if not column.format:
        return _DAY if column.type == "DATE" else _MOMENT
    parts, place = [], 0
    for found in re.finditer(r"%-?(.)", column.format):
        parts.append(re.escape(column.format[place : found.start()]))
        parts.append(_FORMAT_PARTS.get(found[1], "[^ ]+"))
        place = found.end()
    parts.append(re.escape(column.format[place:]))
    return "".join(parts)


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
    if column.type in ("BIGINT", "DOUBLE"):
        return _write_number(write_plain_number(name, column), column)
    # the engine's casts pass over blanks at either end
    shape = f"regexp_full_match({raw}, {quote_text(f' *{write_format_pattern(column)} *')})"
    if column.format:
        parsed = f"try_strptime({raw}, {quote_text(column.format)})"
        parsed = f"{parsed}::date" if column.type == "DATE" else f"{parsed}::timestamp"
    elif column.type == "DATE":
        parsed = f"try_cast({raw} as date)"
    else:
        # a moment of another zone is turned to UTC
        parsed = f"make_timestamp(epoch_us(try_cast({raw} as timestamptz)))"
    return f"case when {shape} then {parsed} end"


def _write_number(raw: str, column: Column) -> str:
    if column.type == "BIGINT":
        cast, pattern = f"try_cast({raw} as bigint)", _INTEGER
        return f"case when regexp_full_match({raw}, {quote_text(pattern)}) then {cast} end"
    cast = f"try_cast({raw} as double)"
    return (
        f"case when regexp_full_match({raw}, {quote_text(_NUMBER)}) and isfinite({cast}) "
        f"and not ({write_underflow(raw, cast)}) then {cast} end"
    )


def write_underflow(raw: str, number: str) -> str:
    """Return a condition: a number has lost digits because it is too small to be kept."""
    return (
        f"case when abs({number}) < {_SMALLEST!r} "
        f"then regexp_matches(split_part(lower({raw}), 'e', 1), '[1-9]') else false end"
    )


def has_marks(column: Column) -> bool:
    """Tell whether a number's cells need their marks taken out before they can be read."""
    return bool(column.thousands or column.prefix or column.suffix or column.decimal != ".")


def write_cell_faults(
    name: str,
    column: Column,
    entity_tables: dict[str, str],
    is_plain: bool = False,
    is_single_lined: bool = False,
) -> list[Fault]:
    """Return the faults that one column's cells can have, in the order in which they are told.

    Args:
        name: raw column name.
        column: its contract.
        entity_tables: entity -> name of an SQL table with its known ids in column `id`.
        is_plain: whether the document is known to hold printable ASCII and line ends alone.
        is_single_lined: whether no cell of it can hold a line break.
    """
    raw, cast = quote_name(name), write_cast(name, column)
    is_text = column.type == "VARCHAR"
    faults = []
    if column.labels:
        faults.append(_write_label_fault(name, column.labels))
    if column.required:
        # an id that no label table knows is told as such
        empty = f"{raw} is null"
        if column.labels:
            empty += f" and {quote_name(column.labels.of)} is null"
        faults.append(Fault(name, empty, "'is empty; a value is required'", empty))
    # a text has no more characters than bytes, and bytes need not be counted; what stands behind
    # `then` is asked of the cells alone for which it matters, behind `and` of all
    too_long = (
        f"case when strlen({raw}) > {column.max_length} "
        f"then length({raw}) > {column.max_length} else false end"
    )
    faults.append(
        Fault(
            name,
            too_long,
            f"'has ' || length({raw}) || ' characters; at most {column.max_length} are allowed'",
            too_long if is_text else None,
            is_length=True,
        )
    )
    faults += (
        _write_text_faults(name, column, is_plain, is_single_lined)
        if is_text
        else _write_type_faults(name, column, cast)
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
    if column.references is not None:
        faults.append(_write_reference_fault(name, column, entity_tables[column.references]))
    return faults


def _write_type_faults(name: str, column: Column, cast: str) -> list[Fault]:
    """Return the faults of cells that are numbers, days, moments or flags."""
    raw = quote_name(name)
    shape = f" (format {column.format})" if column.format else ""
    faults = [
        Fault(
            name,
            f"{raw} is not null and {cast} is null",
            quote_text(f"is not a {column.type}{shape}; expected {_describe_type(column)}"),
            f"not isfinite({raw})" if column.type == "DOUBLE" else None,
            is_cast=True,
        )
    ]
    if column.type in ("DATE", "TIMESTAMP"):
        first, last = column.days
        outside = "{0}::date not between date '{1}' and date '{2}'"
        faults.append(
            Fault(
                name,
                outside.format(cast, first, last),
                quote_text(f"lies outside the days that the contract allows, {first} to {last}"),
                outside.format(raw, first, last),
            )
        )
    if column.not_future:
        future = "'lies after the day of loading, ' || getvariable('loaded_on')"
        until = f"getvariable('loaded_on') + {WAITING_DAYS}"
        faults += [
            Fault(name, f"{cast} > {until}", future, f"{raw} > {until}", waits_until=cast),
            Fault(
                name,
                f"{cast} > getvariable('loaded_on') and {cast} <= {until}",
                future + " || '; it waits for that day'",
                f"{raw} > getvariable('loaded_on')",
                kind="waiting",
                waits_until=cast,
            ),
        ]
    return faults


def _write_text_faults(
    name: str, column: Column, is_plain: bool, is_single_lined: bool
) -> list[Fault]:
    """Return the faults that any text can have: signs that nobody sees, blanks alone."""
    raw = quote_name(name)
    if is_plain:
        # texts that begin with a blank sort before all others
        blank = f"case when {raw} < '!' then trim({raw}) = '' else false end"
    else:
        blank = f"regexp_full_match({raw}, {quote_text(_BLANK)})"
    told = "'holds blanks alone; expected a text, or nothing'"
    faults = [Fault(name, blank, told, blank)]
    if not is_plain:
        signs = _CONTROL_BUT_LINES if column.multiline else _CONTROL
        hidden = f"regexp_matches({raw}, {quote_text(signs)})"
        told = "'holds a control character (U+' || upper(hex(unicode(regexp_extract("
        told += f"{raw}, {quote_text(signs)})))) || '); expected plain text'"
        faults.append(Fault(name, hidden, told, hidden))
    elif not column.multiline and not is_single_lined:
        lines = f"contains({raw}, chr(10)) or contains({raw}, chr(13))"
        told = "'holds a line break; a text of several lines says multiline in the contract'"
        faults.append(Fault(name, lines, told, lines))
    return faults


def _describe_type(column: Column) -> str:
    """Return what a cell of a type looks like: a day or moment by example, a number by its unit."""
    if column.type in ("DATE", "TIMESTAMP"):
        iso = "%Y-%m-%d" if column.type == "DATE" else "%Y-%m-%d %H:%M:%S"
        return f"one like {_EXAMPLE.strftime(column.format or iso)}"
    if column.type == "BOOLEAN":
        return "true or false"
    unit = f" in {column.unit}" if column.unit else ""
    return f"a {column.type}{unit}"


def _write_label_fault(name: str, labels: Labels) -> Fault:
    """Return the fault of a label that the table beside the contract does not know."""
    of = labels.of
    unknown = f"{quote_name(name)} is null and {quote_name(of)} is not null"
    reason = (
        f"is a label without a row in labels/{labels.table}.csv; expected one that says its {name}"
    )
    return Fault(of, unknown, quote_text(reason), unknown, kind="unlabelled")


def _write_reference_fault(name: str, column: Column, ids: str) -> Fault:
    raw = quote_name(name)
    article = "an" if str(column.references)[0] in "aeiou" else "a"
    expected = f"expected {article} {column.references} that the reference lists know"
    if column.separator is None:
        condition = f"{raw} is not null and {raw} not in (select id from {ids})"
        return Fault(name, condition, quote_text(f"is an unknown id; {expected}"), condition)
    split = f"string_split({raw}, {quote_text(column.separator)})"
    known = f"list_contains(getvariable({quote_text(ids)}), trim(x))"
    unknown = f"list_filter({split}, lambda x: not {known})"
    return Fault(
        name,
        f"{raw} is not null and len({unknown}) > 0",
        f"'has unknown ids (' || array_to_string({unknown}, ', ')[1:{SHOWN_VALUE_LENGTH}] "
        "|| '); ' || " + quote_text(expected),
        f"{raw} is not null and len({unknown}) > 0",
    )


def write_row_faults(
    table: Table,
    entity_tables: dict[str, str],
    is_plain: bool = False,
    is_single_lined: bool = False,
) -> list[Fault]:
    """Return every fault that a cell of a table can have, column by column.

    The contract's rules over several columns are no cell faults: they read typed columns as they
    stand in the contract.
    """
    faults = []
    for name, column in table.columns.items():
        faults += write_cell_faults(name, column, entity_tables, is_plain, is_single_lined)
    return faults
