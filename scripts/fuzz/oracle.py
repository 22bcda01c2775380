"""What the fuzzer knows of its rows: their columns, and what each text means, by its own rules.

Nothing here uses the engine or the project's readers: a text is a number if Python's decimals read
the digits that stand there, a day if it is ten signs of ISO 8601.
"""

import io
import random
import re
import zipfile
from datetime import date
from html import escape

Row = dict[str, str | None]

COLUMNS: dict[str, tuple[str, dict[str, object]]] = {
    "key": ("VARCHAR", {"required": True, "max_length": 100}),
    "chip": ("VARCHAR", {"required": True, "references": "chip"}),
    "day": ("DATE", {"required": True, "not_future": True}),
    "price": ("DOUBLE", {"unit": "usd", "min": 0, "max": 1000}),
    "count": ("BIGINT", {"unit": "count", "min": 0, "max": 1000000}),
    "note": ("VARCHAR", {"max_length": 1000}),
}
_NUMBER = re.compile(r"[ \t]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t]*", re.ASCII)
_INTEGER = re.compile(r"[ \t]*[+-]?[0-9]+[ \t]*", re.ASCII)


def make_rows(rng: random.Random) -> list[Row]:
    """Return twenty good rows; some cells are empty, some texts need quotes."""
    notes = (None, "plain", "a, b", 'says "so"', "中文")
    return [
        {
            "key": f"k{number:02d}",
            "chip": rng.choice(("chip-a", "chip-b")),
            "day": f"2023-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
            "price": rng.choice(("1.5", "0.25", "17", "3e1")),
            "count": rng.choice((None, "8", "16")),
            "note": rng.choice(notes),
        }
        for number in range(1, 21)
    ]


def expect_row(row: Row) -> tuple:
    """Return the typed row that may be accepted for texts; None in a cell that is empty."""
    return (
        row["key"],
        row["chip"],
        _read_day(row["day"]),
        _read_number(row["price"]),
        _read_integer(row["count"]),
        row["note"] or None,
    )


def _read_day(text: str | None) -> date | None:
    trimmed = (text or "").strip(" ")
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", trimmed, re.ASCII):
        return None
    try:
        return date.fromisoformat(trimmed)
    except ValueError:
        return None


def _read_number(text: str | None) -> float | None:
    return float(text) if text and _NUMBER.fullmatch(text) else None


def _read_integer(text: str | None) -> int | None:
    return int(text) if text and _INTEGER.fullmatch(text) else None


def write_workbook(target: io.BytesIO, rows: list[Row]) -> None:
    """Write rows as the smallest Excel workbook of texts, with nothing but a ZIP archive."""
    lines: list[list[str | None]] = [list(COLUMNS)]
    lines += [[row[name] for name in COLUMNS] for row in rows]
    cells = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t xml:space="preserve">'
            f"{escape(_drop_controls(text))}</t></is></c>"
            for place, text in enumerate(line)
            if text
        )
        + "</row>"
        for number, line in enumerate(lines, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
        '<sheet name="rows" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData>'
        "</worksheet>",
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), '<?xml version="1.0"?>' + text)


def to_shown(format_: str, text: str) -> str:
    """Return a text as a format can hold it: a page folds blanks, a workbook has no controls."""
    if format_ == "html":
        return " ".join(_drop_controls(text).split())
    return _drop_controls(text).replace("\t", " ") if format_ == "excel" else text


def _drop_controls(text: str) -> str:
    """Return a text without signs that XML cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")
