"""Keys and joins of the published tables, as rows of `meta`, for modelling tools and descriptions.

A key is stated once: a mart's in its `unique_key` test, that of a view for people in its `meta`. A
join follows from names: a column called like the key of a dimension, or ending in it, leads there.
"""

from __future__ import annotations

import duckdb

from pipelines.base.rows import fetch_value
from pipelines.base.sql import quote_name
from pipelines.release.bridges import FOR_PEOPLE
from pipelines.release.content import KEY_TEST
from pipelines.release.write_meta import insert_rows

# rows up to which it is looked at whether a join finds every value
CHECKED_ROWS = 50_000
# columns that lead to a dimension though they are not called after its key
OTHER_NAMES = {
    "destination_country": ("dim_country", "country_code"),
    "owner_country_region": ("dim_region", "region_id"),
}


def list_keys(manifest: dict) -> dict[tuple[str, str], list[str]]:
    """Return the key of each mart and view for people by schema and table.

    Args:
        manifest: dbt's manifest of the build.
    """
    models = {i: n for i, n in manifest["nodes"].items() if n["resource_type"] == "model"}
    keys = {}
    for node in manifest["nodes"].values():
        test, model = node.get("test_metadata"), models.get(node.get("attached_node"))
        if test and test["name"] == KEY_TEST and model and model["schema"] == "marts":
            keys["marts", model["alias"]] = list(test["kwargs"]["columns"])
    for node in models.values():
        if node["schema"] == FOR_PEOPLE:
            keys[FOR_PEOPLE, node["alias"]] = list(node["config"]["meta"]["key"])
    return dict(sorted(keys.items()))


def list_joins(
    keys: dict[tuple[str, str], list[str]], columns: dict[tuple[str, str], list[str]]
) -> list[tuple[str, str, str, str, str]]:
    """Return schema, table and column of every join with the dimension and the column it leads to.

    Args:
        keys: key of each table.
        columns: columns of each table, in order.
    """
    dimensions = {
        key[0]: table
        for (schema, table), key in keys.items()
        if schema == "marts" and table.startswith("dim_") and len(key) == 1
    }
    joins = []
    for schema, table in keys:
        for column in columns[schema, table]:
            target = OTHER_NAMES.get(column)
            for key, dimension in dimensions.items():
                if column == key or column.endswith(f"_{key}"):
                    target = (dimension, key)
            if target and target[0] in dimensions.values() and target[0] != table:
                joins.append((schema, table, column, *target))
    return joins


def write_keys(connection: duckdb.DuckDBPyConnection, manifest: dict) -> None:
    """Fill `meta.table_key` and `meta.table_join`.

    Args:
        connection: to the build, which is its current database and whose marts stand.
        manifest: dbt's manifest of the build.
    """
    keys = list_keys(manifest)
    columns: dict[tuple[str, str], list[str]] = {}
    for schema, table, column in connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where database_name = current_database() order by schema_name, table_name, column_index"
    ).fetchall():
        columns.setdefault((schema, table), []).append(column)
    insert_rows(
        connection,
        "table_key",
        [(schema, table, ", ".join(key)) for (schema, table), key in keys.items()],
    )
    stored = {
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() "
            "where database_name = current_database() and schema_name = 'marts' "
            f"and estimated_size < {CHECKED_ROWS}"
        ).fetchall()
    }
    joins = []
    for schema, table, column, dimension, key in list_joins(keys, columns):
        is_complete = None
        if schema == "marts" and {table, dimension} <= stored:
            is_complete = not fetch_value(
                connection,
                f"select count(*) from (select distinct {quote_name(column)} as value "
                f"from marts.{quote_name(table)}) where value is not null and value not in "
                f"(select {quote_name(key)} from marts.{quote_name(dimension)})",
            )
        joins.append((schema, table, column, "marts", dimension, key, is_complete))
    insert_rows(connection, "table_join", joins)
