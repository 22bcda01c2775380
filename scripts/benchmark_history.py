"""Measure what one more day of a catalogue costs, beside making everything anew.

    python scripts/benchmark_history.py --days 200 --offers 5000
    python scripts/benchmark_history.py --days 1400 --offers 3600 --runs

Snapshots in the format of the SkyPilot catalogue are archived, parsed, checked against the contract
and folded into history by change, through the same code as in a run. Then one more day comes; then
everything that was loaded is thrown away and made again from the archive.

With `--runs` it is whole runs, from the archive to the published release, each a process of its
own: without a catalogue (first in an empty folder, then with everything loaded and parsed), with
all days, with one more day, and with that day again but every model anew (`run --rebuild`). Shown
are the seconds of the process, those of the stages `ingest` and `models`, the seconds of the models
behind the catalogue and their tests, and the largest memory. The last two runs must publish the
same content.
"""

import argparse
import json
import logging
import os
import resource
import shutil
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

PROJECT_DIR = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT_DIR))

from pipelines.archive.documents import Archive, Document  # noqa: E402
from pipelines.base.files import hash_bytes  # noqa: E402
from pipelines.base.rows import fetch_value  # noqa: E402
from pipelines.base.settings import Settings  # noqa: E402
from pipelines.build.models import read_manifest, read_results  # noqa: E402
from pipelines.contracts.load import load_contract  # noqa: E402
from pipelines.ingest.ingest import SourceLoads, ingest_all  # noqa: E402
from scripts.benchmark_run import measure_process  # noqa: E402
from scripts.generate_quotes import FIRST_DAY, generate_catalogue  # noqa: E402

SOURCES = ("chips", "organisations", "countries", "skypilot_catalog")
PROVIDER = "aws"
CATALOGUE_MODEL = "model.compute_balance.stg_skypilot_catalog__catalogue_prices"


def archive_day(archive: Archive, offers: int, day: int, work: Path) -> None:
    """Put one day's snapshot into the archive."""
    path = work / "snapshot.csv"
    generate_catalogue(path, offers, day)
    content = path.read_bytes()
    fetched = datetime.combine(FIRST_DAY + timedelta(days=day), datetime.min.time())
    archive.store(
        content,
        Document(
            "skypilot_catalog",
            PROVIDER,
            hash_bytes(content),
            "live",
            "urn:synthetic",
            "csv",
            fetched.date(),
            fetched,
        ),
    )


def time_ingest(settings: Settings) -> tuple[float, SourceLoads]:
    """Load everything that is archived and not loaded yet."""
    sources = PROJECT_DIR / "pipelines" / "sources"
    contracts = [load_contract(sources / name / "contract.yml") for name in SOURCES]
    started = time.perf_counter()
    loads = ingest_all(contracts, settings)
    seconds = time.perf_counter() - started
    return seconds, next(x for x in loads if x.contract.source_id == "skypilot_catalog")


def describe(settings: Settings, loads: SourceLoads) -> str:
    """Say how many rows were read and how many intervals they make."""
    files = [str(settings.warehouse_dir / f) for f in loads.list_view_files("catalogue_prices")]
    intervals = fetch_value(
        duckdb.default_connection(), "select count(*) from read_parquet(?)", [files]
    )
    tables = [load.get_table("catalogue_prices") for load in loads.current]
    read = sum(table.rows_read for table in tables if table)
    return f"{read:,} rows in {sum(map(bool, tables))} snapshots make {intervals:,} intervals"


def measure_ingest(
    settings: Settings, archive: Archive, arguments: argparse.Namespace, folder: Path
) -> None:
    """Load all days, one more, and all of them anew; print what each takes."""
    for day in range(arguments.days):
        archive_day(archive, arguments.offers, day, folder)
    first, loads = time_ingest(settings)
    print(describe(settings, loads))
    print(f"all {arguments.days} days at once: {first:.2f} s")
    archive_day(archive, arguments.offers, arguments.days, folder)
    one_more, _ = time_ingest(settings)
    nothing, _ = time_ingest(settings)
    print(f"one more day: {one_more:.2f} s, of which {nothing:.2f} s with nothing new")
    for loaded in (settings.loads_dir, settings.raw_dir, settings.history_dir):
        shutil.rmtree(loaded)
    anew, loads = time_ingest(settings)
    print(f"all days anew: {anew:.2f} s, {anew / one_more:.0f} times one more day")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def measure_runs(
    settings: Settings, archive: Archive, arguments: argparse.Namespace, folder: Path
) -> None:
    """Run whole pipelines and print what each takes.

    Raises:
        SystemExit: a run failed, or carrying on and making anew do not give the same content.
    """
    print(f"{'run':<28} {'seconds':>8} {'ingest':>8} {'models':>8} {'behind':>8} {'peak MiB':>9}")
    measure_run(settings, "first run, no catalogue")
    measure_run(settings, "no catalogue, models anew", "--rebuild")
    for day in range(arguments.days):
        archive_day(archive, arguments.offers, day, folder)
    measure_run(settings, f"{arguments.days} days")
    archive_day(archive, arguments.offers, arguments.days, folder)
    carried_on = measure_run(settings, "one more day")
    anew = measure_run(settings, "that day, all models anew", "--rebuild")
    if carried_on != anew:
        sys.exit(f"content differs: {carried_on} carried on, {anew} made anew")


def measure_run(settings: Settings, name: str, *options: str) -> str:
    """Measure one run, print its line and return the content hash of what it published."""
    environment = os.environ | {
        "COMPUTE_BALANCE_WAREHOUSE_DIR": str(settings.warehouse_dir),
        "COMPUTE_BALANCE_MEMORY_LIMIT": settings.memory_limit,
    }
    command = [sys.executable, "-m", "pipelines.cli", "run", "--json", *options]
    measured = measure_process(name, command, environment)
    newest = max(settings.releases_dir.glob("*/manifest.json"), key=lambda p: p.stat().st_mtime)
    published = json.loads(newest.read_text(encoding="utf-8"))
    stages = {stage["stage"]: stage["seconds"] for stage in published["stages"]}
    print(
        f"{name:<28} {measured.seconds:>8.1f} {stages['ingest']:>8.1f} {stages['models']:>8.1f} "
        f"{sum_models_behind(settings):>8.1f} {measured.peak_mib:>9.0f}",
        flush=True,
    )
    return published["content_hash"]


def sum_models_behind(settings: Settings) -> float:
    """Return the seconds of all models and their tests that rest on the catalogue's prices.

    Two run at a time, so that they take less by the clock.
    """
    manifest = read_manifest(settings)
    behind, found = set(), [CATALOGUE_MODEL]
    while found:
        unique_id = found.pop()
        if unique_id not in behind:
            behind.add(unique_id)
            found += manifest["child_map"].get(unique_id, [])
    return sum(
        node.seconds for node in read_results(settings, manifest) if node.unique_id in behind
    )


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=200)
    parser.add_argument("--offers", type=int, default=5_000)
    parser.add_argument("--runs", action="store_true", help="measure whole runs")
    parser.add_argument("--memory", default="1GB", help="the engine's memory limit")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()))
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    folder = Path(tempfile.mkdtemp(dir=arguments.work))
    settings = Settings(
        warehouse_dir=folder / "warehouse", memory_limit=arguments.memory, threads=2
    )
    archive = Archive(settings.archive_dir)
    measure = measure_runs if arguments.runs else measure_ingest
    try:
        measure(settings, archive, arguments, folder)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
