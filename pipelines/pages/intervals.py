"""Drawing points with intervals, one line each, as SVG written here.

A page has such a drawing for each quarter, language and screen. Written line by line they take a
hundredth of the time that a chart of `charts.py` takes, and the site holds many of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.pages.charts import COLOURS, FONT, GRID, INK, NARROW, SOFT, WIDE, Size
from pipelines.pages.page import Figure

# marks of groups, told apart by shape as well as by colour: path data around a point, in pixels
SHAPES = (
    "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0Z",
    "M-5,-5H5V5H-5Z",
    "M0,-6L6,5H-6Z",
    "M0,-7L7,0L0,7L-7,0Z",
)


@dataclass(frozen=True)
class Interval:
    """One line: its label, the group that its mark shows, the median and both ends."""

    label: str
    group: str
    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class Intervals:
    """Lines in their order, over an axis of values on top.

    `ticks` are the values that the axis may name, `write` says how; `bounds` are the ends of the
    axis, where they are not those of the lines. Values beyond them are drawn at the end. `level`
    is a value drawn as a vertical line with words below it.
    """

    rows: tuple[Interval, ...]
    value_title: str
    write: Callable[[float], str]
    is_log: bool = True
    ticks: tuple[float, ...] = ()
    bounds: tuple[float, float] | None = None
    level: float | None = None
    level_label: str = ""

    def draw(self, size: Size) -> str:
        """Return the drawing."""
        from markupsafe import escape

        step, top = (40, 46) if size.is_narrow else (27, 46)
        left, right = (6.0, size.width - 22.0) if size.is_narrow else (330.0, size.width - 30.0)
        bottom = top + step * len(self.rows)
        low, high = self._find_bounds()

        def place(value: float) -> float:
            inside = min(max(value, low), high)
            if self.is_log:
                share = math.log(inside / low) / math.log(high / low)
            else:
                share = (inside - low) / (high - low)
            return round(left + share * (right - left), 1)

        parts = [
            f'<svg viewBox="0 0 {size.width} {bottom + 24}" aria-hidden="true" '
            f'font-family="{escape(FONT)}" font-size="{size.font}" fill="{INK}">',
            _write_text((left + right) / 2, 14, escape(self.value_title), "middle"),
            f'<path d="M{left},{top}H{right}" stroke="{SOFT}"/>',
        ]
        last_end = -math.inf
        for tick in self._list_ticks(low, high, size):
            x = place(tick)
            label = self.write(tick)
            half = 0.3 * size.font * len(label)
            parts.append(f'<path d="M{x},{top - 5}V{bottom}" stroke="{GRID}"/>')
            # a label that would run into the one before it is left out
            if x - half > last_end:
                parts.append(_write_text(x, top - 9, escape(label), "middle"))
                last_end = x + half + 6
        if self.level is not None:
            x = place(self.level)
            parts.append(f'<path d="M{x},{top}V{bottom}" stroke="{INK}" stroke-dasharray="3,3"/>')
            parts.append(_write_text(x, bottom + 16, escape(self.level_label), "middle", SOFT))
        groups = list(dict.fromkeys(row.group for row in self.rows))
        for number, row in enumerate(self.rows):
            y = top + step * number + (28 if size.is_narrow else step / 2)
            colour = COLOURS[groups.index(row.group) % len(COLOURS)]
            shape = SHAPES[groups.index(row.group) % len(SHAPES)]
            if size.is_narrow:
                parts.append(_write_text(left, y - 11, escape(row.label), "start"))
            else:
                parts.append(_write_text(left - 10, y + 4, escape(row.label), "end"))
            parts.append(
                f'<path d="M{place(row.low)},{y}H{place(row.high)}" stroke="{colour}" '
                'stroke-width="2.5"/>'
                f'<path transform="translate({place(row.middle)},{y})" d="{shape}" '
                f'fill="{colour}"/>'
            )
        return "".join([*parts, "</svg>"])

    def _find_bounds(self) -> tuple[float, float]:
        if self.bounds:
            return self.bounds
        values = [value for row in self.rows for value in (row.low, row.high)]
        values += [self.level] if self.level is not None else []
        low, high = min(values), max(values)
        if self.is_log:
            return low / 1.1, high * 1.1
        return low - 0.03 * (high - low), high + 0.03 * (high - low)

    def _list_ticks(self, low: float, high: float, size: Size) -> list[float]:
        if self.ticks:
            return [tick for tick in self.ticks if low <= tick <= high]
        rough = (high - low) / size.ticks
        power = 10 ** math.floor(math.log10(rough))
        step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
        first = math.ceil(low / step)
        return [step * number for number in range(first, math.floor(high / step) + 1)]


def _write_text(x: float, y: float, text: str, anchor: str, colour: str = "") -> str:
    fill = f' fill="{colour}"' if colour else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{fill}>{text}</text>'


def draw_intervals(title: str, alternative: str, chart: Intervals, note: str = "") -> Figure:
    """Return a figure of intervals, drawn for wide screens and once more for phones."""
    return Figure(title, alternative, chart.draw(WIDE), chart.draw(NARROW), note)
