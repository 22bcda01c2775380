"""Read every mart of a release with old and new DuckDB clients, each in an environment of its own.

    python scripts/check_clients.py [DATABASE] [--versions 1.1.3 2.0.0 ...]

For each version a throw-away virtual environment is made, the client is installed into it with pip
from wherever pip is set up to install from, and every row of every table of the schemas `marts` and
`meta` is fetched. The rows and a sum over them are compared with those that the project's own
client reads. Exit code 1 if a client cannot read a table or reads something else. `--versions`
without any only lets the project's own client read.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

from pipelines.base.settings import Settings

VERSIONS = ("1.1.3", "1.2.2", "1.3.2", "1.4.5", "1.5.6", "2.0.0")
RESULT = "RESULT "
# Runs inside each environment; prints JSON. The sum is over the text of all cells, in any order.
READER = """
import hashlib, json, sys
import duckdb


tables = {}
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    names = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_schema in ('marts', 'meta') order by all"
    ).fetchall()
    for schema, name in names:
        found = connection.execute(f'select * from {schema}."{name}"')
        rows, total = 0, 0
        while part := found.fetchmany(10_000):
            rows += len(part)
            for row in part:
                digest = hashlib.blake2b(repr(row).encode(), digest_size=8).digest()
                total = (total + int.from_bytes(digest, "big")) % 2**64
        tables[f"{schema}.{name}"] = [rows, total]
print("\\nRESULT " + json.dumps({"version": duckdb.__version__, "tables": tables}))
"""


@dataclass(frozen=True)
class Reading:
    """What one client read: rows and sum per table, or why it could not."""

    version: str
    tables: dict[str, list[int]]
    problem: str | None = None


def read_with(python: Path, version: str, database: Path) -> Reading:
    """Read a database with the client that a Python has installed."""
    finished = subprocess.run(
        [str(python), "-c", READER, str(database)], capture_output=True, text=True
    )
    if finished.returncode != 0:
        last = finished.stderr.strip().splitlines()[-1] if finished.stderr.strip() else "no message"
        return Reading(version, {}, last)
    # some clients draw a progress bar beside what the script prints
    (line,) = [line for line in finished.stdout.splitlines() if line.startswith(RESULT)]
    content = json.loads(line.removeprefix(RESULT))
    return Reading(content["version"], content["tables"])


def read_in_new_environment(version: str, database: Path) -> Reading:
    """Install one version into a throw-away environment and read the database with it."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        installed = subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--only-binary", ":all:", f"duckdb=={version}"],
            capture_output=True,
            text=True,
        )  # fmt: skip
        if installed.returncode != 0:
            return Reading(version, {}, "could not be installed")
        return read_with(python, version, database)


def compare(reading: Reading, own: Reading) -> str | None:
    """Return how a reading differs from the project's own; None if it does not."""
    if reading.problem:
        return reading.problem
    if reading.tables.keys() != own.tables.keys():
        return f"sees {len(reading.tables)} tables instead of {len(own.tables)}"
    for table, (rows, total) in own.tables.items():
        if reading.tables[table] != [rows, total]:
            return f"{table}: {reading.tables[table][0]} rows, or other values; expected {rows}"
    return None


def main() -> None:
    """Read the arguments, try every client, print one line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database", nargs="?", type=Path, default=Settings().current_path)
    parser.add_argument("--versions", nargs="*", default=list(VERSIONS))
    arguments = parser.parse_args()
    if not arguments.database.exists():
        sys.exit(f"{arguments.database}: not found; run: make warehouse")
    own = read_with(Path(sys.executable), "own", arguments.database)
    if own.problem:
        sys.exit(f"the project's own client cannot read {arguments.database}: {own.problem}")
    marts = [name for name in own.tables if name.startswith("marts.")]
    print(f"{len(marts)} marts, {sum(own.tables[name][0] for name in marts):,} rows")
    print(f"{'client':<8} {'marts':>6} {'rows':>12}  result")
    failed = False
    for version in arguments.versions:
        reading = read_in_new_environment(version, arguments.database)
        problem = compare(reading, own)
        failed = failed or problem is not None
        read = [rows for name, (rows, _) in reading.tables.items() if name.startswith("marts.")]
        print(
            f"{version:<8} {len(read):>6} {sum(read):>12,}  {problem or 'all tables read, equal'}",
            flush=True,
        )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
