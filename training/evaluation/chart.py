"""Curves as SVG, drawn with the page's own colours (`page.css`)."""

from collections.abc import Sequence
from html import escape

from training.evaluation.report import Chart, Series

_WIDTH, _HEIGHT = 560, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 14, 46


def as_svg(chart: Chart) -> str:
    """One `<svg>`: intervals as bands, the model's curves solid, what they are compared with dashed."""
    plot = _Plot(chart)
    parts = [*plot.grid(), *(line for series in chart.series for line in plot.curve(series))]
    label = escape(f"{chart.title}: {chart.y} by {chart.x}")
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">' + "".join(parts) + "</svg>"
    )  # fmt: skip


def colour_of(chart: Chart, series: Series) -> str:
    """The class of the page's colour: blue and orange for the model's curves, grey for what they are compared with."""
    own = [other.name for other in chart.series if other.model]
    return f"c{own.index(series.name)}" if series.model else "c2"


def line_of(chart: Chart, series: Series) -> str:
    """The classes of a line: its colour, and dashed where it is not the model's."""
    return f"line {colour_of(chart, series)}" + ("" if series.model else " null")


class _Plot:
    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        points = [point for series in chart.series for point in series.points]
        self.steps = sorted({point.x for point in points})
        lowest, highest = min(p.low for p in points), max(p.high for p in points)
        self.bottom = min(0.0, lowest)
        self.top = _round_up(highest)

    def grid(self) -> list[str]:
        right, base = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
        parts: list[str] = []
        for k in range(5):
            value = self.bottom + (self.top - self.bottom) * k / 4
            y = self.y(value)
            parts.append(f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
            parts.append(f'<text class="tick" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:.2f}</text>')
        parts += [
            f'<text class="tick" x="{self.x(x):.1f}" y="{base + 18}" text-anchor="middle">{x:g}</text>'
            for x in self.steps
        ]
        middle = (_LEFT + right) / 2
        parts.append(
            f'<text class="axis" x="{middle}" y="{_HEIGHT - 6}" text-anchor="middle">{escape(self.chart.x)}</text>'
        )
        return parts

    def curve(self, series: Series) -> list[str]:
        colour = colour_of(self.chart, series)
        kind = line_of(self.chart, series)
        upper = [(self.x(p.x), self.y(p.high)) for p in series.points]
        lower = [(self.x(p.x), self.y(p.low)) for p in reversed(series.points)]
        line = [(self.x(p.x), self.y(p.y)) for p in series.points]
        dots = [
            f'<circle class="dot {colour}" cx="{self.x(p.x):.1f}" cy="{self.y(p.y):.1f}" r="3.5">'
            f"<title>{escape(series.name)}, {p.x:g}: {p.y:.3f} ({p.low:.3f} to {p.high:.3f})</title></circle>"
            for p in series.points
        ]
        band = f'<polygon class="band {colour}" points="{_path(upper + lower)}"/>'
        return [band, f'<polyline class="{kind}" points="{_path(line)}"/>', *dots]

    def x(self, value: float) -> float:
        low, high = self.steps[0], self.steps[-1]
        share = (value - low) / (high - low) if high > low else 0.5
        return _LEFT + 8 + share * (_WIDTH - _RIGHT - _LEFT - 16)

    def y(self, value: float) -> float:
        share = (value - self.bottom) / (self.top - self.bottom)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _round_up(value: float) -> float:
    """A top of the axis whose quarters read well."""
    return next((top for top in (0.2, 0.4, 0.6, 0.8, 1.0) if value <= top), max(value, 1.0))
