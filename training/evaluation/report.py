"""What a report is made of: sections of tables, curves and sheets, and the figures that have an aim."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from training.dataset import Images

Value = str | float | int | bool | None
Row = dict[str, Value]


@dataclass(frozen=True)
class Column:
    """`digits` None for text; with `interval` the cells `<key>_low` and `<key>_high` belong to it."""

    key: str
    title: str
    digits: int | None = 3
    unit: str = ""
    interval: bool = False


@dataclass(frozen=True)
class Table:
    """`marked` names the rows, by their number, that are the model's own and not for comparison."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    note: str = ""
    marked: tuple[int, ...] = ()


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True)
class Series:
    """A curve, or with one y for all x a level; `model` for what is measured, else what it is compared with."""

    name: str
    points: Sequence[Point]
    model: bool = True


@dataclass(frozen=True)
class Chart:
    key: str
    title: str
    x: str
    y: str
    series: Sequence[Series]
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """A picture of many faces, kept beside the report as `<key>.png`."""

    key: str
    title: str
    picture: Images
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """One figure with its aim; `met` None where it could not be measured."""

    name: str
    value: str
    aim: str
    met: bool | None


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    note: str = ""
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    sheets: Sequence[Sheet] = ()
    figures: Sequence[Figure] = ()


@dataclass(frozen=True)
class Report:
    """`about` says what was measured, with what, how."""

    title: str
    about: dict[str, str]
    sections: Sequence[Section] = field(default_factory=list)

    @property
    def figures(self) -> list[Figure]:
        return [figure for section in self.sections for figure in section.figures]

    def as_data(self) -> dict[str, Any]:
        """JSON-able; what is not a number becomes null."""
        sections = {
            section.key: {
                "tables": {table.key: [_clean(row) for row in table.rows] for table in section.tables},
                "charts": {chart.key: _curves(chart) for chart in section.charts},
                "sheets": [f"{sheet.key}.png" for sheet in section.sheets],
            }
            for section in self.sections
        }
        figures = [vars(figure) for figure in self.figures]
        return {"title": self.title, "about": self.about, "figures": figures, "sections": sections}


def shown(row: Row, column: Column) -> str:
    """A cell as people read it."""
    value = row.get(column.key)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column.digits is None or isinstance(value, str):
        return str(value)
    text = f"{value:.{column.digits}f}"
    low, high = row.get(f"{column.key}_low"), row.get(f"{column.key}_high")
    if column.interval and isinstance(low, float) and isinstance(high, float) and math.isfinite(low + high):
        text += f" ({low:.{column.digits}f} to {high:.{column.digits}f})"
    return text


def _clean(row: Row) -> Row:
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}


def _curves(chart: Chart) -> dict[str, Any]:
    return {series.name: [_clean(dict(vars(point))) for point in series.points] for series in chart.series}
