"""Measure loading: one file of synthetic quotes with every check, beside the engine's bare COPY.

    python scripts/benchmark_loading.py --rows 1000000            # beside COPY and pandas
    python scripts/benchmark_loading.py --rows 1000000 --dlt      # beside dlt as well
    python scripts/benchmark_loading.py --rows 10000000 --memory 1GB --rounds 1

Every case runs in a process of its own, COPY and loading in turns, so that both see the same
machine. A time is the best of the rounds, from the file to the Parquet file; processor time counts
all threads, the peak is the largest resident set of the process. `--dlt` makes a throw-away
environment from the package index, since dlt is no dependency of this project. What one more day
of snapshots costs is measured by `benchmark_history.py`.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import duckdb

PROJECT_DIR = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT_DIR))

from pipelines.archive.documents import Document  # noqa: E402
from pipelines.base.rows import fetch_value  # noqa: E402
from pipelines.base.settings import Settings  # noqa: E402
from pipelines.contracts.load import load_contract  # noqa: E402
from pipelines.ingest.cells import read_csv_cells  # noqa: E402
from pipelines.ingest.document_checks import check_file  # noqa: E402
from pipelines.ingest.ingest import IngestSession  # noqa: E402
from pipelines.ingest.load import LoadContext, load_table  # noqa: E402
from scripts.generate_quotes import generate_quotes  # noqa: E402

CONTRACT = PROJECT_DIR / "pipelines" / "sources" / "rental_quotes" / "contract.yml"
ID_SOURCES = ("chips", "organisations", "countries")


def copy_with_engine(path: Path, folder: Path, memory: str) -> Callable[[], int]:
    """Make ready to let DuckDB copy the file to Parquet with nothing checked."""
    connection = duckdb.connect(":memory:")
    connection.execute("set threads = 2")
    connection.execute(f"set memory_limit = '{memory}'")
    connection.execute(f"set temp_directory = '{folder / 'spill'}'")
    query = f"copy (from read_csv('{path}')) to '{folder / 'copy.parquet'}' (format parquet)"
    return lambda: fetch_value(connection, query)


def load_with_checks(path: Path, folder: Path, memory: str) -> Callable[[], int]:
    """Make ready to load the file through the contract of the rental quotes, every check on.

    What does not depend on the file is made beforehand, as in a run: contract and lists of ids.
    """
    settings = Settings(warehouse_dir=folder / "warehouse", memory_limit=memory, threads=2)
    contract = load_contract(CONTRACT)
    session = IngestSession(settings)
    for source in ID_SOURCES:
        ids = load_contract(CONTRACT.parent.parent / source / "contract.yml")
        for table in ids.tables:
            for entity, column in table.provides.items():
                file = ids.folder / "data" / table.file_name
                session.ids.insert(entity, column, f"read_csv('{file}', all_varchar = true)")
    moment = datetime(2026, 11, 22)
    document = Document(
        "rental_quotes", "benchmark", "0" * 64, "embedded", path.name, "csv", moment.date(), moment
    )
    context = LoadContext(
        session.connection, session.ids.tables, settings, "0" * 16, date(2026, 11, 22)
    )

    def load() -> int:
        table = contract.tables[0]
        stats = check_file(path, path.name)
        cells = read_csv_cells(session.connection, path, path.name, table, document, stats)
        done = load_table(contract, table, document, [], context, cells)
        return done.rows_accepted

    return load


def load_with_pandas(path: Path, folder: Path, memory: str) -> Callable[[], int]:
    """Make ready to read the file with pandas and write Parquet, nothing checked."""
    import pandas as pd

    def load() -> int:
        frame = pd.read_csv(path)
        frame.to_parquet(folder / "pandas.parquet")
        return len(frame)

    return load


def run_in_process(case: str, path: Path, memory: str, python: str = sys.executable) -> dict:
    """Run one case in a process of its own; returns seconds, processor seconds and peak."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        done = subprocess.run(
            [python, __file__, "--case", case, "--file", str(path), "--folder", folder,
             "--memory", memory],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"case {case} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def measure(work: Callable[[], int]) -> dict:
    """Time a piece of work and take the peak memory of this process."""
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    rows = work()
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": seconds,
        "processor": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "peak_mib": after.ru_maxrss / 1024,
        "rows": rows,
    }


CASES = {"copy": copy_with_engine, "load": load_with_checks, "pandas": load_with_pandas}


def compare(path: Path, memory: str, rounds: int, others: list[str]) -> dict[str, dict]:
    """Run COPY and loading in turns, then the others once; returns the best of each."""
    results: dict[str, list[dict]] = {}
    for number in range(rounds):
        # who comes first changes, so that neither has the file's pages warmed by the other
        for case in ("copy", "load") if number % 2 else ("load", "copy"):
            results.setdefault(case, []).append(run_in_process(case, path, memory))
    for case in others:
        results[case] = [run_in_process(case, path, memory)]
    return {
        case: {
            name: min(run[name] for run in runs) for name in ("seconds", "processor", "rows")
        } | {"peak_mib": max(run["peak_mib"] for run in runs)}
        for case, runs in results.items()
    }  # fmt: skip


DLT_SCRIPT = """
import csv, json, sys, time
import dlt, pyarrow.csv
path, folder, how = sys.argv[1:]
started = time.perf_counter()
if how == "arrow":
    rows = pyarrow.csv.read_csv(path)
else:
    rows = csv.DictReader(open(path, newline=""))
destination = dlt.destinations.filesystem(bucket_url=folder)
pipeline = dlt.pipeline(f"quotes_{how}", destination=destination, dataset_name="quotes",
                        pipelines_dir=folder + "/state")
pipeline.run(rows if how == "arrow" else (row for row in rows), table_name="quotes",
             loader_file_format="parquet")
print(json.dumps({"seconds": time.perf_counter() - started}))
"""


def measure_dlt(path: Path, record_rows: int) -> dict[str, dict]:
    """Time dlt from an Arrow table and, with fewer rows, from records, in its own environment."""
    results = {}
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        venv.create(Path(folder) / "venv", with_pip=True)
        python = str(Path(folder) / "venv" / "bin" / "python")
        packages = ["dlt[filesystem,parquet]", "pyarrow"]
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        few = Path(folder) / "few.csv"
        generate_quotes(few, record_rows)
        for how, file in (("arrow", path), ("records", few)):
            target = Path(folder) / how
            target.mkdir()
            done = subprocess.run(
                [python, "-c", DLT_SCRIPT, str(file), str(target), how],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            results[f"dlt_{how}"] = json.loads(done.stdout.splitlines()[-1])
    results["dlt_records"]["rows"] = record_rows
    return results


def report(results: dict[str, dict], rows: int) -> None:
    """Print a line per case and the ratio that the design asks for."""
    print(f"{'case':12} {'rows':>12} {'seconds':>9} {'processor':>10} {'rows/s':>12} {'MiB':>8}")
    for case, found in results.items():
        count = found.get("rows", rows)
        print(
            f"{case:12} {count:12,} {found['seconds']:9.2f} {found.get('processor', 0):10.2f} "
            f"{count / found['seconds']:12,.0f} {found.get('peak_mib', 0):8.0f}"
        )
    bare, checked = results["copy"], results["load"]
    print(
        f"speed of loading with every check against COPY: "
        f"{bare['seconds'] / checked['seconds']:.2f} by the clock, "
        f"{bare['processor'] / checked['processor']:.2f} by processor time"
    )


def main() -> None:
    """Read the arguments, write the file, run the cases."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", default="2GB", help="the engine's memory limit")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--no-pandas", action="store_true")
    parser.add_argument("--dlt", action="store_true")
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        work = CASES[arguments.case]
        print(json.dumps(measure(work(arguments.file, arguments.folder, arguments.memory))))
        return
    folder = Path(tempfile.mkdtemp(dir=arguments.work))
    try:
        path = folder / "quotes.csv"
        # all days lie in four years: a quote of tomorrow is a bad row
        generate_quotes(path, arguments.rows, max(10_000, arguments.rows // 1_400))
        print(f"{arguments.rows:,} quotes, {path.stat().st_size / 2**20:,.0f} MiB of CSV")
        others = [] if arguments.no_pandas else ["pandas"]
        results = compare(path, arguments.memory, arguments.rounds, others)
        if arguments.dlt:
            results |= measure_dlt(path, min(arguments.rows, 100_000))
        report(results, arguments.rows)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
