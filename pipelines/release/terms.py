"""On what terms each published table may be passed on: from contracts, lineage and the rows.

A table that names the sources of its rows (`source_ids`) carries rows of those sources: a row may
be passed on where every publisher of every source of it allows that. A table without such a column
holds results that this project has worked out: no row of a source stands in it, its figures may be
quoted under every term there is, and it may be passed on unless terms are unknown. A model can say
`meta: {carries: rows}` where it shows rows of its sources without naming them; nothing makes it
laxer. Writing a release without the rest belongs in `open_release.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.base.rows import fetch_row
from pipelines.base.sql import quote_name, quote_text
from pipelines.build.models import find_source_ancestors
from pipelines.contracts.model import Contract, Publisher
from pipelines.ingest.ingest import SourceLoads
from pipelines.release.bridges import FOR_PEOPLE
from pipelines.release.write_meta import insert_rows

# from the mildest to the strictest
TERMS = ("allowed", "facts_only", "unknown")
ROWS, RESULTS = "rows", "results"
SOURCE_COLUMNS = ("source_ids", "source_id")


@dataclass(frozen=True)
class Carried:
    """One published table: what it carries, from which sources, by which column it says so."""

    schema: str
    table: str
    carries: str
    source_column: str | None
    source_ids: tuple[str, ...]
    # a view among the marts puts together many tables; counting it takes as long as reading it
    is_large_view: bool = False

    @property
    def name(self) -> str:
        """Schema and name for SQL."""
        return f"{self.schema}.{quote_name(self.table)}"


def find_strictest(publishers: list[Publisher]) -> str:
    """Return the strictest term of redistribution; `allowed` where there is no publisher."""
    return max((p.redistribution for p in publishers), key=TERMS.index, default=TERMS[0])


def list_open_sources(contracts: list[Contract]) -> list[str]:
    """Return the sources whose publishers all allow that their rows are passed on."""
    return sorted(c.source_id for c in contracts if find_strictest(c.publishers) == TERMS[0])


def list_carried(connection: duckdb.DuckDBPyConnection, manifest: dict) -> list[Carried]:
    """Return marts and views for people with what they carry.

    Args:
        connection: to the build, which is its current database.
        manifest: dbt's manifest of the build.
    """
    columns: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where database_name = current_database()"
    ).fetchall():
        columns.setdefault((schema, table), set()).add(column)
    found = []
    for unique_id, node in sorted(manifest["nodes"].items()):
        if node["resource_type"] != "model" or node["schema"] not in ("marts", FOR_PEOPLE):
            continue
        known = columns[node["schema"], node["alias"]]
        column = next((name for name in SOURCE_COLUMNS if name in known), None)
        declared = (node.get("config") or {}).get("meta", {}).get("carries")
        sources = {source_id for source_id, _ in find_source_ancestors(manifest, unique_id)}
        if column:
            sources = _read_sources(connection, node, column)
        carries = ROWS if column or declared == ROWS else RESULTS
        is_view = node["config"]["materialized"] == "view" and node["schema"] == "marts"
        found.append(
            Carried(node["schema"], node["alias"], carries, column, tuple(sorted(sources)), is_view)
        )
    return found


def _read_sources(connection: duckdb.DuckDBPyConnection, node: dict, column: str) -> set[str]:
    """Return the sources that the rows of a table name."""
    table = f"{node['schema']}.{quote_name(node['alias'])}"
    rows = connection.execute(
        "select distinct trim(unnest(string_split("
        f"{quote_name(column)}, ','))) from (select distinct {quote_name(column)} from {table})"
    ).fetchall()
    return {source_id for (source_id,) in rows if source_id}


def make_open_condition(carried: Carried, open_sources: list[str], unknown: set[str]) -> str:
    """Return SQL that is true for the rows of a table that may be passed on.

    Args:
        carried: the table.
        open_sources: sources whose publishers all allow it.
        unknown: sources with a publisher whose terms nobody knows.
    """
    allowed = ", ".join(quote_text(name) for name in open_sources)
    if carried.source_column:
        column = quote_name(carried.source_column)
        named = f"list_transform(string_split({column}, ','), lambda name: trim(name))"
        # a row that names no source rests on judgements and lists of this project
        return f"({column} is null or list_has_all([{allowed}]::varchar[], {named}))"
    if carried.carries == ROWS:
        return "true" if set(carried.source_ids) <= set(open_sources) else "false"
    return "false" if set(carried.source_ids) & unknown else "true"


def write_terms(
    connection: duckdb.DuckDBPyConnection, sources: list[SourceLoads], manifest: dict
) -> None:
    """Fill `meta.table_terms` and `meta.table_publisher`.

    Args:
        connection: to the build, whose marts stand.
        sources: sources with their contracts.
        manifest: dbt's manifest of the build.
    """
    contracts = {loads.contract.source_id: loads.contract for loads in sources}
    open_sources = list_open_sources(list(contracts.values()))
    unknown = {c.source_id for c in contracts.values() if find_strictest(c.publishers) == TERMS[2]}
    terms, publishers = [], []
    for carried in list_carried(connection, manifest):
        named = [
            (source_id, publisher)
            for source_id in carried.source_ids
            if source_id in contracts
            for publisher in contracts[source_id].publishers
        ]
        condition = make_open_condition(carried, open_sources, unknown)
        rows, open_rows = _count_rows(connection, carried, condition)
        terms.append(
            (
                carried.schema,
                carried.table,
                carried.carries,
                ", ".join(carried.source_ids) or None,
                find_strictest([publisher for _, publisher in named]),
                condition == "true" or (rows is not None and rows == open_rows),
                rows,
                open_rows,
                condition,
                "; ".join(dict.fromkeys(p.licence for _, p in named)) or None,
                "; ".join(dict.fromkeys(p.attribution for _, p in named)) or None,
            )
        )
        publishers += [
            (
                carried.schema,
                carried.table,
                source_id,
                p.name,
                p.licence,
                p.redistribution,
                p.attribution,
                p.address,
            )
            for source_id, p in named
        ]
    insert_rows(connection, "table_terms", terms)
    insert_rows(connection, "table_publisher", publishers)


def _count_rows(
    connection: duckdb.DuckDBPyConnection, carried: Carried, condition: str
) -> tuple[int | None, int | None]:
    """Return the rows of a table and those that may be passed on; None for a view among marts."""
    if carried.is_large_view:
        return None, None
    return fetch_row(
        connection, f"select count(*), count(*) filter (where {condition}) from {carried.name}"
    )


def describe_terms(connection: duckdb.DuckDBPyConnection) -> str:
    """Return in words on what terms the whole release may be passed on.

    Args:
        connection: to the build, whose `meta.table_terms` is filled.
    """
    tables, whole = fetch_row(
        connection,
        "select count(*), count(*) filter (where may_be_passed_on) from meta.table_terms "
        "where schema_name = 'marts'",
    )
    return (
        "Figures may be quoted with the attribution of their table. The file as a whole is not to "
        f"be passed on: of {tables} marts {whole} may be, and of the others only the rows that "
        "meta.table_terms names. The open edition holds just those (compute-balance release open)."
    )


def make_citation(release_id: str, as_of: date, content_hash: str) -> str:
    """Return how to cite a release: what it is, its day, and the hash that anybody can check."""
    return (
        f"Compute Balance, release {release_id}, as of {as_of}, content hash {content_hash[:16]}; "
        "with the attribution of the tables that were used (meta.table_terms)."
    )
