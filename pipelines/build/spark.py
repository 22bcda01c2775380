"""Building the models on Apache Spark instead of DuckDB: the plan, the process, the results.

dbt compiles every model for DuckDB, as ever. Here each text is put into Spark's words, the plan is
carried out by `spark_session.py` in an environment of its own, and the tables come back as Parquet
files, which dbt then loads into the build file in the place of what it would compute
(macro `create_table_as`). Tests, audit and publication are those of every run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from sqlglot.schema import MappingSchema

from pipelines.base.errors import BuildFailed
from pipelines.base.files import write_json
from pipelines.base.settings import PROJECT_DIR, Settings
from pipelines.base.sql import quote_name, quote_text
from pipelines.build.models import read_manifest, run_dbt
from pipelines.build.register import list_changed_days, open_build
from pipelines.build.spark_sql import Schema, make_schema, translate
from pipelines.contracts.staging import get_raw_name
from pipelines.ingest.ingest import SourceLoads

SPARK_PYTHON = PROJECT_DIR / ".venv-spark" / "bin" / "python"
SCRIPT = Path(__file__).with_name("spark_session.py")
# the variable by which dbt knows where the tables are (macros/create_table_as.sql)
RESULTS_VARIABLE = "COMPUTE_BALANCE_SPARK_RESULTS"
# models between two lines of progress
TOLD_MODELS = 50
# schemas of a build file, in the order in which they may read each other
SCHEMAS = ("raw", "staging", "intermediate", "marts", "bridges", "bi")
# how Spark has to read what is written for DuckDB
SESSION = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.legacy.parquet.nanosAsLong": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # it takes away names that other parts of a wide plan still use
    "spark.sql.optimizer.excludedRules": (
        "org.apache.spark.sql.catalyst.optimizer.RemoveRedundantAliases"
    ),
}
# models are many and small: on one machine few partitions and no second planning cost least
LOCAL = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    # conditions that follow from others take longer to find than they save
    "spark.sql.constraintPropagation.enabled": "false",
    # a machine that slept for minutes is no lost worker
    "spark.executor.heartbeatInterval": "60s",
    "spark.network.timeout": "3600s",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    # hundreds of short queries: time goes into compiling, so compile less
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


def get_results_dir(settings: Settings) -> Path:
    """Return the folder with one folder of Parquet files per table that Spark has built."""
    return settings.build_dir / "spark"


def build_on_spark(
    settings: Settings,
    sources: list[SourceLoads],
    master: str,
    progress: Callable[[str], None] = lambda line: None,
) -> Path:
    """Build all models on Spark and leave the tables as Parquet files.

    Args:
        settings: where project and build file are; the build file has been started.
        sources: what has been loaded.
        master: address of a cluster, or `local[N]` for N cores of this machine.
        progress: receives a line now and then.

    Returns:
        The folder of the results, for `RESULTS_VARIABLE`.

    Raises:
        BuildFailed: there is no environment with Spark, a model cannot be put into Spark's words,
            or it failed there.
    """
    require_spark()
    run_dbt(settings, ["compile"])
    plan_path = settings.build_dir / "spark_plan.json"
    write_json(plan_path, make_plan(settings, sources, read_manifest(settings), master))
    folder = get_results_dir(settings)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run_plan(plan_path, progress)
    return folder


def require_spark() -> None:
    """Refuse where Spark or Java is missing.

    Raises:
        BuildFailed: says which, and what to do.
    """
    if not SPARK_PYTHON.exists():
        raise BuildFailed("there is no environment with Apache Spark; make it with `make spark`")
    if not shutil.which("java") and not os.environ.get("JAVA_HOME"):
        raise BuildFailed(
            "Apache Spark needs Java 17, and there is none; on Debian: apt install "
            "openjdk-17-jre-headless"
        )


def make_plan(
    settings: Settings, sources: list[SourceLoads], manifest: dict, master: str
) -> dict[str, Any]:
    """Return all that `spark_session.py` needs to know.

    Returns:
        `master`, `settings`, `folder`; `raw` by name: files, days on which documents counted again,
        columns; `models` in the order of the graph: name, kind, text for Spark, columns.
    """
    models = sort_models(manifest)
    tables = find_columns(settings, models)
    schema = make_schema(tables)
    local = LOCAL if master.startswith("local") else {}
    memory = {"spark.driver.memory": settings.spark_memory}
    return {
        "master": master,
        "settings": SESSION | local | memory,
        "folder": str(get_results_dir(settings).resolve()),
        "raw": list_raw_tables(settings, sources, tables["raw"]),
        "models": [
            describe_model(node, schema, tables[node["schema"]][node["alias"]]) for node in models
        ],
    }


def describe_model(node: dict, schema: MappingSchema, columns: dict[str, str]) -> dict[str, Any]:
    """Return what `spark_session.py` needs to know of a model.

    Raises:
        BuildFailed: it cannot be put into Spark's words; names it.
    """
    try:
        text = translate(node["compiled_code"], schema)
    except BuildFailed as error:
        raise BuildFailed(f"model {node['name']}: {error}") from error
    return {
        "name": f"{node['schema']}__{node['alias']}",
        "kind": "table" if is_carried_out(node) else "view",
        "steps": text.steps,
        "sql": text.query,
        "columns": _name_columns(columns),
    }


def is_carried_out(node: dict) -> bool:
    """Tell whether Spark makes files of a model: tables, and views between them.

    DuckDB saves the room of those views. On Spark they would make plans long, and most of the time
    goes into planning.
    """
    return node["config"]["materialized"] != "view" or node["schema"] == "intermediate"


def sort_models(manifest: dict) -> list[dict]:
    """Return the tables of a dbt manifest and the views that they need, each after all it reads.

    Views that only readers of a release ask are DuckDB's alone.
    """
    models = {i: n for i, n in manifest["nodes"].items() if n["resource_type"] == "model"}
    ordered: dict[str, dict] = {}

    def take(unique_id: str) -> None:
        if unique_id in models and unique_id not in ordered:
            for parent in manifest["parent_map"].get(unique_id, []):
                take(parent)
            ordered[unique_id] = models[unique_id]

    for unique_id, node in models.items():
        if node["config"]["materialized"] != "view":
            take(unique_id)
    return list(ordered.values())


def find_columns(settings: Settings, models: list[dict]) -> Schema:
    """Return columns and types of all tables of a build, as DuckDB has them.

    Every model is asked for no rows at all, in a database in memory: a second or two.
    """
    name = settings.build_path.stem
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach {quote_text(str(settings.build_path))} as build (read_only)")
        connection.execute(f"attach ':memory:' as {quote_name(name)}")
        connection.execute(f"use {quote_name(name)}")
        for schema in SCHEMAS:
            connection.execute(f"create schema {schema}")
        raw = connection.execute(
            "select table_name from information_schema.tables "
            "where table_catalog = 'build' and table_schema = 'raw'"
        ).fetchall()
        for (table,) in raw:
            table = f"raw.{quote_name(table)}"
            connection.execute(f"create table {table} as from build.{table} limit 0")
        for node in models:
            table = f"{node['schema']}.{quote_name(node['alias'])}"
            connection.execute(
                f"create table {table} as select * from ({node['compiled_code']}) limit 0"
            )
        found: Schema = {}
        for schema, table, column, kind in connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() "
            "where database_name = ? order by table_oid, column_index",
            [name],
        ).fetchall():
            found.setdefault(schema, {}).setdefault(table, {})[column] = kind
    return found


def list_raw_tables(
    settings: Settings, sources: list[SourceLoads], tables: dict[str, dict[str, str]]
) -> dict[str, dict[str, Any]]:
    """Return files, days and columns of all raw tables, by the names of their views.

    What a build says of itself (its day, kept outlooks) has no files yet; those are written here.
    """
    root = settings.warehouse_dir
    listed: dict[str, dict[str, Any]] = {}
    for loads in sources:
        for table in loads.contract.tables:
            files = loads.list_view_files(table.table)
            listed[get_raw_name(loads.contract, table)] = {
                "files": [str((root / file).resolve()) for file in files],
                "days": [
                    [s.document, s.origin, s.sha256, str(s.day)]
                    for s in (list_changed_days(loads, table) if files else [])
                ],
            }
    folder = settings.build_dir / "spark_inputs"
    folder.mkdir(parents=True, exist_ok=True)
    with open_build(settings) as connection:
        for name in tables.keys() - listed.keys():
            path = (folder / f"{name}.parquet").resolve()
            connection.execute(
                f"copy (from raw.{quote_name(name)}) to {quote_text(str(path))} (format parquet)"
            )
            listed[name] = {"files": [str(path)], "days": []}
    return {
        f"raw__{name}": entry | {"columns": _name_columns(tables[name])}
        for name, entry in listed.items()
    }


def _name_columns(columns: dict[str, str]) -> dict[str, str]:
    return {name: name_type(kind) for name, kind in columns.items()}


def name_type(kind: str) -> str:
    """Return Spark's name of one of DuckDB's types."""
    if kind.endswith("[]"):
        return f"array<{name_type(kind[:-2])}>"
    if kind.startswith("STRUCT("):
        fields = [field.strip().split(" ", 1) for field in kind[7:-1].split(",")]
        listed = ", ".join(f"{field.strip(chr(34))}: {name_type(of)}" for field, of in fields)
        return f"struct<{listed}>"
    known = {"VARCHAR": "string", "HUGEINT": "decimal(38,0)", "TIMESTAMP": "timestamp_ntz"}
    return known.get(kind, kind.lower())


def run_plan(plan_path: Path, progress: Callable[[str], None]) -> None:
    """Carry out a plan in the environment of Spark, and tell how far it has come.

    Raises:
        BuildFailed: a model failed, or Spark did not start.
    """
    errors = plan_path.with_name("spark.log")
    with errors.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [str(SPARK_PYTHON), str(SCRIPT), str(plan_path)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        failure, done = None, 0
        assert process.stdout is not None
        for line in process.stdout:
            told = json.loads(line)
            if "error" in told:
                failure = f"{told['name']}: {told['error']}"
            elif "name" in told:
                done += 1
                if done % TOLD_MODELS == 0:
                    progress(f"  spark: {done} models done")
            else:
                progress(f"  spark: {done} models done; {describe_process(told)}")
        code = process.wait()
    if failure or code:
        raise BuildFailed(
            f"Apache Spark: {failure}" if failure else f"Apache Spark ended early; see {errors}"
        )


def describe_process(measured: dict[str, Any]) -> str:
    """Return in words what the process of Spark took, as far as it could be measured."""
    spent, peak = measured.get("cpu_s"), measured.get("peak_mib")
    parts = [f"{spent:,.0f} s of processor time" if spent else "processor time unknown"]
    return ", ".join(parts + ([f"at most {peak:,} MiB"] if peak else []))
