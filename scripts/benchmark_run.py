"""Time and peak memory of the whole run, beside the time of its own SQL alone.

    python scripts/benchmark_run.py [--draws N] [--repeat N] [--keep FOLDER]

Everything happens in a temporary folder; nothing of the warehouse is touched. Measured are:

- `cold`: the command `run` in an empty folder, as after a fresh clone: every document is loaded,
  dbt parses from nothing, the build is audited and published;
- `warm`: the same with documents loaded and dbt's parse kept, but nothing published, so that
  register, models, meta, audit and publish do all their work;
- `unchanged`: a run that finds nothing new;
- `start-up`: a process that imports what a run imports and lets dbt parse the project, warm;
- `SQL alone`: the compiled SQL of all models in the order of their dependencies, straight through
  DuckDB into a new file, on the same raw files and with the same limits; no dbt, no tests;
- `SQL and tests`: the same, and the compiled SQL of all tests of dbt after it.

Each is a process of its own: seconds are wall time, `cpu` is user and system time of the process,
peak is its largest resident memory as the operating system reports it. The last column is the wall
time as a multiple of `SQL alone`; the line `warm without start-up` sets off what no run can avoid.
With `--repeat` every process runs several times and the fastest counts. On a machine that does
other work at the same time wall time says little; `cpu` says more.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from pipelines.base.settings import PROJECT_DIR, Settings
from pipelines.base.sql import quote_name
from pipelines.build.kept import forget_build
from pipelines.build.keys import list_key_queries, name_relation
from pipelines.build.models import read_manifest

IMPORTS_AND_PARSE = """
import great_expectations
from pipelines.build.models import run_dbt
from pipelines.base.settings import Settings
import pipelines.run.pipeline
run_dbt(Settings(), ["parse"])
"""


@dataclass(frozen=True)
class Measure:
    """What one process took: wall and processor seconds, and peak memory in MiB."""

    name: str
    seconds: float
    cpu_seconds: float
    peak_mib: float


def measure_process(name: str, command: list[str], environment: dict[str, str]) -> Measure:
    """Run a command to its end and measure it.

    Raises:
        SystemExit: the command failed; shows what it wrote.
    """
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        process = subprocess.Popen(
            command, cwd=PROJECT_DIR, env=environment, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        if status != 0:
            output.seek(0)
            sys.exit(f"{name} failed:\n{output.read().decode(errors='replace')[-4000:]}")
    return Measure(name, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def list_statements(manifest: dict, with_tests: bool) -> list[str]:
    """Return the models' SQL in an order in which each finds what it reads, then the tests' SQL."""
    models = {i: n for i, n in manifest["nodes"].items() if n["resource_type"] == "model"}
    needs = {i: [p for p in n["depends_on"]["nodes"] if p in models] for i, n in models.items()}
    statements = []
    for unique_id in TopologicalSorter(needs).static_order():
        node = models[unique_id]
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        statements.append(f"create {kind} {name_relation(node)} as {node['compiled_code']}")
    if with_tests:
        keys = list_key_queries(manifest)
        tests = [n for n in manifest["nodes"].values() if n["resource_type"] == "test"]
        queries = [keys.get(test["unique_id"]) or test["compiled_code"] for test in tests]
        statements += [f"select count(*) from ({query})" for query in queries]
    return statements


def execute_alone(settings: Settings, with_tests: bool) -> None:
    """Execute the last build's SQL in a new file beside it, on the same raw files."""
    manifest = read_manifest(settings)
    schemas = {n["schema"] for n in manifest["nodes"].values() if n["resource_type"] == "model"}
    # compiled SQL names the database, which DuckDB calls by the file's stem
    path = settings.build_dir / "alone" / settings.build_path.name
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir()
    with duckdb.connect(str(path)) as connection:
        connection.execute("set memory_limit = ?", [settings.memory_limit])
        connection.execute(f"set threads = {settings.threads}")
        for schema in sorted(schemas):
            connection.execute(f"create schema {quote_name(schema)}")
        copy_raw(settings.build_path, connection)
        for statement in list_statements(manifest, with_tests):
            connection.execute(statement).fetchall()
    shutil.rmtree(path.parent)


def copy_raw(build_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Give a database all that models read: the build's views on raw files and its own tables."""
    with duckdb.connect(str(build_path), read_only=True) as build:
        views = build.execute("select sql from duckdb_views() where schema_name = 'raw'").fetchall()
        tables = {
            name: build.execute(f"from raw.{quote_name(name)}").to_arrow_table()
            for (name,) in build.execute(
                "select table_name from duckdb_tables() where schema_name = 'raw'"
            ).fetchall()
        }
    connection.execute("create schema raw")
    for (view,) in views:
        connection.execute(view)
    for name, rows in tables.items():
        connection.register("copied", rows)
        connection.execute(f"create table raw.{quote_name(name)} as from copied")
        connection.unregister("copied")


def forget_releases(settings: Settings) -> None:
    """Remove what was published, so that the next run works again; loaded data stays.

    The build is forgotten as well: every table is made anew.
    """
    forget_build(settings)
    settings.current_path.unlink(missing_ok=True)
    shutil.rmtree(settings.releases_dir, ignore_errors=True)


def measure_all(folder: Path, draws: int, repeat: int) -> list[Measure]:
    """Measure every line of the table, the fastest of `repeat` processes each."""
    settings = Settings(warehouse_dir=folder / "warehouse", draws=draws)
    environment = os.environ | {
        "COMPUTE_BALANCE_WAREHOUSE_DIR": str(settings.warehouse_dir),
        "COMPUTE_BALANCE_DRAWS": str(draws),
    }
    run = [sys.executable, "-m", "pipelines.cli", "run", "--json"]
    alone = [sys.executable, __file__, "--alone"]

    def measure(
        name: str, command: list[str], prepare: Callable[[], object] = lambda: None
    ) -> Measure:
        found = []
        for _ in range(repeat):
            prepare()
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            found.append(measure_process(name, command, environment))
            print(f"  {found[-1].seconds:.1f} s", file=sys.stderr, flush=True)
        return min(found, key=lambda item: item.seconds)

    def clear() -> None:
        shutil.rmtree(settings.warehouse_dir, ignore_errors=True)

    return [
        measure("cold", run, clear),
        measure("warm", run, lambda: forget_releases(settings)),
        measure("unchanged", run),
        measure("SQL alone", [*alone, "models"]),
        measure("SQL and tests", [*alone, "tests"]),
        # last, because parsing anew leaves a manifest without compiled SQL
        measure("start-up", [sys.executable, "-c", IMPORTS_AND_PARSE]),
    ]


def print_measures(measures: list[Measure]) -> None:
    """Print the table, with ratios to the time of the SQL alone."""
    by_name = {item.name: item for item in measures}
    base = by_name["SQL alone"].seconds
    start = by_name["start-up"]
    warm = by_name["warm"]
    rows = [
        *measures,
        Measure(
            "warm without start-up",
            warm.seconds - start.seconds,
            warm.cpu_seconds - start.cpu_seconds,
            warm.peak_mib,
        ),
    ]
    print(f"{'':<22} {'seconds':>8} {'cpu':>8} {'peak MiB':>9} {'x SQL alone':>12}")
    for row in rows:
        print(
            f"{row.name:<22} {row.seconds:>8.1f} {row.cpu_seconds:>8.1f} {row.peak_mib:>9.0f} "
            f"{row.seconds / base:>12.2f}"
        )


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=Settings().draws)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="work in this folder and keep it")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--alone", choices=["models", "tests"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.alone:
        execute_alone(Settings(), arguments.alone == "tests")
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        measures = measure_all(folder, arguments.draws, arguments.repeat)
    if arguments.json:
        print(json.dumps([vars(item) for item in measures], indent=1))
    else:
        print_measures(measures)


if __name__ == "__main__":
    main()
