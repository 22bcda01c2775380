"""Drawing charts as inline SVG: Vega-Lite through Altair, compiled and drawn without a browser.

What a chart shows belongs in the modules of the pages; here is how every chart looks. Series are
told apart by colour, dash and a label at their end, so that none needs its colour to be read.
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

FONT = "system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
INK, SOFT, GRID = "#1b2530", "#46525e", "#dde3e8"
# dark enough to be read on white, and apart from each other for the colour-blind
COLOURS = ("#0b4f8a", "#b3261e", "#4f6d0a", "#6a3d9a", "#8a5a00", "#00706b", "#5f5f5f", "#a3217a")
DASHES: tuple[list[int], ...] = (
    [1, 0],
    [7, 3],
    [2, 3],
    [10, 3, 2, 3],
    [4, 2],
    [12, 4],
    [1, 2],
    [6, 2, 2, 2],
)
_ROOT = re.compile(r"<svg [^>]*?viewBox=\"([^\"]+)\"[^>]*>")


@dataclass(frozen=True)
class Size:
    """The room of one drawing: width of the plot and its text, in pixels."""

    is_narrow: bool
    width: int
    height: int
    font: int

    @property
    def ticks(self) -> int:
        """About how many ticks a time axis has room for."""
        return 4 if self.is_narrow else 9


WIDE = Size(False, 800, 340, 13)
NARROW = Size(True, 268, 230, 12)
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
        "legend": {**text, "titleColor": INK, "orient": "top", "labelLimit": 220},
        "header": {**text, "titleColor": INK, "labelFontWeight": "bold"},
        "text": {"fontSize": size.font, "color": INK},
    }
    chart = draw(size)
    version = ".".join(load_altair().SCHEMA_VERSION.lstrip("v").split(".")[:2])
    drawing: str = vl_convert.vegalite_to_svg(
        chart.to_dict(), vl_version=version, config=config, allowed_base_urls=[]
    )
    return _ROOT.sub(r'<svg viewBox="\1" aria-hidden="true">', drawing, count=1)


def style_series(names: list[str]) -> tuple[Any, Any]:
    """Return the scales of colour and of dash for series, in the order of their names."""
    alt = load_altair()
    count = len(names)
    return (
        alt.Scale(domain=names, range=list(COLOURS[:count])),
        alt.Scale(domain=names, range=list(DASHES[:count])),
    )


@dataclass(frozen=True)
class Bands:
    """Lines over time with bands: rows of `time`, `series`, `middle`, `low` and `high`.

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
            title=self.value_title,
            scale=alt.Scale(type=self.scale, zero=self.scale == "linear"),
            axis=alt.Axis(
                format=self.number_format,
                titleAnchor="start",
                titleAngle=0,
                titleAlign="left",
                titleY=-12,
                titleX=-34,
                tickCount=5,
            ),
        )
        base = alt.Chart(alt.Data(values=self.rows)).encode(x=x)
        layers = [
            base.mark_area(opacity=0.17).encode(
                y=alt.Y("low:Q", title=self.value_title),
                y2="high:Q",
                color=alt.Color("series:N", scale=colour, legend=None),
            ),
            base.mark_line(strokeWidth=2.4).encode(
                y=y,
                color=alt.Color("series:N", scale=colour, legend=None),
                strokeDash=alt.StrokeDash("series:N", scale=dash, legend=None),
            ),
            self._label_ends(colour, y),
            *self._draw_rules(size),
        ]
        if self.level is not None:
            values = alt.Data(values=[{"middle": self.level}])
            layers.append(alt.Chart(values).mark_rule(color=INK, strokeDash=[3, 3]).encode(y=y))
        return alt.layer(*layers).properties(width=size.width, height=size.height)

    def _label_ends(self, colour: Any, y: Any) -> Any:
        alt = load_altair()
        last: dict[str, dict[str, Any]] = {}
        for row in self.rows:
            if row["middle"] is not None:
                last[row["series"]] = row
        return (
            alt.Chart(alt.Data(values=list(last.values())))
            .mark_text(align="left", dx=5, fontWeight="bold")
            .encode(
                x="time:T",
                y=y,
                text="series:N",
                color=alt.Color("series:N", scale=colour, legend=None),
            )
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
