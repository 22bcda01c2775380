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
import gzip
import io
import json
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
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
from scripts.fuzz_oracle import COLUMNS, Row, expect_row, make_rows, to_shown  # noqa: E402

FORMATS = ("csv", "json", "lines", "yaml", "gzip", "zip", "excel", "html", "parquet")
MESSAGE_LIMIT = 4_000
SHOWN = 600


@dataclass
class Case:
    """One spoilt document: its bytes, the rows that must still come out, and what was done."""

    kind: str
    content: bytes
    # by key: the row as it now stands, for rows that were not touched, and for touched ones
    untouched: dict[str, Row]
    touched: dict[str, Row] = field(default_factory=dict)
    # whether rows may be lost without a refusal of their own (bytes in the middle were cut)
    may_lose: set[str] = field(default_factory=set)


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


def write_csv(rows: list[Row], ending: str = "\n") -> bytes:
    """Write rows as CSV, quoted where they must be."""

    def cell(text: str) -> str:
        quoted = '"' + text.replace('"', '""') + '"'
        return quoted if any(sign in text for sign in '",\r\n') else text

    lines = [",".join(COLUMNS), *(",".join(cell(row[n] or "") for n in COLUMNS) for row in rows)]
    return (ending.join(lines) + ending).encode()


def write_document(format_: str, rows: list[Row]) -> bytes:
    """Write rows in a format."""
    if format_ == "csv":
        return write_csv(rows)
    if format_ == "gzip":
        return gzip.compress(write_csv(rows), mtime=0)
    if format_ == "json":
        return json.dumps({"rows": rows}).encode()
    if format_ == "lines":
        return b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    if format_ == "yaml":
        import yaml

        return yaml.safe_dump({"rows": rows}, allow_unicode=True).encode()
    if format_ == "html":
        from html import escape

        heads = "".join(f"<th>{name}</th>" for name in COLUMNS)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(row[n] or '')}</td>" for n in COLUMNS) + "</tr>"
            for row in rows
        )
        return f"<html><body><table><tr>{heads}</tr>{body}</table></body></html>".encode()
    if format_ == "zip":
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo("top/rows.csv"), write_csv(rows))
            archive.writestr(zipfile.ZipInfo("top/README"), b"read me")
        return target.getvalue()
    return _write_with_engine(format_, rows)


def _write_with_engine(format_: str, rows: list[Row]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    target = io.BytesIO()
    if format_ == "parquet":
        table = {name: pa.array([row[name] for row in rows], pa.string()) for name in COLUMNS}
        pq.write_table(pa.table(table), target)
        return target.getvalue()
    from scripts.fuzz_oracle import write_workbook

    write_workbook(target, rows)
    return target.getvalue()


CELLS: dict[str, tuple[str, ...]] = {
    "day": (
        "24-01-02", "5/1/24", "infinity", "epoch", "0000-01-01", "2024-13-01", "2024-02-30",
        "2024-1-2", "20240102", "2024-01-02T00:00:00", "9999-12-31", "tomorrow", " ",
        "２０２４-01-02",
        "2024-01-02 BC", "-2024-01-02", "2024-01-02 ", "1900-01-01", "today", "now",
    ),
    "price": (
        "1_5", "1e-400", "1e400", "12,5", "inf", "nan", "-1", "1.5.2", "0x10", "１２", "1 5", "",
        "1e", "+1.5", " 1.5 ", "1e2", "1d", "$1.5", "1.5%", "\u22121", "1e-320", "--", "true",
        "999999999999999999999", "٣", "1\u00a0000",
    ),
    "count": ("1.0", "1e3", "9223372036854775808", "007", "-0", "1_000", "", "0b1", "²", "1,000"),
    "chip": ("chip-z", "chip-a ", "CHIP-A", "", "chip\u200b-a", "chip-a\x00", "'; drop table x --"),
    "note": (
        "a\x07b", "\u00a0", "   ", "x" * 5_000, "\u202eabc", "plain", "two\nlines", "a\tb",
        "\x1b[31m",
        "\ufeffmark", "=1+1", "<script>", "日本語", "a\u2028b", "''\"\"", "%s %n {0}",
    ),
    "key": ("", " ", "k01", "k02", "\x00", "k" * 300, "k01 "),
}  # fmt: skip


def spoil_cell(format_: str, rows: list[Row], rng: random.Random) -> Case:
    """Put an odd text into one cell."""
    column = rng.choice(list(CELLS))
    text = rng.choice(CELLS[column])
    place = rng.randrange(len(rows))
    changed = [dict(row) for row in rows]
    changed[place][column] = to_shown(format_, text)
    before, after = rows[place], changed[place]
    key = after["key"] or ""
    same_key = [r["key"] for r in rows if r is not before and r["key"] == after["key"]]
    untouched = {r["key"] or "": r for r in rows if r is not before and r["key"] not in same_key}
    touched = {key: after, before["key"] or "": before} if column == "key" else {key: after}
    touched |= {name or "": rows[int((name or "k0")[1:]) - 1] for name in same_key}
    return Case(
        f"cell {column} {text[:20]!r}", write_document(format_, changed), untouched, touched
    )


def spoil_bytes(format_: str, rows: list[Row], rng: random.Random) -> Case:
    """Flip, cut, insert or repeat bytes anywhere."""
    content = bytearray(write_document(format_, rows))
    act = rng.choice(("flip", "cut", "insert", "drop", "repeat"))
    place = rng.randrange(len(content))
    if act == "flip":
        content[place] ^= 1 << rng.randrange(8)
    elif act == "cut":
        del content[place:]
    elif act == "insert":
        content[place:place] = rng.choice(
            (b"\0", b'"', b"\xff", b"\r", b"\n", b",", b"\xef\xbb\xbf")
        )
    elif act == "drop":
        del content[place : place + rng.randrange(1, 40)]
    else:
        content[place:place] = content[place : place + rng.randrange(1, 80)]
    # in a text only the rows on the lines that were touched may change
    touched = {row["key"] or "": row for row in rows}
    return Case(f"bytes {act} at {place}", bytes(content), {}, touched, set(touched))


def spoil_lines(format_: str, rows: list[Row], rng: random.Random) -> Case:
    """Spoil one line of a text; the others must come out whole."""
    lines = write_csv(rows).splitlines(keepends=True)
    place = rng.randrange(1, len(lines))
    act = rng.choice(
        ("quote", "quotes inside", "crlf", "cr", "nul", "less", "more", "blank", "long")
    )
    line = lines[place].rstrip(b"\n")
    spoilt = {
        "quote": b'"' + line + b"\n",
        "quotes inside": line.replace(b",", b',"', 1) + b"\n",
        "crlf": line + b"\r\n",
        "cr": line.replace(b",", b"\r,", 1) + b"\n",
        "nul": b"\0" + line + b"\n",
        "less": line.rpartition(b",")[0] + b"\n",
        "more": line + b",x,y\n",
        "blank": b"\n" + line + b"\n",
        "long": line + b"x" * 5_000_000 + b"\n",
    }[act]
    lines[place] = spoilt
    content = b"".join(lines)
    content = gzip.compress(content, mtime=0) if format_ == "gzip" else content
    row = rows[place - 1]
    untouched = {r["key"] or "": r for r in rows if r is not row}
    return Case(f"line {act}", content, untouched, {row["key"] or "": row}, {row["key"] or ""})


def spoil_whole(format_: str, rows: list[Row], rng: random.Random) -> Case:
    """Spoil the document as a whole."""
    content = write_document(format_, rows)
    act, spoilt = rng.choice(
        (
            ("empty", b""),
            ("mark alone", b"\xef\xbb\xbf"),
            ("page", b"<!DOCTYPE html><html><body>Log in</body></html>"),
            ("latin", content + "é".encode("latin-1")),
            ("deep", b"[" * 100_000),
            ("null", b"null"),
            ("number", b"42"),
            ("other", write_document(rng.choice(FORMATS), rows)),
            ("header", write_csv([])),
            ("renamed", write_csv(rows).replace(b"price", b"Price", 1)),
            ("twice", write_csv(rows).replace(b"note", b"price", 1)),
            ("all crlf", write_csv(rows, "\r\n")),
            ("nul header", write_csv(rows).replace(b"price", b"pri\0ce", 1)),
            ("bomb", gzip.compress(b"0" * 30_000_000)),
        )
    )
    touched = {row["key"] or "": row for row in rows}
    return Case(f"whole {act}", spoilt, {}, touched, set(touched))


SPOILERS: tuple[Callable[[str, list[Row], random.Random], Case], ...] = (
    spoil_cell, spoil_cell, spoil_bytes, spoil_lines, spoil_whole,
)  # fmt: skip


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
