"""Feed malformed documents through both doors of loading and look at what becomes of every row.

    python scripts/fuzz_sources.py --cases 10000 --seed 1

Each case takes a good document of a kept format, spoils it in one way, and loads it as an embedded
file and as a fetched document. It must hold, whatever was spoilt:

- nothing but a refusal comes out: no exception, and every message names source and document;
- a row that was not touched is accepted with its own values, or the whole document is refused;
- a touched row that is accepted has the value that stands there, read by rules of this script;
- read = accepted + quarantined + left out, and each bad row has a place and a reason of bounded
  length.

The same seed gives the same cases. Exit code 1 if anything did not hold; the first offenders are
printed with the spoilt document.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

PROJECT_DIR = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT_DIR))

from pipelines.archive.documents import Document, Origin  # noqa: E402
from pipelines.base.files import hash_bytes  # noqa: E402
from pipelines.base.settings import Settings  # noqa: E402
from pipelines.contracts.model import Contract  # noqa: E402
from pipelines.ingest.ingest import IngestSession  # noqa: E402
from scripts.fuzz.documents import FORMATS, SPOILERS, Case, spoil_cell, spoil_lines  # noqa: E402
from scripts.fuzz.oracle import COLUMNS, expect_row, make_rows  # noqa: E402

MESSAGE_LIMIT = 4_000
SHOWN = 600


def make_contract(format_: str, folder: Path) -> Contract:
    """Return the contract of the fuzzed table in a format."""
    reader: dict[str, object] = {"format": format_}
    if format_ in ("gzip", "zip"):
        reader = {"packed": format_}
    if format_ == "zip":
        reader["member"] = "*rows.csv"
    if format_ in ("json", "yaml"):
        reader["records"] = "rows[]"
    columns = {
        name: {"type": type_, "description": f"Column {name}."} | more
        for name, (type_, more) in COLUMNS.items()
    }
    return Contract.model_validate(
        {
            "source_id": f"fuzzed_{format_}",
            "title": "Fuzzed rows",
            "area": "prices",
            "kind": "connector",
            "description": "Rows to be spoilt.",
            "cadence": "irregular",
            "fresh_for_days": 1,
            "embedded_on": "2024-01-01",
            "max_rejected_share": 0.5,
            "publishers": [
                {"name": "x", "licence": "x", "attribution": "x", "redistribution": "unknown"}
            ],
            "tables": [
                {
                    "table": "rows",
                    "description": "One row per key.",
                    "key": ["key"],
                    "provenance": False,
                    "known_on": "day",
                    "read": reader,
                    "columns": columns,
                }
            ],
            "folder": folder,
        }
    )


@dataclass
class Doors:
    """One session through which documents of every format are loaded, as either origin."""

    folder: Path

    def __post_init__(self) -> None:
        settings = Settings(
            warehouse_dir=self.folder / "warehouse", threads=1, unpacked_limit=10_000_000
        )
        self.session = IngestSession(settings)
        self.session.connection.execute("insert into ids_chip values ('chip-a'), ('chip-b')")
        self.session.connection.execute("set variable ids_chip = ['chip-a', 'chip-b']")
        self.settings = settings
        self.contracts = {f: make_contract(f, self.folder) for f in FORMATS}

    def load(self, format_: str, origin: Origin, content: bytes) -> list[str]:
        """Load one document; returns what does not hold of messages and counts."""
        contract = self.contracts[format_]
        document = Document(
            contract.source_id, "rows", hash_bytes(content), origin, f"http://x/rows.{format_}",
            "csv", date(2024, 1, 1), datetime(2024, 1, 1),
        )  # fmt: skip
        self.session.archive.store(content, document)
        self.found = self.session.loader.load(
            contract, document, contract.tables, [], "0" * 16, None
        )
        faults = []
        for table in self.found.tables:
            if (
                table.rows_accepted + table.rows_quarantined + table.rows_left_out
                != table.rows_read
            ):
                faults.append(f"counts do not add up: {table}")
        reason = self.found.reason
        if self.found.status == "refused":
            if contract.source_id not in (reason or "") or "rows" not in (reason or ""):
                faults.append(f"a refusal without source or document: {reason}")
            if len(reason or "") > MESSAGE_LIMIT:
                faults.append(f"a refusal of {len(reason or '')} characters")
        return faults

    def read_rows(self) -> dict[str, tuple]:
        """Return the accepted rows by key."""
        if self.found.status == "refused":
            return {}
        file = self.settings.warehouse_dir / self.found.tables[0].file
        names = ", ".join(COLUMNS)
        rows = duckdb.execute(f"select {names} from read_parquet(?)", [str(file)]).fetchall()
        return {row[0]: row for row in rows}

    def read_bad_rows(self) -> list[tuple]:
        """Return place, field, value and reason of the rows in quarantine."""
        file = self.found.tables[0].quarantine_file if self.found.tables else None
        if file is None:
            return []
        return duckdb.execute(
            "select document_row, field, value, reason, row_json from read_parquet(?)",
            [str(self.settings.warehouse_dir / file)],
        ).fetchall()

    def clear(self) -> None:
        """Forget the files of the last document."""
        for table in self.found.tables:
            for name in (table.file, table.quarantine_file):
                if name:
                    (self.settings.warehouse_dir / name).unlink(missing_ok=True)
        self.session.archive.get_path(self.found.sha256).unlink(missing_ok=True)


def judge(doors: Doors, case: Case) -> list[str]:
    """Return what does not hold of the rows of a loaded case."""
    faults = []
    accepted = doors.read_rows()
    for place, _, value, reason, whole in doors.read_bad_rows():
        if not place or not reason or len(reason) > MESSAGE_LIMIT or len(value or "") > 2_000:
            faults.append(f"a bad row without place or reason, or too long: {place} {reason}")
        if len(whole or "") > 10_000:
            faults.append(f"a bad row of {len(whole)} characters")
    if doors.found.status == "refused":
        return faults
    for key, row in case.untouched.items():
        if accepted.get(key) != expect_row(row):
            faults.append(f"good row {key}: found {accepted.get(key)}, expected {expect_row(row)}")
    for key, found in accepted.items():
        touched = case.touched.get(key)
        if touched is not None and not case.may_lose and found != expect_row(touched):
            faults.append(f"touched row {key}: found {found}, expected {expect_row(touched)}")
    return faults


def fuzz(cases: int, seed: int, folder: Path) -> tuple[Counter, list[str]]:
    """Run cases through both doors; returns how they ended, and what did not hold."""
    rng = random.Random(seed)
    doors = Doors(folder)
    ends: Counter = Counter()
    offenders: list[str] = []
    for number in range(cases):
        format_ = rng.choice(FORMATS)
        spoiler = rng.choice(SPOILERS)
        if spoiler is spoil_lines and format_ not in ("csv", "gzip"):
            spoiler = spoil_cell
        case = spoiler(format_, make_rows(rng), rng)
        for origin in ("embedded", "live"):
            try:
                faults = doors.load(format_, origin, case.content) + judge(doors, case)
                ends[f"{format_} {doors.found.status}"] += 1
                doors.clear()
            except Exception as error:
                faults = [f"{type(error).__name__}: {str(error)[:SHOWN]}"]
            if faults:
                told = "\n    ".join(faults[:3])
                shown = case.content[:SHOWN]
                offenders.append(
                    f"case {number} {format_} {origin} {case.kind}\n    {told}\n    {shown!r}"
                )
    doors.session.close()
    return ends, offenders


def main() -> None:
    """Read the arguments, fuzz, print what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        ends, offenders = fuzz(arguments.cases, arguments.seed, Path(folder))
    for name, count in sorted(ends.items()):
        print(f"{count:8,} {name}")
    print(f"{arguments.cases:,} cases through two doors in {time.perf_counter() - started:.0f} s")
    print(f"{len(offenders)} did not hold")
    for told in offenders[:20]:
        print(told)
    raise SystemExit(1 if offenders else 0)


if __name__ == "__main__":
    main()
