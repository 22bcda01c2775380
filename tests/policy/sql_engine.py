"""The project's own policy SQL over any rows, in memory.

dbt compiles the models once per test session; each run executes the compiled queries in order on
raw tables made from the rows of the test (`sql_rows.py`). Nothing of the SQL is repeated here, so
what holds for these runs holds for a build.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter

import duckdb

from pipelines.base.settings import PROJECT_DIR, Settings
from pipelines.build.models import find_source_ancestors, read_manifest, run_dbt
from pipelines.contracts.load import load_contracts
from pipelines.contracts.model import Contract

from .cases import Case
from .rows import RuleTables
from .sql_rows import Rows, to_rows, write_raw_tables

STATUS = "fct_chip_control_status"
REGIME = "fct_policy_regime"
CLAUSES = "fct_chip_clause_result"
SCENARIOS = "dim_scenario"
DATABASE = Settings().build_path.stem


@dataclass(frozen=True, slots=True)
class Model:
    """One compiled model: where its rows go, the query that makes them, and table or view."""

    name: str
    relation: str
    query: str
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Program:
    """The compiled models in an order in which each finds what it reads."""

    models: tuple[Model, ...]
    needed: tuple[tuple[str, str], ...]
    contracts: tuple[Contract, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """What the mart says of one case; the columns of `fct_chip_control_status` of these names."""

    outcome: str
    control_item: str | None
    clause_id: str | None
    policy_id: str | None
    licence_policy_id: str | None
    licence_review: str | None
    licence_exception_name: str | None
    licence_condition: str | None
    standard_basis: str | None
    standard_basis_on: date | None
    deciding_kind: str
    deciding_id: str | None
    deciding_detail: str | None
    binding_metric: str | None
    binding_value: float | None
    binding_threshold: float | None
    headroom_pct: float | None
    destination_restriction: str | None
    restriction_scope: str | None
    guidance: str | None


def compile_program(folder: Path, marts: Sequence[str] = (STATUS,)) -> Program:
    """Compile the marts and all they rest on.

    Args:
        folder: an empty folder for dbt's files.
        marts: names of models.
    """
    settings = Settings(warehouse_dir=folder)
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    run_dbt(settings, ["compile", "--select", *(f"+{mart}" for mart in marts)])
    return read_program(read_manifest(settings), marts)


def read_program(manifest: dict, marts: Sequence[str]) -> Program:
    """Read compiled models out of dbt's manifest, parents first."""
    ids = [f"model.compute_balance.{mart}" for mart in marts]
    needed = {pair for unique_id in ids for pair in find_source_ancestors(manifest, unique_id)}
    models: dict[str, Model] = {}

    def add(unique_id: str) -> None:
        if unique_id in models or not unique_id.startswith("model."):
            return
        node = manifest["nodes"][unique_id]
        for parent in node["depends_on"]["nodes"]:
            add(parent)
        is_view = node["schema"] == "marts" and node["config"]["materialized"] == "view"
        models[unique_id] = Model(
            node["name"],
            node["relation_name"],
            node["compiled_code"],
            "view" if is_view else "table",
        )

    for unique_id in ids:
        add(unique_id)
    return Program(
        tuple(models.values()),
        tuple(sorted(needed)),
        tuple(load_contracts(PROJECT_DIR / "pipelines" / "sources")),
    )


SqlRun = duckdb.DuckDBPyConnection


def open_database(as_of: date, threads: int) -> SqlRun:
    """Open an empty database in memory with the parameters of a build."""
    connection = duckdb.connect(":memory:")
    connection.execute(f"attach ':memory:' as {DATABASE}")
    connection.execute(f"use {DATABASE}")
    connection.execute(f"set threads = {threads}")
    for schema in ("raw", "staging", "intermediate", "marts"):
        connection.execute(f"create schema {schema}")
    connection.execute(
        "create table raw.build_parameters as "
        "select ?::date as as_of, 1::bigint as draws, 1::bigint as seed",
        [as_of],
    )
    return connection


def run_models(connection: SqlRun, program: Program) -> dict[str, float]:
    """Execute all models in order and return the seconds that each took.

    Every model but a published view becomes a table, staging too: a view would be worked out again
    by each reader.
    """
    seconds = {}
    for model in program.models:
        start = perf_counter()
        connection.execute(f"create {model.kind} {model.relation} as {model.query}")
        seconds[model.name] = perf_counter() - start
    return seconds


def run_sql(program: Program, rows: Rows, as_of: date, threads: int = 2) -> SqlRun:
    """Execute all models on the rows and return the connection that holds the results."""
    connection = open_database(as_of, threads)
    write_raw_tables(connection, program.contracts, program.needed, rows)
    run_models(connection, program)
    return connection


@contextmanager
def open_run(
    program: Program, tables: RuleTables, countries: Sequence[str], as_of: date
) -> Iterator[SqlRun]:
    """Execute all models on rule tables for some destinations; the results go with the context."""
    connection = run_sql(program, to_rows(tables, countries), as_of, threads=1)
    try:
        yield connection
    finally:
        connection.close()


def find_status(connection: SqlRun, cases: Sequence[Case]) -> list[list[Status]]:
    """Look cases up in the mart.

    Returns:
        For each case the rows that hold on its day: one, if intervals tile the time.
    """
    asked = [
        {
            "position": position,
            "scenario_id": case.scenario_id,
            "chip_id": case.chip_id,
            "destination_country": case.destination,
            "buyer_headquarters": case.buyer_headquarters,
            "transaction": case.transaction,
            "day": case.day.isoformat(),
        }
        for position, case in enumerate(cases)
    ]
    columns = ", ".join(f"status.{name}" for name in Status.__dataclass_fields__)
    # One text with all cases is quicker than as many bound values.
    found = connection.execute(
        f"""
        with asked as (
            select unnest(from_json(?, '[{{"position": "BIGINT", "scenario_id": "VARCHAR",
                "chip_id": "VARCHAR", "destination_country": "VARCHAR",
                "buyer_headquarters": "VARCHAR", "transaction": "VARCHAR", "day": "DATE"}}]'),
                recursive := true)
        )
        select position, {columns}
        from asked
        inner join marts.{STATUS} as status
            using (scenario_id, chip_id, destination_country, buyer_headquarters, transaction)
        where day >= status.valid_from and (status.valid_to is null or day < status.valid_to)
        """,
        [json.dumps(asked)],
    ).fetchall()
    answers: list[list[Status]] = [[] for _ in cases]
    for position, *values in found:
        answers[position].append(Status(*values))
    return answers


def find_broken_timelines(connection: SqlRun, table: str, key: Sequence[str]) -> list[tuple]:
    """List the timelines of a mart that do not tile the time from the horizon's first day on.

    A timeline tiles it if it starts there, each interval starts where the one before ends, and the
    last one alone is open.
    """
    columns = ", ".join(f'"{name}"' for name in key)
    return connection.execute(
        f"""
        with intervals as (
            select
                {columns}, valid_from, valid_to,
                lag(valid_to) over timeline as previous_to,
                row_number() over timeline as position,
                lead(valid_from) over timeline as next_from,
            from marts.{table}
            window timeline as (partition by {columns} order by valid_from)
        )
        select * from intervals
        where
            (position = 1 and valid_from <> date '2019-01-01')
            or (position > 1 and previous_to is distinct from valid_from)
            or (next_from is null and valid_to is not null)
            or valid_to <= valid_from
        """
    ).fetchall()
