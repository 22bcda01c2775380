"""Small drawings that hundreds of pages carry: bars over time, and one figure over time.

They are written straight as SVG, in a thousandth of the time that Vega-Lite takes; charts of the
pages that answer a question belong in `charts.py`. What lies in a bar is written in it, so that no
colour is needed to read it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from pipelines.pages.charts import COLOURS, GRID, INK, SOFT
from pipelines.pages.page import Figure

# from free to closed: the darker, the stricter; one step apart in lightness each
FILLS = {
    "not_controlled": "#f2f5f7",
    "no_licence_needed": "#dfe9f1",
    "licence_exception": "#c9dcea",
    "licence_presumption_of_approval": "#a9c7de",
    "licence_case_by_case": "#f0c987",
    "licence_required": "#d98f5c",
    "licence_presumption_of_denial": "#8f1d1d",
    "unknown": "#ffffff",
}
LIGHT_TEXT = {"licence_presumption_of_denial"}
FONT_SIZE = 13


@dataclass(frozen=True)
class Bar:
    """A span of days with a word and the kind that fills it."""

    begins: date
    ends: date
    word: str
    kind: str


@dataclass(frozen=True)
class Lane:
    """A row of bars with its label."""

    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Point:
    """A figure on a day, with its ends where they are known."""

    day: date
    value: float
    low: float | None = None
    high: float | None = None
    is_projection: bool = False


@dataclass(frozen=True)
class Room:
    """The size of a drawing: whole width, and width of the labels at the left (0: above)."""

    width: int
    labels: int
    height: int


WIDE = Room(960, 250, 300)
NARROW = Room(360, 0, 230)


def make_figure(title: str, alternative: str, note: str, draw: Callable[[Room], str]) -> Figure:
    """Return a figure, drawn for wide screens and for phones."""
    return Figure(title, alternative, draw(WIDE), draw(NARROW), note)


def measure(text: str) -> float:
    """Return about how many pixels a text takes."""
    return sum(FONT_SIZE if ord(letter) > 0x2E80 else FONT_SIZE * 0.56 for letter in text)


def draw_lanes(lanes: list[Lane], begins: date, ends: date, room: Room) -> str:
    """Return lanes of bars over the days between two days, under an axis of years."""
    left, right = room.labels, room.width - 6
    label_height = 0 if room.labels else 17
    step = label_height + 24
    height = 22 + step * len(lanes)

    def place(day: date) -> float:
        share = (day - begins).days / max((ends - begins).days, 1)
        return left + min(max(share, 0), 1) * (right - left)

    parts = _draw_years(begins, ends, place, height, room)
    for number, lane in enumerate(lanes):
        top = 22 + number * step
        shown = _cut(lane.label, room.labels - 8 if room.labels else room.width)
        parts.append(_write(shown, 0, top + (15 if room.labels else 12)))
        for bar in lane.bars:
            x, end = place(bar.begins), place(bar.ends)
            if end - x < 0.5:
                continue
            y = top + label_height
            stroke = ' stroke-dasharray="3 2"' if bar.kind == "unknown" else ""
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{end - x:.1f}" height="20" '
                f'fill="{FILLS.get(bar.kind, "#ffffff")}" stroke="{SOFT}"{stroke}/>'
            )
            if measure(bar.word) < end - x - 6:
                colour = "#ffffff" if bar.kind in LIGHT_TEXT else INK
                parts.append(_write(bar.word, x + 4, y + 15, colour))
    return _wrap(parts, room.width, height)


def draw_points(
    points: list[Point],
    room: Room,
    number: Callable[[float | None], str],
    is_step: bool = False,
) -> str:
    """Return one figure over time: a line through its points, with their ends as a band.

    Args:
        points: ordered by day; what is projected is drawn in dashes.
        room: the size.
        number: writes a value of the axis.
        is_step: the value holds until the next point.
    """
    begins = date(points[0].day.year, 1, 1)
    ends = date(points[-1].day.year + 1, 1, 1)
    top_value = max(max(p.high or p.value, p.value) for p in points) or 1.0
    left, right, top, bottom = 76, room.width - 10, 12, room.height - 24

    def place(day: date) -> float:
        return left + (day - begins).days / (ends - begins).days * (right - left)

    def rise(value: float) -> float:
        return bottom - value / top_value * (bottom - top)

    parts = []
    for share in (0.0, 0.5, 1.0):
        y = rise(top_value * share)
        parts.append(f'<path d="M{left} {y:.1f}H{right}" stroke="{GRID}"/>')
        parts.append(_write(number(top_value * share), left - 6, y + 4, SOFT, "end"))
    parts += _draw_ticks(begins, ends, place, bottom, room)
    banded = [p for p in points if p.low is not None and p.high is not None]
    if len(banded) > 1:
        upper = " ".join(f"{place(p.day):.1f},{rise(p.high or 0):.1f}" for p in banded)
        lower = " ".join(f"{place(p.day):.1f},{rise(p.low or 0):.1f}" for p in reversed(banded))
        parts.append(f'<polygon points="{upper} {lower}" fill="{COLOURS[0]}" opacity="0.17"/>')
    known = [p for p in points if not p.is_projection]
    ahead = [*known[-1:], *(p for p in points if p.is_projection)]
    for line, dash in ((known, ""), (ahead, ' stroke-dasharray="5 4"')):
        path = _trace([(place(p.day), rise(p.value)) for p in line], is_step)
        parts.append(
            f'<path d="{path}" fill="none" stroke="{COLOURS[0]}" stroke-width="2.2"{dash}/>'
            if path
            else ""
        )
    parts += [
        f'<circle cx="{place(p.day):.1f}" cy="{rise(p.value):.1f}" r="2.6" fill="{COLOURS[0]}"/>'
        for p in points
    ]
    return _wrap(parts, room.width, room.height)


def _trace(places: list[tuple[float, float]], is_step: bool) -> str:
    if not places:
        return ""
    moves = [f"M{places[0][0]:.1f} {places[0][1]:.1f}"]
    for x, y in places[1:]:
        moves.append(f"H{x:.1f}V{y:.1f}" if is_step else f"L{x:.1f} {y:.1f}")
    return "".join(moves)


def _list_years(begins: date, ends: date, room: Room) -> list[date]:
    years = [date(year, 1, 1) for year in range(begins.year, ends.year + 1)]
    every = 1 if room.labels or len(years) < 7 else 2
    return [day for day in years[::every] if begins <= day < ends]


def _draw_years(
    begins: date, ends: date, place: Callable[[date], float], height: int, room: Room
) -> list[str]:
    parts = []
    for day in _list_years(begins, ends, room):
        x = place(day)
        parts.append(f'<path d="M{x:.1f} 16V{height}" stroke="{GRID}"/>')
        parts.append(_write(str(day.year), x + 2, 12, SOFT))
    return parts


def _draw_ticks(
    begins: date, ends: date, place: Callable[[date], float], bottom: float, room: Room
) -> list[str]:
    parts = []
    for day in _list_years(begins, ends, room):
        x = place(day)
        parts.append(f'<path d="M{x:.1f} {bottom}v5" stroke="{SOFT}"/>')
        parts.append(_write(str(day.year), x + 2, bottom + 18, SOFT))
    return parts


def _cut(text: str, width: float) -> str:
    if measure(text) <= width:
        return text
    while text and measure(text + "…") > width:
        text = text[:-1]
    return text + "…"


def _write(text: str, x: float, y: float, colour: str = INK, anchor: str = "start") -> str:
    ends = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{ends}>{escape(text)}</text>'


def _wrap(parts: list[str], width: int, height: int) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" aria-hidden="true" font-size="{FONT_SIZE}">'
        f"{''.join(parts)}</svg>"
    )
