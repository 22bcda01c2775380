"""Rows of the policy facts as the raw tables of a build, for running the project's SQL on them.

What belongs here: turning `RuleTables` or the embedded CSV files into rows by raw table, and
writing them with all the columns that loading gives them. What does not: running models
(`sql_engine.py`).
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.base.settings import PROJECT_DIR
from pipelines.build.register import LOAD_COLUMNS
from pipelines.contracts.load import load_contracts
from pipelines.contracts.model import Contract
from pipelines.contracts.staging import get_raw_name

from .day_rows import UNITED_STATES
from .rows import RULE_TABLES, TABLE_NAMES, RuleTables

SOURCES = PROJECT_DIR / "pipelines" / "sources"
# The tables that a status rests on, with their sources.
STATUS_TABLES = (
    ("chip_specs", "chip_specs"),
    ("chip_specs", "chip_metric_bounds"),
    ("scenarios", "scenarios"),
    ("countries", "countries"),
    *(("export_controls", name) for name in ("policy_events", *RULE_TABLES, "destination_groups")),
)
ALWAYS = date(2000, 1, 1)
# What a raw table has beside the rows' own cells. No test depends on where a row is from.
CITATION = {
    "source_publisher": "tests",
    "source_title": "tests",
    "accessed_on": ALWAYS,
    "confidence": "reported",
}
LOADING = {
    "is_verified": True,
    "document_sha256": "0" * 64,
    "document_origin": "embedded",
    "document_on": ALWAYS,
}
ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "DOUBLE": pa.float64(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}
Cells = Mapping[str, Any]
Rows = dict[str, list[dict[str, Any]]]


def read_embedded_rows(tables: Iterable[tuple[str, str]] = STATUS_TABLES) -> Rows:
    """Read all cells of the embedded files of some tables, as text.

    Args:
        tables: pairs of source and table; a table's name must be its own among them.

    Returns:
        Rows by the table's name, corrections not applied.
    """
    contracts = {contract.source_id: contract for contract in load_contracts(SOURCES)}
    rows: Rows = {}
    for source, name in tables:
        assert name not in rows, f"two tables are called {name}"
        path = SOURCES / source / "data" / contracts[source].get_table(name).file_name
        with path.open(encoding="utf-8", newline="") as file:
            rows[name] = [
                {column: cell or None for column, cell in row.items()}
                for row in csv.DictReader(file)
            ]
    return rows


def to_rows(tables: RuleTables, countries: Sequence[str]) -> Rows:
    """Turn rule tables into rows of the raw tables.

    Args:
        tables: the rows as coded.
        countries: the destinations to answer for; those of China lie in its region.

    Returns:
        Rows by table. Every act is one on chips, since `affects` is not read by a decision.
    """
    rows: Rows = {
        name: [asdict(row) for row in getattr(tables, name)]
        for name in TABLE_NAMES
        if name != "chip_specs"
    }
    for event in rows["policy_events"]:
        event |= {"affects": "chips", "announced_on": event["public_on"], "title": "act"}
    for switch in rows["scenarios"]:
        switch |= {"title": switch["scenario_id"], "description": "a scenario of a test"}
    rows["chip_specs"] = [dict(chip.values) for chip in tables.chip_specs]
    regions = dict.fromkeys(("CN", "HK", "MO"), "CN") | {UNITED_STATES: "US"}
    rows["countries"] = [
        {"country_code": code, "country_name": code, "region_id": regions.get(code, "ROW")}
        for code in sorted({*countries, UNITED_STATES})
    ]
    return rows


def with_table_keys(tables: RuleTables) -> RuleTables:
    """Make drawn rule tables keep the keys of their contracts, which loading would enforce.

    A clause belongs to one item there, so its id gets the item's name; of rows with one key the
    first stays.
    """
    tables = replace(
        tables,
        rule_parameters=tuple(
            replace(row, clause_id=f"{row.control_item}-{row.clause_id}")
            for row in tables.rule_parameters
        ),
    )
    contracts = {contract.source_id: contract for contract in load_contracts(SOURCES)}
    keyed = (*RULE_TABLES, "chip_metric_bounds", "scenarios")
    keys = {name: contracts[s].get_table(name).key for s, name in STATUS_TABLES if name in keyed}
    return replace(
        tables,
        **{name: tuple(keep_first(getattr(tables, name), key)) for name, key in keys.items()},
    )


def keep_first(rows: Iterable[Any], key: Sequence[str]) -> Iterable[Any]:
    """Give the rows without those that repeat the key of an earlier one."""
    seen = set()
    for row in rows:
        values = tuple(getattr(row, name) for name in key)
        if values not in seen:
            seen.add(values)
            yield row


def write_raw_tables(
    connection: duckdb.DuckDBPyConnection,
    contracts: Sequence[Contract],
    needed: Iterable[tuple[str, str]],
    rows: Rows,
) -> None:
    """Create the raw tables that the models read, with all columns of contract and loading.

    Args:
        connection: has a schema `raw`.
        contracts: of all sources.
        needed: pairs of source and table; a table without rows here is empty.
        rows: rows by table; a column that a row does not have is null.
    """
    by_id = {contract.source_id: contract for contract in contracts}
    for source, name in needed:
        contract = by_id[source]
        table = contract.get_table(name)
        types = {column: spec.type for column, spec in table.columns.items()} | LOAD_COLUMNS
        mine = rows.get(name, [])
        fixed = {column: LOADING.get(column) for column in types}
        fixed |= {column: CITATION[column] for column in CITATION if column in types}
        columns = {column: [row.get(column, fixed[column]) for row in mine] for column in types}
        columns["document_row"] = list(range(len(mine)))
        arrow = pa.table(
            {column: to_arrow(cells, types[column]) for column, cells in columns.items()}
        )
        connection.register("rows_to_write", arrow)
        select = ", ".join(
            f'cast("{column}" as {type_}) as "{column}"' for column, type_ in types.items()
        )
        connection.execute(
            f'create table raw."{get_raw_name(contract, table)}" as '
            f"select {select} from rows_to_write"
        )
        connection.unregister("rows_to_write")


def to_arrow(cells: list[Any], type_: str) -> pa.Array:
    """Type a column; one with text cells stays text, for the database to cast."""
    if type_ == "VARCHAR" or any(isinstance(cell, str) for cell in cells):
        return pa.array([None if cell is None else str(cell) for cell in cells], pa.string())
    if type_ == "BOOLEAN":
        cells = [None if cell is None else bool(cell) for cell in cells]
    return pa.array(cells, ARROW_TYPES[type_])
