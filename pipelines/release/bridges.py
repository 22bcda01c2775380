"""What ships beside the marts: bridges (which rows stand behind a figure) and `bi`, for people.

Both are views of the build. Where all that one reads ships, it ships as that view, and costs
nothing; one that reads an intermediate model, or the parameters of the build, ships as a table.
What they hold is decided in the dbt project, reading them belongs in `answers`.
"""

from dataclasses import dataclass

import duckdb

from pipelines.base.sql import quote_name

BRIDGES, FOR_PEOPLE = "bridges", "bi"
SCHEMAS = (BRIDGES, FOR_PEOPLE)
PUBLISHED = ("marts", *SCHEMAS)


@dataclass(frozen=True)
class Companion:
    """One relation beside the marts, and whether it ships as a view of the release's tables."""

    schema: str
    name: str
    is_view: bool


def list_companions(manifest: dict) -> list[Companion]:
    """Return the bridges and the views for people, each after those that it reads.

    Args:
        manifest: dbt's manifest of the build.
    """
    models = {i: n for i, n in manifest["nodes"].items() if n["resource_type"] == "model"}
    found: dict[str, Companion] = {}

    def add(unique_id: str) -> None:
        node = models[unique_id]
        if node["schema"] not in SCHEMAS or unique_id in found:
            return
        parents = manifest["parent_map"][unique_id]
        for parent in parents:
            if parent in models:
                add(parent)
        is_view = all(p in models and models[p]["schema"] in PUBLISHED for p in parents)
        found[unique_id] = Companion(node["schema"], node["alias"], is_view)

    for unique_id in sorted(models):
        add(unique_id)
    return list(found.values())


def copy_companions(
    connection: duckdb.DuckDBPyConnection, build: str, release: str, companions: list[Companion]
) -> None:
    """Copy what ships beside the marts into a release that already holds them.

    Args:
        connection: sees both databases; its current database is the build.
        build: name of the build's database.
        release: name of the release's database.
        companions: in an order in which each comes after those that it reads.

    Raises:
        duckdb.Error: a view reads what the release does not hold.
    """
    queries = {
        (schema, view): sql
        for schema, view, sql in connection.execute(
            "select schema_name, view_name, sql from duckdb_views() where database_name = ?",
            [build],
        ).fetchall()
    }
    for schema in sorted({companion.schema for companion in companions}):
        connection.execute(f"create schema {quote_name(release)}.{schema}")
    for companion in companions:
        name = f"{companion.schema}.{quote_name(companion.name)}"
        if companion.is_view:
            query = queries[companion.schema, companion.name].split(" AS ", 1)[1]
            # the view names schema and table alone: they are those of the database it stands in
            connection.execute(f"use {quote_name(release)}")
            connection.execute(f"create view {name} as {query}")
            connection.execute(f"use {quote_name(build)}")
        else:
            connection.execute(
                f"create table {quote_name(release)}.{name} as "
                f"select * from {quote_name(build)}.{name} order by all"
            )
