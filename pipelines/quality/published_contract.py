"""Holding a build against what releases promise: tables, grain, columns, types and comments."""

from pathlib import Path

import duckdb

from pipelines.contracts.load import read_yaml
from pipelines.quality.records import Check

CONTRACT_FILE = "published_contract.yml"


def check_published_contract(
    connection: duckdb.DuckDBPyConnection, dbt_dir: Path, keys: dict[str, list[str]]
) -> list[Check]:
    """Report, table by table, what a build lacks of the published contract.

    Args:
        connection: to the build file, whose marts, views for people and meta tables are looked at.
        dbt_dir: the dbt project; one without `published_contract.yml` promises nothing.
        keys: grain of each mart, as its unique key is tested, and of each view for people.

    Returns:
        One check of severity error per promised table.
    """
    path = dbt_dir / CONTRACT_FILE
    if not path.exists():
        return []
    promised = read_yaml(path)
    found: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, type_ in connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where database_name = current_database() and schema_name in ('marts', 'bi', 'meta')"
    ).fetchall():
        found.setdefault((schema, table), {})[column] = type_
    return [
        _check_table(schema, table, promise, found.get((schema, table)), keys.get(table))
        for schema in ("marts", "bi", "meta")
        for table, promise in promised.get(schema, {}).items()
    ]


def _check_table(
    schema: str,
    table: str,
    promise: dict,
    columns: dict[str, str] | None,
    key: list[str] | None,
) -> Check:
    problems = []
    if columns is None:
        problems.append("the table is missing")
    else:
        for name, type_ in promise["columns"].items():
            if name not in columns:
                problems.append(f"column {name} is missing")
            elif columns[name] != type_:
                problems.append(f"column {name} is {columns[name]}, promised is {type_}")
        grain = promise.get("grain")
        if grain and sorted(grain) != sorted(key or []):
            problems.append(f"the grain is {key}, promised is {grain}")
    return Check(
        name=f"{table}.keeps_the_published_contract",
        table=f"{schema}.{table}",
        severity="error",
        passed=not problems,
        observed="; ".join(problems) or None,
        kind="contract",
        message="tables and columns that BI tools rely on are there, with their grain and types",
    )
