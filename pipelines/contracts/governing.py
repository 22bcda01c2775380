"""Tables whose rows obey a row of another table of the same source, such as a registry of kinds.

The rules that follow from it are written here once; `ingest` judges rows by them as by the checks
that a contract spells out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from pipelines.base.sql import quote_name, quote_text

if TYPE_CHECKING:
    from pipelines.contracts.model import Table

# `{expression}` within the reason of a check
_EXPRESSION = re.compile(r"\{([^{}]+)\}")


class GovernedBy(BaseModel):
    """Rows obey the row of `table` that has the same value in `key`.

    `required` and `optional` are columns of that table. They list, split by semicolons, which of
    `columns` a row must and may fill; all others among them stay empty. Checks of the governed
    table read the other row as `<table>.<column>`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    key: str
    required: str
    optional: str
    columns: list[str]


@dataclass(frozen=True)
class RowRule:
    """A condition on one row: an SQL expression that is false for a bad one, and the reason.

    `reason` is an SQL expression that gives text.
    """

    name: str
    field: str
    rule: str
    reason: str


def get_governing_variable(table: str) -> str:
    """Return the name of the session's variable that maps the key of a governing table to rows."""
    return f"governing_{table}"


def write_rule(expression: str, governed_by: GovernedBy | None) -> str:
    """Return a contract's expression with `<table>.<column>` read from the governing row."""
    if governed_by is None:
        return expression
    variable = quote_text(get_governing_variable(governed_by.table))
    row = f"(getvariable({variable})[{quote_name(governed_by.key)}])"
    return re.sub(rf"\b{governed_by.table}\.(\w+)", rf"{row}.\1", expression)


def write_reason(reason: str, governed_by: GovernedBy | None) -> str:
    """Return an SQL expression for a reason; `{expression}` in it stands for a value of the row."""
    parts = _EXPRESSION.split(reason)
    return " || ".join(
        f"coalesce(({write_rule(part, governed_by)})::varchar, 'nothing')"
        if number % 2
        else quote_text(part)
        for number, part in enumerate(parts)
    )


def list_scope_rules(governed_by: GovernedBy) -> list[RowRule]:
    """Return the rules that a row fills the columns which it must, and none that it may not."""
    table, key = governed_by.table, governed_by.key
    required = f"coalesce({table}.{governed_by.required}, '')"
    known = f"concat_ws(';', {table}.{governed_by.required}, {table}.{governed_by.optional})"
    allowed_reason = (
        f"expected no value: rows of {{{key}}} fill {{nullif({known}, '')}} of these columns "
        f"({table}: {governed_by.required}, {governed_by.optional})"
    )
    required_reason = (
        f"is empty: rows of {{{key}}} must fill {{{required}}} ({table}: {governed_by.required})"
    )
    rules = []
    for column in governed_by.columns:
        cell, name = quote_name(column), quote_text(column)
        allowed = f"{cell} is null or list_contains(string_split({known}, ';'), {name})"
        given = f"{cell} is not null or not list_contains(string_split({required}, ';'), {name})"
        for rule_name, rule, reason in (
            (f"{column}_is_allowed", allowed, allowed_reason),
            (f"{column}_is_given", given, required_reason),
        ):
            rules.append(
                RowRule(
                    rule_name,
                    column,
                    write_rule(rule, governed_by),
                    write_reason(reason, governed_by),
                )
            )
    return rules


def check_governing(table: Table, before: list[Table]) -> None:
    """Refuse a governing table that comes later, or lacks the columns by which it governs.

    Raises:
        ValueError: says which.
    """
    if table.governed_by is None:
        return
    other = table.governed_by
    found = next((t for t in before if t.table == other.table), None)
    if found is None:
        raise ValueError(f"governed_by of {table.table} names no earlier table: {other.table}")
    if found.key != [other.key]:
        raise ValueError(f"governed_by of {table.table}: {other.key} is no key of {other.table}")
    for name in {other.required, other.optional} - found.columns.keys():
        raise ValueError(f"governed_by of {table.table}: {other.table} has no column {name}")
