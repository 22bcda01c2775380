"""Filling schema `meta` of a build: sources, documents, lineage, corrections, checks, run."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pyarrow as pa

from pipelines.base.settings import Settings
from pipelines.base.sql import quote_name, quote_text
from pipelines.build.models import find_source_ancestors
from pipelines.contracts.corrections import load_corrections
from pipelines.contracts.staging import get_staging_name
from pipelines.ingest.ingest import SourceLoads
from pipelines.ingest.records import TableLoad
from pipelines.quality.records import Check, Freshness, RunRecord
from pipelines.release.meta_tables import META_TABLES

_TERMS = ("allowed", "facts_only", "unknown")


def create_meta_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create schema `meta` with all tables empty and every column described."""
    # one transaction: each comment on its own would be flushed to disk by itself
    connection.execute("begin")
    connection.execute("create schema if not exists meta")
    for name, table in META_TABLES.items():
        columns = ", ".join(f"{quote_name(c)} {type_}" for c, (type_, _) in table.columns.items())
        connection.execute(f"create or replace table meta.{name} ({columns})")
        connection.execute(f"comment on table meta.{name} is {quote_text(table.description)}")
        for column, (_, description) in table.columns.items():
            connection.execute(
                f"comment on column meta.{name}.{quote_name(column)} is {quote_text(description)}"
            )
    connection.execute("commit")


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple]) -> None:
    """Add rows to a meta table, values in the order of its columns."""
    if rows:
        # in one statement: row by row two thousand checks take seconds
        columns = zip(META_TABLES[table].columns, zip(*rows, strict=True), strict=True)
        new_rows = pa.table({name: pa.array(values) for name, values in columns})
        connection.register("new_rows", new_rows)
        connection.execute(f"insert into meta.{table} select * from new_rows")
        connection.unregister("new_rows")


def write_sources(
    connection: duckdb.DuckDBPyConnection, sources: list[SourceLoads], freshness: list[Freshness]
) -> None:
    """Fill `meta.source`."""
    states = {item.source_id: item for item in freshness}
    rows = []
    for loads in sources:
        contract, state = loads.contract, states[loads.contract.source_id]
        publishers = contract.publishers
        loaded = [load.loaded_at for load in loads.current]
        rows.append(
            (
                contract.source_id,
                contract.title,
                ", ".join(p.name for p in publishers),
                ", ".join(dict.fromkeys(p.licence for p in publishers)),
                "; ".join(dict.fromkeys(p.attribution for p in publishers)),
                max((p.redistribution for p in publishers), key=_TERMS.index),
                contract.cadence,
                max(loaded) if loaded else None,
                state.newest_known_on,
                state.state,
                contract.area,
                contract.kind,
                state.rows_known,
                contract.fresh_for_days,
                " ".join(contract.usage_warnings) or None,
            )
        )
    insert_rows(connection, "source", rows)


def write_documents(connection: duckdb.DuckDBPyConnection, sources: list[SourceLoads]) -> None:
    """Fill `meta.document` with what is in use and what was refused."""
    rows = []
    for loads in sources:
        for load in [*loads.current, *loads.refused]:
            tables: list[TableLoad | None] = [*load.tables] or [None]
            for table in tables:
                rows.append(
                    (
                        load.sha256,
                        load.source_id,
                        load.address,
                        load.fetched_at,
                        table.rows_accepted if table else 0,
                        table.rows_quarantined if table else 0,
                        load.contract_version,
                        table.table if table else None,
                        load.document_on,
                        load.origin,
                        load.status,
                        table.rows_read if table else None,
                        table.rows_left_out if table else None,
                        table.rows_corrected if table else None,
                        table.rows_unverified if table else None,
                        load.reason,
                    )
                )
    insert_rows(connection, "document", rows)


def write_lineage(
    connection: duckdb.DuckDBPyConnection, sources: list[SourceLoads], manifest: dict
) -> None:
    """Fill `meta.lineage`: which documents feed each mart, with their known rows."""
    known: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for loads in sources:
        for table in loads.contract.tables:
            name = get_staging_name(loads.contract, table)
            known[loads.contract.source_id, table.table] = connection.execute(
                f"select document_sha256, count(*) from staging.{name} group by all order by all"
            ).fetchall()
    rows = []
    for unique_id, node in sorted(manifest["nodes"].items()):
        if node["resource_type"] != "model" or node["schema"] != "marts":
            continue
        for source_id, raw_table in sorted(find_source_ancestors(manifest, unique_id)):
            rows += [
                (node["name"], source_id, sha256, count, raw_table)
                for sha256, count in known.get((source_id, raw_table), [])
            ]
    insert_rows(connection, "lineage", rows)


def write_drifts(connection: duckdb.DuckDBPyConnection, sources: list[SourceLoads]) -> None:
    """Fill `meta.drift` with what the upstreams have changed."""
    rows = [
        (
            drift.source_id,
            drift.table,
            drift.document,
            drift.sha256,
            drift.kind,
            drift.found,
            drift.expected,
            drift.mend,
            drift.stops and drift.accepted is None,
            drift.accepted and drift.accepted.by,
            drift.accepted and drift.accepted.at,
            drift.accepted and drift.accepted.reason,
        )
        for loads in sources
        for drift in loads.drifts
    ]
    insert_rows(connection, "drift", rows)


def write_corrections(connection: duckdb.DuckDBPyConnection, sources: list[SourceLoads]) -> None:
    """Fill `meta.correction` with the corrections of every source in use."""
    rows = [
        (
            item.id,
            loads.contract.source_id,
            item.table,
            ", ".join(f"{name}={value}" for name, value in item.where.items()),
            item.field,
            item.expect,
            item.value,
            item.action,
            item.reason,
        )
        for loads in sources
        for item in load_corrections(loads.contract)
    ]
    insert_rows(connection, "correction", rows)


def write_quarantine(
    connection: duckdb.DuckDBPyConnection, sources: list[SourceLoads], settings: Settings
) -> None:
    """Fill `meta.quarantine` from the quarantine files of the documents in use."""
    columns = ", ".join(META_TABLES["quarantine"].columns)
    for loads in sources:
        for load in loads.current:
            for table in load.tables:
                if table.quarantine_file:
                    path = quote_text(str(settings.warehouse_dir / table.quarantine_file))
                    connection.execute(
                        f"insert into meta.quarantine select {columns} from read_parquet({path})"
                    )


def write_assumptions(connection: duckdb.DuckDBPyConnection, sources: list[SourceLoads]) -> None:
    """Fill `meta.assumption` from the registry, where the project has one.

    The scope is told as `column=value`; `used_by` names the sections of the method that read the
    parameter, its role where it drives no figure, and the sections that only check by it.
    """
    contracts = [loads.contract for loads in sources if loads.contract.source_id == "assumptions"]
    for contract in contracts:
        assumptions = contract.get_table("assumptions")
        scope = ", ".join(
            f"{quote_text(name + '=')} || {quote_name(name)}::varchar"
            for name in (assumptions.governed_by.columns if assumptions.governed_by else [])
        )
        own = {
            "applies_to": f"coalesce(nullif(concat_ws(';', {scope}), ''), 'all')",
            "used_by": "concat_ws('; ', replace(sections, ';', ', '), "
            "case when role = 'structure' then role end, "
            "case when role = 'bound' then role else 'check' end || ' in ' "
            "|| replace(check_sections, ';', ', '))",
        }
        columns = ", ".join(own.get(name, name) for name in META_TABLES["assumption"].columns)
        connection.execute(
            f"insert into meta.assumption select {columns} "
            f"from staging.{get_staging_name(contract, assumptions)} as assumptions "
            f"inner join staging.{get_staging_name(contract, contract.get_table('parameters'))} "
            "using (parameter) order by 1"
        )


def write_policy_inbox(connection: duckdb.DuckDBPyConnection, sources: list[SourceLoads]) -> None:
    """Fill `meta.policy_inbox`, where the project watches rule-makers."""
    if any(loads.contract.source_id == "policy_watch" for loads in sources):
        connection.execute(
            "insert into meta.policy_inbox select document_number, title, published_on, "
            "document_url, relevance, reasons, review, reviewed_on, policy_ids "
            "from intermediate.int_policy__inbox order by published_on, document_number"
        )


def write_checks(
    connection: duckdb.DuckDBPyConnection, checks: list[Check], run_id: str, at: datetime
) -> None:
    """Fill `meta.quality_result`."""
    rows = [
        (
            check.name,
            check.table,
            check.severity,
            check.passed,
            check.observed,
            run_id,
            at,
            check.kind,
            check.message,
        )
        for check in checks
    ]
    insert_rows(connection, "quality_result", rows)


def write_run(connection: duckdb.DuckDBPyConnection, record: RunRecord) -> None:
    """Fill `meta.run` with the stages so far."""
    rows = [
        (
            record.run_id,
            record.as_of,
            stage.stage,
            stage.started_at,
            stage.seconds,
            stage.peak_mib,
            stage.status,
        )
        for stage in record.stages
    ]
    insert_rows(connection, "run", rows)
