"""Bars drawn by the server: what a chart's picture, its words and its scale are."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 100.0


@dataclass(frozen=True)
class Bar:
    """``height`` is of HEIGHT; one that is not nothing can be seen."""

    height: float
    value: int
    first: dt.date


@dataclass(frozen=True)
class Chart:
    """One measure over time. ``top`` is the value at the upper edge, a round one."""

    name: str
    bars: Sequence[Bar]
    top: int
    total: int

    @property
    def most(self) -> Bar:
        """The highest bar, the last of them if there are several."""
        return max(reversed(self.bars), key=lambda bar: bar.value)


def chart(name: str, values: Sequence[int], firsts: Sequence[dt.date], total: int) -> Chart:
    top = round_up(max(values, default=0))
    bars = [Bar(_height(value, top), value, first) for value, first in zip(values, firsts, strict=True)]
    return Chart(name, bars, top, total)


def round_up(value: int) -> int:
    """The next of 1, 2, 5, 10, 20, 50, ..."""
    power = 1
    while True:
        for step in (1, 2, 5):
            if step * power >= value:
                return step * power
        power *= 10


def share(value: int, most: int) -> float:
    """Of 100, for a bar that lies; one that is not nothing can be seen."""
    return round(max(100 * value / most, 1.0), 1) if value and most else 0.0


def _height(value: int, top: int) -> float:
    return round(max(HEIGHT * value / top, 1.5), 2) if value else 0.0
