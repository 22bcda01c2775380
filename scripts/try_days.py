"""Whether the warehouse builds as of earlier days: every month's end, and days drawn at random.

    python scripts/try_days.py --results FILE [--draws N] [--day 2023-12-19 ...] [--again]

Each day is built, tested and audited as `run --as-of` does it, but every failed check is told, not
only those before which a build would have stopped, and nothing is published. The day is a row of
the build, so the SQL of models and tests is the same for all days: dbt compiles it once, and
DuckDB executes it alone. A line of the results file is one day: its outcome (`passed`, `failed`,
`broken` where a model or a stage could not end), what each failed check found, and seconds. Days
that stand there are not tried again, so that a long series can be stopped and taken up; `--again`
tries those that did not pass. The days come in an order in which the first few already spread over
all years.
"""

import argparse
import json
import random
import tempfile
import time
from datetime import date, timedelta
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from pipelines.base.errors import AuditFailed, BuildFailed, ComputeBalanceError
from pipelines.base.rows import fetch_value
from pipelines.base.settings import Settings
from pipelines.base.sql import quote_name
from pipelines.base.texts import shorten
from pipelines.build.keys import list_key_queries
from pipelines.build.models import NodeResult, read_manifest, run_dbt
from pipelines.build.register import open_build, start_build
from pipelines.ingest.ingest import SourceLoads, ingest_all
from pipelines.release.lock import hold_lock
from pipelines.run.stages import audit_build, ingest_sources, register_raw, write_meta
from pipelines.run.state import start_run

FIRST, LAST = date(2019, 1, 31), date(2026, 10, 31)
RANDOM_DAYS, RANDOM_SEED = 20, 20260114


def list_month_ends(first: date, last: date) -> list[date]:
    """Return the last days of all months from one day to another, both included."""
    days, day = [], date(first.year, first.month, 1)
    while day <= last:
        following = (day + timedelta(days=31)).replace(day=1)
        days.append(following - timedelta(days=1))
        day = following
    return [end for end in days if first <= end <= last]


def draw_days(first: date, last: date, count: int, seed: int) -> list[date]:
    """Return days drawn from a span without putting back; the same for the same seed."""
    span = (last - first).days + 1
    return [first + timedelta(days=n) for n in random.Random(seed).sample(range(span), count)]


def spread(days: list[date]) -> list[date]:
    """Return the days in an order whose every beginning is spread over the whole span."""
    ordered = sorted(set(days))
    width = max(len(ordered) - 1, 1).bit_length()
    turned = [int(f"{n:0{width}b}"[::-1], 2) for n in range(2**width)]
    return [ordered[n] for n in turned if n < len(ordered)]


def compile_sql(settings: Settings, sources: list[SourceLoads]) -> dict:
    """Let dbt compile all models and tests on an empty build; returns its manifest."""
    start_build(settings, sources, LAST, "trial")
    run_dbt(settings, ["compile", "--exclude", "resource_type:unit_test"])
    return read_manifest(settings)


def build_alone(settings: Settings, manifest: dict) -> list[NodeResult]:
    """Execute the SQL of all models and then of all tests on the build file.

    Returns:
        One result per test.

    Raises:
        BuildFailed: the engine refused a model; names it.
    """
    models = {i: n for i, n in manifest["nodes"].items() if n["resource_type"] == "model"}
    needs = {i: [p for p in n["depends_on"]["nodes"] if p in models] for i, n in models.items()}
    tests = [n for n in manifest["nodes"].values() if n["resource_type"] == "test"]
    with open_build(settings) as connection:
        for schema in sorted({node["schema"] for node in models.values()}):
            connection.execute(f"create schema {quote_name(schema)}")
        for unique_id in TopologicalSorter(needs).static_order():
            node = models[unique_id]
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            name = f"{quote_name(node['schema'])}.{quote_name(node['alias'])}"
            try:
                connection.execute(f"create {kind} {name} as {node['compiled_code']}")
            except duckdb.Error as error:
                raise BuildFailed(f"{node['name']}: {shorten(str(error))}") from error
        keys = list_key_queries(manifest)
        return [_execute_test(connection, node, keys) for node in tests]


def _execute_test(
    connection: duckdb.DuckDBPyConnection, node: dict, keys: dict[str, str]
) -> NodeResult:
    query = keys.get(node["unique_id"]) or node["compiled_code"]
    try:
        found = fetch_value(connection, f"select count(*) from ({query})")
        status, message = "fail" if found else "pass", f"{found} rows"
    except duckdb.Error as error:
        found, status, message = None, "error", shorten(str(error))
    return NodeResult(node["unique_id"], node["name"], "test", status, 0.0, found, message)


def try_day(settings: Settings, day: date, manifest: dict) -> dict:
    """Build, test and audit as of a day.

    Returns:
        `day`, `outcome`, `failed` (what each failed check found, by name) and `seconds`.
    """
    began = time.monotonic()
    outcome, failed = "passed", {}
    try:
        run = start_run(settings, day)
        ingest_sources(run)
        register_raw(run)
        run.nodes = build_alone(settings, manifest)
        write_meta(run)
        audit_build(run)
    except AuditFailed:
        outcome = "failed"
        failed = {
            check.name: check.observed or check.message
            for check in run.checks
            if not check.passed and check.severity == "error"
        }
    except ComputeBalanceError as error:
        outcome, failed = "broken", {type(error).__name__: str(error)}
    seconds = round(time.monotonic() - began, 1)
    return {"day": day.isoformat(), "outcome": outcome, "failed": failed, "seconds": seconds}


def read_results(path: Path) -> dict[str, dict]:
    """Return the last line of each day."""
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {line["day"]: line for line in lines}


def main() -> None:
    """Read the arguments, try the days that are left, print and keep what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--draws", type=int, default=50)
    parser.add_argument("--day", type=date.fromisoformat, action="append", default=[])
    parser.add_argument("--again", action="store_true", help="try days that did not pass again")
    arguments = parser.parse_args()
    everything = list_month_ends(FIRST, LAST) + draw_days(FIRST, LAST, RANDOM_DAYS, RANDOM_SEED)
    done = read_results(arguments.results)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(warehouse_dir=Path(folder), draws=arguments.draws)
        with hold_lock(settings.lock_path, "trial of earlier days"):
            sources = ingest_all(start_run(settings, LAST).contracts, settings)
            manifest = compile_sql(settings, sources)
            for day in arguments.day or spread(everything):
                known = done.get(day.isoformat())
                if known and (known["outcome"] == "passed" or not arguments.again):
                    continue
                found = try_day(settings, day, manifest)
                done[found["day"]] = found
                print(
                    f"{day} {found['outcome']} {found['seconds']} s", *found["failed"], flush=True
                )
                with arguments.results.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(found) + "\n")
    passed = sum(item["outcome"] == "passed" for item in done.values())
    print(f"{passed} of {len(done)} days passed")


if __name__ == "__main__":
    main()
