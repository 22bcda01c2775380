"""The page that sets the balance against published figures says what the build says."""

import re
from collections.abc import Iterator

import duckdb
import pytest

from tests.conftest import RealWarehouse
from tests.end_to_end.confrontation import (
    NUMBER,
    Point,
    ask_point,
    open_build,
    print_values,
    read_page,
    read_points,
)

POINTS = read_points()
PAGE = read_page()
# the columns of the table that hold figures alone: the published one and ours
FIGURES = slice(1, 3)

# the 5 and 95 % points in brackets
INTERVAL = re.compile(r"\(([\d,.]+)-([\d,.]+)\)")

each_point = pytest.mark.parametrize(
    "point", POINTS, ids=[f"{point.row}-{point.what}" for point in POINTS]
)


@pytest.fixture(scope="module")
def build(real_warehouse: RealWarehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_build(real_warehouse.current_build) as connection:
        yield connection


def read_number(text: str) -> float:
    return float(text.replace(",", ""))


@each_point
def test_every_point_stands_in_its_row_of_the_page(point: Point) -> None:
    assert point.text in " | ".join(PAGE[point.row])


@pytest.mark.parametrize("row", PAGE)
def test_every_figure_of_the_page_has_a_point(row: int) -> None:
    left = " | ".join(PAGE[row][FIGURES])
    # longer texts first, so that none is cut by a shorter one inside it
    for point in sorted(POINTS, key=lambda point: -len(point.text)):
        if point.row == row:
            left = left.replace(point.text, "")
    assert NUMBER.findall(left) == []


@each_point
def test_the_build_gives_every_point_as_printed(
    build: duckdb.DuckDBPyConnection, point: Point
) -> None:
    assert print_values(point, ask_point(build, point)) == point.text


def list_held_rows() -> list[int]:
    """Return the rows whose figures and intervals can be paired: one figure, or as many as ours."""
    return [
        row
        for row, cells in PAGE.items()
        if (published := NUMBER.findall(cells[1]))
        and len(published) in (1, len(INTERVAL.findall(cells[2])))
    ]


@pytest.mark.parametrize("row", list_held_rows())
def test_verdicts_follow_from_the_figures(row: int) -> None:
    published = [read_number(text) for text in NUMBER.findall(PAGE[row][1])]
    intervals = [(read_number(a), read_number(b)) for a, b in INTERVAL.findall(PAGE[row][2])]
    verdict = PAGE[row][3]
    if "lower bound" in verdict:
        assert published[0] <= min(high for _, high in intervals)
        return
    if len(published) == 1:
        inside = any(low <= published[0] <= high for low, high in intervals)
    else:
        pairs = zip(published, intervals, strict=True)
        inside = all(low <= figure <= high for figure, (low, high) in pairs)
    assert inside == verdict.startswith("inside")
    assert inside != ("miss" in verdict)


def test_verdicts_are_held_for_most_rows() -> None:
    assert len(list_held_rows()) >= 17


def test_values_are_printed_like_the_numbers_in_their_place() -> None:
    point = Point(1, "stock", "", "5,890 (2,620-11,660), 8-bit", -1)
    # to tens, with separators: 994.4 and 12,345.6 become 990 and 12,350
    # (the 8 of 8-bit is no number)
    assert print_values(point, [994.4, 12345.6, 5.1]) == "990 (12,350-10), 8-bit"
    with pytest.raises(ValueError, match="3 numbers, 1 values"):
        print_values(point, [1.0])
