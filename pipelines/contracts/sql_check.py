"""What in a contract only the engine can judge: rules, patterns, formats, days of knowledge.

`load.py` finds what is malformed; here every SQL expression of a contract is tried on an empty
table of its columns, so that a slip is told with its place before any row is read.
"""

from __future__ import annotations

from datetime import date

import duckdb

from pipelines.base.errors import ContractError
from pipelines.base.rows import fetch_value
from pipelines.base.sql import quote_name, quote_text
from pipelines.contracts.feeds import find_feed_faults
from pipelines.contracts.governing import GovernedBy, get_governing_variable
from pipelines.contracts.model import Column, Contract, KnownWith, Table

_HISTORY_COLUMNS = {
    "document": "VARCHAR",
    "valid_from": "DATE",
    "valid_to": "DATE",
    "last_observed_on": "DATE",
}
# a day whose parts cannot be taken for each other
_TRIAL = date(2023, 11, 28)


def check_sql(contract: Contract, has_parser: bool) -> None:
    """Try all expressions of a contract.

    Args:
        contract: the source's contract.
        has_parser: whether the source has a parser of its own.

    Raises:
        ContractError: names contract, table and place of everything that cannot be.
    """
    faults = find_sql_faults(contract, has_parser)
    if faults:
        raise ContractError("\n".join(faults), (contract.source_id,))


def find_sql_faults(contract: Contract, has_parser: bool) -> list[str]:
    """Return what cannot be, each with contract, table, place, what was found and expected."""
    faults = []
    with duckdb.connect(":memory:") as connection:
        for number, table in enumerate(contract.tables):
            place = f"{contract.folder}/contract.yml: tables.{number} ({table.table})"
            faults += _check_table(connection, contract, table, place)
            faults += [f"{place}: {told}" for told in find_feed_faults(contract, table)]
    for document in [
        *(address.document for address in contract.addresses),
        *(item.document for item in contract.embedded),
    ]:
        if not has_parser and not contract.list_readable(document, False):
            faults.append(
                f"{contract.folder}/contract.yml: document {document}: found no table that is read "
                "from it; expected one with read: or documents:, or a parser.py"
            )
    for name in contract.parser_reads:
        if not (contract.folder / name).exists():
            faults.append(f"{contract.folder}/{name}: file not found; parser_reads names it")
    return faults


def _check_table(
    connection: duckdb.DuckDBPyConnection, contract: Contract, table: Table, place: str
) -> list[str]:
    columns = {name: column.type for name, column in table.columns.items()}
    raw = {"document_on": "DATE", "document_origin": "VARCHAR"} | columns
    if table.document_mode == "history":
        raw |= _HISTORY_COLUMNS
    for name, types in (("cells", columns), ("documents", raw)):
        listed = ", ".join(f"{quote_name(column)} {type_}" for column, type_ in types.items())
        connection.execute(f"create or replace temp table {name} ({listed})")
    faults = []
    for name, column in table.columns.items():
        faults += [f"{place}: columns.{name}: {told}" for told in _check_column(connection, column)]
    if table.governed_by:
        _make_governing_rows(connection, contract, table.governed_by)
    tried = []
    for rule in table.rules:
        tried.append((f"checks.{rule.name}: rule", rule.rule, "cells", "BOOLEAN"))
        tried.append((f"checks.{rule.name}: reason", rule.reason, "cells", "VARCHAR"))
    tried.append(("verified_when", table.verified_when, "cells", "BOOLEAN"))
    if isinstance(table.known_on, KnownWith):
        faults += _check_known_with(contract, table.known_on, table, place)
    else:
        tried.append(("known_on", table.known_on, "documents", "DATE"))
    for what, expression, relation, wanted in tried:
        try:
            found = fetch_value(
                connection, f"select typeof(any_value({expression})) from {relation}"
            )
        except duckdb.Error as error:
            faults.append(
                f"{place}: {what}: found {expression!r}, which cannot be: "
                f"{str(error).splitlines()[0]}; expected an expression over the table's columns"
            )
            continue
        if found not in (wanted, '"NULL"', "NULL") and not found.startswith("TIMESTAMP"):
            faults.append(f"{place}: {what}: found a {found}; expected a {wanted}")
    return faults


def _make_governing_rows(
    connection: duckdb.DuckDBPyConnection, contract: Contract, governed_by: GovernedBy
) -> None:
    """Set the variable that holds governing rows to an empty map of their type."""
    columns = contract.get_table(governed_by.table).columns
    row = ", ".join(f"{quote_name(name)} {column.type}" for name, column in columns.items())
    key = columns[governed_by.key].type
    connection.execute(
        f"set variable {get_governing_variable(governed_by.table)} = "
        f"cast(map() as map({key}, struct({row})))"
    )


def _check_column(connection: duckdb.DuckDBPyConnection, column: Column) -> list[str]:
    faults = []
    if column.pattern is not None:
        try:
            connection.execute(f"select regexp_matches('', {quote_text(column.pattern)})")
        except duckdb.Error as error:
            faults.append(f"pattern {column.pattern!r} cannot be: {str(error).splitlines()[0]}")
    if column.format is not None:
        told, written = quote_text(column.format), f"timestamp '{_TRIAL} 00:00:00'"
        try:
            found = fetch_value(
                connection, f"select try_strptime(strftime({written}, {told}), {told})::date"
            )
        except duckdb.Error as error:
            faults.append(f"format {column.format!r} cannot be: {str(error).splitlines()[0]}")
        else:
            if found != _TRIAL:
                faults.append(
                    f"format {column.format!r} does not tell a day (2023-11-28 becomes {found}); "
                    "expected one with year, month and day"
                )
    return faults


def _check_known_with(
    contract: Contract, known_on: KnownWith, table: Table, place: str
) -> list[str]:
    other = contract.get_table(known_on.table)
    faults = []
    for name, columns in ((known_on.key, table.columns), (known_on.key, other.columns)):
        if name not in columns:
            faults.append(f"{place}: known_on: found the key {name}; expected a column of both")
    if other.columns.get(known_on.column) is None:
        faults.append(
            f"{place}: known_on: found {known_on.table}.{known_on.column}; expected a column"
        )
    elif other.columns[known_on.column].type != "DATE":
        faults.append(f"{place}: known_on: {known_on.column} is no DATE; expected a DATE")
    return faults
