"""The bridges of a release: which rows stand behind each published figure, shipped with the marts.

A bridge is a view of the build. Where all that it reads ships, it ships as that view, and costs
nothing; a bridge that reads an intermediate model ships as a table. What it holds is decided in
the dbt project, reading it belongs in `answers`.
"""

from dataclasses import dataclass

import duckdb

from pipelines.base.sql import quote_name

SCHEMA = "bridges"
PUBLISHED = ("marts", SCHEMA)


@dataclass(frozen=True)
class Bridge:
    """One bridge: its name, and whether it ships as a view of other tables of the release."""

    name: str
    is_view: bool


def list_bridges(manifest: dict) -> list[Bridge]:
    """Return the bridges of a project, each after those that it reads.

    Args:
        manifest: dbt's manifest of the build.
    """
    models = {i: n for i, n in manifest["nodes"].items() if n["resource_type"] == "model"}
    found: dict[str, Bridge] = {}

    def add(unique_id: str) -> None:
        node = models[unique_id]
        if node["schema"] != SCHEMA or unique_id in found:
            return
        parents = manifest["parent_map"][unique_id]
        for parent in parents:
            if parent in models:
                add(parent)
        is_view = all(p in models and models[p]["schema"] in PUBLISHED for p in parents)
        found[unique_id] = Bridge(node["name"], is_view)

    for unique_id in sorted(models):
        add(unique_id)
    return list(found.values())


def copy_bridges(
    connection: duckdb.DuckDBPyConnection, build: str, release: str, bridges: list[Bridge]
) -> None:
    """Copy bridges into a release that already holds the marts.

    Args:
        connection: sees both databases; its current database is the build.
        build: name of the build's database.
        release: name of the release's database.
        bridges: in an order in which each comes after those that it reads.

    Raises:
        duckdb.Error: a view reads what the release does not hold.
    """
    queries = dict(
        connection.execute(
            "select view_name, sql from duckdb_views() where database_name = ? and schema_name = ?",
            [build, SCHEMA],
        ).fetchall()
    )
    connection.execute(f"create schema {quote_name(release)}.{SCHEMA}")
    for bridge in bridges:
        name = f"{SCHEMA}.{quote_name(bridge.name)}"
        if bridge.is_view:
            query = queries[bridge.name].split(" AS ", 1)[1]
            # the view names schema and table alone: they are those of the database it stands in
            connection.execute(f"use {quote_name(release)}")
            connection.execute(f"create view {name} as {query}")
            connection.execute(f"use {quote_name(build)}")
        else:
            connection.execute(
                f"create table {quote_name(release)}.{name} as "
                f"select * from {quote_name(build)}.{name} order by all"
            )
