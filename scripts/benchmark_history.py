"""Measure what one more day of a catalogue costs, beside folding in all days anew.

    python scripts/benchmark_history.py --days 200 --offers 5000

Snapshots in the format of the SkyPilot catalogue are archived, parsed, checked against the contract
and folded into history by change, through the same code as in a run. Then one more day comes; then
everything that was loaded is thrown away and made again from the archive.
"""

import argparse
import logging
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

from pipelines.archive import Archive, Document  # noqa: E402
from pipelines.contracts.load import load_contract  # noqa: E402
from pipelines.files import hash_bytes  # noqa: E402
from pipelines.ingest.ingest import SourceLoads, ingest_all  # noqa: E402
from pipelines.settings import Settings  # noqa: E402
from scripts.generate_quotes import FIRST_DAY, generate_catalogue  # noqa: E402

SOURCES = ("chips", "organisations", "countries", "skypilot_catalog")
PROVIDER = "aws"


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
    (intervals,) = duckdb.execute("select count(*) from read_parquet(?)", [files]).fetchone()
    tables = [load.get_table("catalogue_prices") for load in loads.current]
    read = sum(table.rows_read for table in tables if table)
    return f"{read:,} rows in {sum(map(bool, tables))} snapshots make {intervals:,} intervals"


def main() -> None:
    """Read the arguments and run the three measurements."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=200)
    parser.add_argument("--offers", type=int, default=5_000)
    parser.add_argument("--memory", default="1GB", help="the engine's memory limit")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()))
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    folder = Path(tempfile.mkdtemp(dir=arguments.work))
    settings = Settings(
        warehouse_dir=folder / "warehouse", memory_limit=arguments.memory, threads=2
    )
    archive = Archive(settings.archive_dir)
    try:
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
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
