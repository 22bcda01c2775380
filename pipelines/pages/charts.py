"""Drawing charts as inline SVG: Vega-Lite through Altair, compiled and drawn without a browser.

What a chart shows belongs in the modules of the pages; here is how every chart looks. Series are
told apart by colour and dash, or by the shape of their points, so that none needs its colour.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines.pages.page import Figure

if TYPE_CHECKING:
    import altair as alt

# the first has the widths by which labels are placed
FONT = "Arial, 'Liberation Sans', Helvetica, 'Noto Sans CJK SC', 'PingFang SC', sans-serif"
INK, SOFT, GRID = "#1b2530", "#46525e", "#dde3e8"
# dark enough to be read on white, and apart from each other for the colour-blind
COLOURS = ("#0b4f8a", "#b3261e", "#4f6d0a", "#6a3d9a", "#8a5a00", "#00706b", "#333333", "#a3217a")
DASHES: tuple[list[int], ...] = (
    [1, 0],
    [7, 3],
    [2, 3],
    [10, 3, 2, 3],
    [4, 2],
    [12, 4],
    [8, 2, 2, 2, 2, 2],
    [6, 2, 2, 2],
)
# what the frame says of a drawing as a whole, and names that nothing here uses
_UNUSED = re.compile(r' (?:class|role|aria-[a-z]+|pointer-events)="[^"]*"')
_ROOT = re.compile(r"<svg [^>]*?viewBox=\"([^\"]+)\"[^>]*>")


@dataclass(frozen=True)
class Size:
    """The room of one drawing: width and height with axes and legend, text, in pixels."""

    is_narrow: bool
    width: int
    height: int
    font: int

    @property
    def ticks(self) -> int:
        """About how many ticks a time axis has room for."""
        return 4 if self.is_narrow else 9


WIDE = Size(False, 1000, 400, 13)
NARROW = Size(True, 362, 290, 12)
Draw = Callable[[Size], "alt.LayerChart | alt.Chart | alt.FacetChart | alt.VConcatChart"]


@cache
def load_altair() -> Any:
    """Return Altair, whose import takes a second that other commands do not need."""
    import altair

    altair.data_transformers.disable_max_rows()
    return altair


def draw_figure(title: str, alternative: str, draw: Draw, note: str = "") -> Figure:
    """Return a figure: the chart drawn for wide screens and once more for phones.

    Args:
        title: above the chart.
        alternative: what the chart shows, for readers who do not see it.
        draw: returns the chart for a size.
        note: how to read the chart.
    """
    return Figure(title, alternative, render(draw, WIDE), render(draw, NARROW), note)


def render(draw: Draw, size: Size) -> str:
    """Return a chart as SVG, without size, titles or roles of its own; reads no address.

    Raises:
        ValueError: Vega-Lite refuses the chart.
    """
    import vl_convert

    text = {"labelFontSize": size.font, "titleFontSize": size.font, "labelColor": INK}
    config = {
        "aria": False,
        "background": "transparent",
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            **text,
            "titleColor": INK,
            "titleFontWeight": "normal",
            "gridColor": GRID,
            "domainColor": SOFT,
            "tickColor": SOFT,
            "labelLimit": 110 if size.is_narrow else 260,
            "titleLimit": 400,
        },
        "legend": {
            **text,
            "title": None,
            "orient": "top",
            "columns": 2 if size.is_narrow else 4,
            "labelLimit": 150 if size.is_narrow else 300,
            "symbolStrokeWidth": 2.4,
            "symbolSize": 300,
        },
        "header": {**text, "titleColor": INK, "labelFontWeight": "bold"},
        "text": {"fontSize": size.font, "color": INK},
    }
    # Vega-Lite checks the chart when it compiles it; to check each part before takes twice as long
    from altair.utils.schemapi import debug_mode

    with debug_mode(False):
        chart = draw(size).to_dict(validate=False)
    # what is put together from several plots has no room of its own to fit into
    if "vconcat" not in chart:
        chart["autosize"] = {"type": "fit", "contains": "padding"}
    version = ".".join(load_altair().SCHEMA_VERSION.lstrip("v").split(".")[:2])
    drawing: str = vl_convert.vegalite_to_svg(
        chart, vl_version=version, config=config, allowed_base_urls=[]
    )
    plain = _UNUSED.sub("", drawing)
    return _ROOT.sub(r'<svg viewBox="\1" aria-hidden="true">', plain, count=1)


def style_series(names: list[str]) -> tuple[Any, Any]:
    """Return the scales of colour and of dash for series, in the order of their names."""
    alt = load_altair()
    count = len(names)
    return (
        alt.Scale(domain=names, range=list(COLOURS[:count])),
        alt.Scale(domain=names, range=list(DASHES[:count])),
    )


def make_axis(number_format: str, **options: Any) -> Any:
    """Return an axis of numbers: in a format of d3, or by an expression after `expr:`."""
    alt = load_altair()
    if number_format.startswith("expr:"):
        return alt.Axis(labelExpr=number_format.removeprefix("expr:"), **options)
    return alt.Axis(format=number_format, **options)


def make_title(text: str, size: Size) -> Any:
    """Return the words above a plot that name its vertical axis."""
    return load_altair().Title(
        text, anchor="start", fontSize=size.font, fontWeight="normal", color=INK, offset=4
    )


@dataclass(frozen=True)
class Bands:
    """Lines over time with bands: rows of `time`, `series`, `middle`, `low` and `high`.

    A series with several bands names each in `band`; a row then stands for one of them.
    `value_title` names the vertical axis with its unit; `scale` is `linear` or `log`; `rules` are
    days with a label, drawn as vertical lines; `level` is a value drawn as a horizontal line.
    """

    rows: list[dict[str, Any]]
    names: list[str]
    value_title: str
    scale: str = "linear"
    rules: tuple[tuple[str, str], ...] = ()
    level: float | None = None
    number_format: str = "~s"

    def draw(self, size: Size) -> Any:
        """Return the chart."""
        alt = load_altair()
        colour, dash = style_series(self.names)
        x = alt.X(
            "time:T",
            title=None,
            axis=alt.Axis(format="%Y", tickCount={"interval": "year", "step": 1}, grid=False),
        )
        y = alt.Y(
            "middle:Q",
            title=None,
            scale=alt.Scale(type=self.scale, zero=self.scale == "linear"),
            axis=make_axis(
                self.number_format,
                tickCount=5,
            ),
        )
        base = alt.Chart(alt.Data(values=self.rows)).encode(x=x)
        legend = alt.Legend(symbolType="stroke", symbolOpacity=1) if len(self.names) > 1 else None
        layers = [
            base.mark_area(opacity=0.17).encode(
                y=alt.Y("low:Q", title=None),
                y2="high:Q",
                color=alt.Color("series:N", scale=colour, legend=legend),
                **({"detail": "band:N"} if any("band" in row for row in self.rows) else {}),
            ),
            base.mark_line(strokeWidth=2.4).encode(
                y=y,
                color=alt.Color("series:N", scale=colour, legend=legend),
                strokeDash=alt.StrokeDash("series:N", scale=dash, legend=legend),
            ),
            *self._draw_rules(size),
        ]
        if self.level is not None:
            values = alt.Data(values=[{"middle": self.level}])
            layers.append(alt.Chart(values).mark_rule(color=INK, strokeDash=[3, 3]).encode(y=y))
        return alt.layer(*layers).properties(
            width=size.width, height=size.height, title=make_title(self.value_title, size)
        )

    def _draw_rules(self, size: Size) -> list[Any]:
        if not self.rules:
            return []
        alt = load_altair()
        rows = [
            {"time": day, "label": label, "row": place % 3}
            for place, (day, label) in enumerate(self.rules)
        ]
        base = alt.Chart(alt.Data(values=rows)).encode(x="time:T")
        return [
            base.mark_rule(color=SOFT, strokeDash=[2, 2]),
            base.mark_text(
                align="left", baseline="top", dx=3, color=SOFT, fontSize=size.font - 1
            ).encode(y=alt.Y("row:Q").scale(None), text="label:N"),
        ]


@dataclass(frozen=True)
class Bars:
    """Bars with their values in words: rows of `label`, `value`, `text`, `low` and `high`."""

    rows: list[dict[str, Any]]
    value_title: str
    number_format: str
    has_intervals: bool = True

    def draw(self, size: Size) -> Any:
        """Return the chart."""
        alt = load_altair()
        # on phones labels stand above their bars, where they have room
        axis = None if size.is_narrow else alt.Axis(labelLimit=330, ticks=False)
        base = alt.Chart(alt.Data(values=self.rows)).encode(
            y=alt.Y("label:N", title=None, sort=None, axis=axis)
        )
        top = max(row["high" if self.has_intervals else "value"] for row in self.rows)
        x = alt.X(
            "value:Q",
            title=self.value_title,
            axis=make_axis(self.number_format, orient="top", tickCount=size.ticks),
            # the words right of the longest bar need room, too
            scale=alt.Scale(domainMax=top * (1.8 if size.is_narrow else 1.3), nice=False),
        )
        drop = 9 if size.is_narrow else 0
        bar = {"height": 14} if size.is_narrow else {}
        layers = [base.mark_bar(color=COLOURS[0], opacity=0.75, yOffset=drop, **bar).encode(x=x)]
        if self.has_intervals:
            layers.append(
                base.mark_rule(color=INK, strokeWidth=2, yOffset=drop).encode(
                    x=alt.X("low:Q"), x2="high:Q"
                )
            )
        end = "high:Q" if self.has_intervals else "value:Q"
        layers.append(base.mark_text(align="left", dx=6, yOffset=drop).encode(x=end, text="text:N"))
        if size.is_narrow:
            names = base.mark_text(align="left", baseline="bottom", dy=-1)
            layers.append(names.encode(x=alt.value(0), text="label:N"))
        return alt.layer(*layers).properties(
            width=size.width, height=(42 if size.is_narrow else 36) * len(self.rows) + 50
        )
