"""Drawings: where values stand, what is written, and that nothing is asked of a network."""

import re

from pipelines.pages.charts import NARROW, WIDE, Bands, render
from pipelines.pages.intervals import Interval, Intervals

ROWS = (Interval("A & B", "x", 1.0, 0.1, 10.0), Interval("C", "y", 10.0, 0.001, 1000.0))


def draw(rows: tuple[Interval, ...] = ROWS) -> str:
    chart = Intervals(
        rows, "ratio <1>", "{:g}".format, ticks=(0.1, 1, 10), bounds=(0.1, 10), level=1
    )
    return chart.draw(WIDE)


def test_values_stand_in_the_scale_of_the_axis() -> None:
    # the plot reaches from 330 to 970 pixels, so that 1 lies half way between 0.1 and 10
    assert 'transform="translate(650.0,' in draw()
    assert "M330.0,59.5H970.0" in draw()


def test_values_beyond_the_axis_are_drawn_at_its_end() -> None:
    assert "M330.0,86.5H970.0" in draw()


def test_groups_have_marks_of_their_own_shape() -> None:
    shapes = re.findall(r'translate\([^)]+\)" d="([^"]+)"', draw())
    assert len(set(shapes)) == len(ROWS)


def test_words_in_a_drawing_are_escaped() -> None:
    assert "A &amp; B" in draw() and "ratio &lt;1&gt;" in draw()


def test_round_ticks_are_found_where_none_are_given() -> None:
    chart = Intervals(
        (Interval("a", "a", -230.0, -900.0, 100.0),), "x", "{:g}".format, is_log=False, level=0
    )
    labels = re.findall(r'text-anchor="middle">([^<]+)</text>', chart.draw(NARROW))
    # the title first, the words of the level last; four ticks fit: a step of 500
    assert labels == ["x", "-500", "0"]


def test_a_chart_is_drawn_without_size_role_or_title_of_its_own() -> None:
    rows = [
        {"time": f"202{year}-01-01", "series": name, "middle": 2, "low": 1, "high": 3}
        for year in range(4)
        for name in ("a", "b")
    ]
    drawing = render(Bands(rows, ["a", "b"], "unit", level=1).draw, NARROW)
    root = drawing[: drawing.index(">")]
    assert re.fullmatch(r'<svg viewBox="[\d. -]+" aria-hidden="true"', root)
    assert "role=" not in drawing and "aria-label" not in drawing and "http" not in drawing
    # lines differ by dash, so that they can be told apart without colour
    assert "stroke-dasharray" in drawing
    assert len(drawing) < 30_000
