"""Building all models on Apache Spark: a script for the environment in which Spark stands.

It imports nothing of this package, which is not installed there. What to do it reads from a plan
(`spark.py` writes it): raw tables, then models in order, each as text for Spark. Every table of
the plan becomes Parquet files; views are asked when a table needs them. One line of JSON per
finished model goes to standard output.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import broadcast, coalesce, col
from pyspark.sql.types import StructType

# folder of what models keep while they are made
STEPS = "_steps"


def start_session(plan: dict[str, Any]) -> SparkSession:
    """Start Spark with the plan's settings: a cluster by its address, or this machine."""
    builder = SparkSession.builder.master(plan["master"]).appName("compute-balance")
    for name, value in plan["settings"].items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session


def show_raw(session: SparkSession, name: str, table: dict[str, Any]) -> None:
    """Make a view of a table's raw Parquet files, as `write_raw_query` does for DuckDB.

    Rows of a large document are numbered by their place in the file alone. A document that came
    back stands there again with the day on which it did.
    """
    columns = table["columns"]
    listed = ", ".join(f"`{column}` {kind}" for column, kind in columns.items())
    if not table["files"]:
        nothing = [f"cast(null as {kind}) as `{column}`" for column, kind in columns.items()]
        session.range(0).selectExpr(*nothing).createOrReplaceTempView(name)
        return
    rows = session.read.schema(listed).parquet(*table["files"])
    if "document_row" in columns:
        place = col("_metadata.row_index") + 1
        rows = rows.withColumn("document_row", coalesce(col("document_row"), place))
    if table["days"]:
        rows = repeat_documents(session, rows, table["days"])
    select_typed(rows, columns).createOrReplaceTempView(name)


def repeat_documents(session: SparkSession, rows: DataFrame, days: list[list[str]]) -> DataFrame:
    """Return the rows once for each day on which their document counted."""
    listed = ", ".join(f"({', '.join(quote(part) for part in day)})" for day in days)
    seen = broadcast(
        session.sql(f"select * from values {listed} as seen (document, origin, sha256, day)")
    )
    is_same = (
        (rows["document_name"] == seen["document"])
        & (rows["document_origin"].cast("string") == seen["origin"])
        & (rows["document_sha256"].cast("string") == seen["sha256"])
    )
    found = rows.join(seen, is_same)
    return found.withColumn("document_on", col("day").cast("date"))


def quote(text: str) -> str:
    """Return a constant of Spark's SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def select_typed(rows: DataFrame, columns: dict[str, str]) -> DataFrame:
    """Return the columns that DuckDB would have, in its order and of its types."""
    # one text per column: a call of Spark for each part of it would take longer than most models
    return rows.selectExpr(
        [f"cast(`{name}` as {kind}) as `{name}`" for name, kind in columns.items()]
    )


def build_model(session: SparkSession, model: dict[str, Any], folder: Path) -> None:
    """Make one model: a table as Parquet files, of which a view is made; or a view."""
    kept = folder / STEPS / model["name"]
    for step in model["steps"]:
        take_step(session, step, kept / step["name"])
    rows = session.sql(model["sql"])
    if list(model["columns"]) != rows.columns:
        raise ValueError(f"columns {rows.columns} in the place of {list(model['columns'])}")
    rows = select_typed(rows, model["columns"])
    if model["kind"] == "table":
        listed = ", ".join(f"`{column}` {kind}" for column, kind in model["columns"].items())
        rows = write_rows(session, rows, folder / model["name"], listed)
    rows.createOrReplaceTempView(model["name"])
    for step in model["steps"]:
        session.catalog.dropTempView(step["name"])
    if model["kind"] == "table":
        shutil.rmtree(kept, ignore_errors=True)


def write_rows(
    session: SparkSession, rows: DataFrame, path: Path, schema: StructType | str
) -> DataFrame:
    """Write rows as Parquet files and return them as those files have them."""
    rows.write.mode("overwrite").parquet(str(path))
    return session.read.schema(schema).parquet(str(path))


def take_step(session: SparkSession, step: dict[str, Any], path: Path) -> None:
    """Carry out a part of a model before the model, and show it under its name.

    A recursive part is carried out until it gives no more rows. Where a column is nothing but null,
    which no file can hold, a part stays a view.
    """
    rows = session.sql(step["sql"])
    schema = rows.schema
    if step["again"]:
        rows = write_rows(session, rows, path / "0", schema)
        levels = [str(path / "0")]
        while not rows.isEmpty():
            rows.createOrReplaceTempView(step["name"])
            level = path / str(len(levels))
            found = session.sql(step["again"])
            kinds = {field.name: field.dataType.simpleString() for field in schema.fields}
            named = found.toDF(*kinds)
            rows = write_rows(session, select_typed(named, kinds), level, schema)
            levels.append(str(level))
        rows = session.read.schema(schema).parquet(*levels)
    elif not any("void" in field.dataType.simpleString() for field in schema.fields):
        rows = write_rows(session, rows, path, schema)
    rows.createOrReplaceTempView(step["name"])


def print_line(what: dict[str, Any]) -> None:
    """Write one line for whoever started this."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def carry_out(plan_path: str) -> int:
    """Carry out a plan; 1 where a model failed, which is named with Spark's first sentence."""
    plan = json.loads(Path(plan_path).read_text(encoding="utf-8"))
    folder = Path(plan["folder"])
    session = start_session(plan)
    for name, table in plan["raw"].items():
        show_raw(session, name, table)
    for model in plan["models"]:
        started = time.monotonic()
        try:
            build_model(session, model, folder)
        except (PySparkException, Py4JError, ValueError) as error:
            message = str(error).split("\n\nJVM stacktrace")[0][:2000]
            print_line({"name": model["name"], "error": message})
            return 1
        told = {"name": model["name"], "seconds": round(time.monotonic() - started, 2)}
        print_line(told)
    print_line(measure_process(session))
    session.stop()
    return 0


def measure_process(session: SparkSession) -> dict[str, Any]:
    """Return processor time (s) and peak memory (MiB) of Spark's process, as far as known.

    On a cluster it is the process that plans; the work is done elsewhere.
    """
    machine = session.sparkContext._jvm.java.lang.ProcessHandle.current()
    spent = machine.info().totalCpuDuration()
    measured: dict[str, Any] = {
        "cpu_s": round(spent.get().toMillis() / 1000, 1) if spent.isPresent() else None
    }
    status = Path(f"/proc/{machine.pid()}/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        measured["peak_mib"] = int(lines["VmHWM"].split()[0]) // 1024
    return measured


if __name__ == "__main__":
    sys.exit(carry_out(sys.argv[1]))
