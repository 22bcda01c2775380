"""Measure the policy models: status of all chips, destinations, buyers, transactions, scenarios.

dbt compiles the models; the compiled SQL is then run straight through DuckDB on the embedded facts
as they are known today, in a fresh process. From the repository's root, on a quiet machine:

    .venv/bin/python scripts/measure_policy_status.py --threads 2

It prints the rows of the marts, the seconds of all models together and of the slowest ones, and the
peak memory of the process, in which the results are held as well.
"""

import resource
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter

import click

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipelines.base.rows import fetch_value
from tests.policy.sql_engine import (
    REGIME,
    STATUS,
    Program,
    compile_program,
    open_database,
    run_models,
)
from tests.policy.sql_rows import read_embedded_rows, write_raw_tables

SLOWEST = 8
KIB_PER_MIB = 1024


def get_peak_mib() -> float:
    """Return the peak memory of this process; Linux counts it in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_PER_MIB


def measure(program: Program, day: date, threads: int) -> None:
    """Run the compiled models on what was known on a day; print rows, seconds and memory."""
    connection = open_database(day, threads)
    write_raw_tables(connection, program.contracts, program.needed, read_embedded_rows())
    before = get_peak_mib()
    start = perf_counter()
    seconds = run_models(connection, program)
    total = perf_counter() - start
    for mart in (STATUS, REGIME):
        rows = fetch_value(connection, f"select count(*) from marts.{mart}")
        click.echo(f"{mart:<28}{rows:>12,} rows")
    click.echo(f"{'all models':<28}{total:>12.1f} s, {threads} threads")
    for name, taken in sorted(seconds.items(), key=lambda item: -item[1])[:SLOWEST]:
        click.echo(f"  {name:<36}{taken:>6.2f} s")
    click.echo(f"{'peak memory':<28}{get_peak_mib():>12.0f} MiB ({before:.0f} before the models)")


@click.command()
@click.option("--threads", default=2, show_default=True, help="Threads of DuckDB.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Default: today (UTC).")
def main(threads: int, as_of: datetime | None) -> None:
    """Measure rows, seconds and memory of the policy status."""
    with tempfile.TemporaryDirectory() as folder:
        program = compile_program(Path(folder), (STATUS, REGIME))
    measure(program, (as_of or datetime.now(UTC)).date(), threads)


if __name__ == "__main__":
    main()
