"""The figures of docs/confrontation.md, each with the query that it comes from.

`confrontation_points.csv` holds one row per figure or group of figures: the row of the page's
table, the query, the text as printed, and the decimals that it is printed with (negative ones round
to tens and hundreds). Queries ask a build file, with the views of `confrontation.sql`.

Whoever changes data or models prints what the page should say:

    python -m tests.end_to_end.confrontation BUILDFILE
"""

import csv
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.base.settings import PROJECT_DIR

POINTS_FILE = Path(__file__).with_name("confrontation_points.csv")
VIEWS_FILE = Path(__file__).with_name("confrontation.sql")
PAGE = PROJECT_DIR / "docs/confrontation.md"

# neither the 16 of FP16, nor the 8 of 8-bit, nor a quarter
NUMBER = re.compile(r"(?<![A-Za-z\d])\d++(?:,\d{3})*+(?:\.\d++)?(?!-bit|Q\d)")


@dataclass(frozen=True)
class Point:
    """What one row of the page's table prints in one place.

    `query` gives one row; its values, with those of lists in place, are the numbers of `text` from
    left to right. `decimals` is how many of them are printed.
    """

    row: int
    what: str
    query: str
    text: str
    decimals: int


def read_points() -> list[Point]:
    with POINTS_FILE.open(encoding="utf-8", newline="") as lines:
        return [
            Point(int(p["row"]), p["what"], p["query"], p["text"], int(p["decimals"]))
            for p in csv.DictReader(lines)
        ]


def read_page() -> dict[int, list[str]]:
    """Return the cells of each numbered row of the page's first table."""
    rows = (
        line.strip("| \n").split(" | ") for line in PAGE.read_text(encoding="utf-8").split("\n")
    )
    return {int(cells[0]): cells[1:] for cells in rows if cells[0].isdigit()}


def open_build(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a build file, read-only, with the views that the queries use."""
    connection = duckdb.connect(str(path), read_only=True)
    connection.execute(VIEWS_FILE.read_text(encoding="utf-8"))
    return connection


def ask_point(connection: duckdb.DuckDBPyConnection, point: Point) -> list[float]:
    """Return the values of a point in the order in which they are printed."""
    (row,) = connection.execute(point.query).fetchall()
    return [value for cell in row for value in (cell if isinstance(cell, list) else [cell])]


def print_values(point: Point, values: list[float]) -> str:
    """Return a point's text with these values in place of its numbers."""
    places = len(NUMBER.findall(point.text))
    if places != len(values):
        raise ValueError(f"row {point.row}, {point.what}: {places} numbers, {len(values)} values")
    left = iter(values)
    return NUMBER.sub(
        lambda _: f"{round(next(left), point.decimals):,.{max(point.decimals, 0)}f}", point.text
    )


def main(build: Path) -> None:
    """Print every point as the build gives it, and those that are printed otherwise with both."""
    with open_build(build) as connection:
        for point in read_points():
            current = print_values(point, ask_point(connection, point))
            changed = "" if current == point.text else f"   (printed: {point.text})"
            sys.stdout.write(f"{point.row:2}  {point.what}: {current}{changed}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
