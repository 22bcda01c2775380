"""The documents that the fuzzer feeds in: rows written in every format, and ways to spoil them."""

import gzip
import io
import json
import random
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.fuzz.oracle import COLUMNS, Row, to_shown

FORMATS = ("csv", "json", "lines", "yaml", "gzip", "zip", "excel", "html", "parquet")


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
    from scripts.fuzz.oracle import write_workbook

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
