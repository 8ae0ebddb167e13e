"""Bars drawn by the server: what a chart's picture, its words and its scale are."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 100.0
STEPS = (1, 2, 3, 4, 5, 6, 8)


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


def chart(name: str, values: Sequence[int], firsts: Sequence[dt.date], total: int, base: int = 1) -> Chart:
    top = round_up(max(values, default=0), base)
    bars = [Bar(_height(value, top), value, first) for value, first in zip(values, firsts, strict=True)]
    return Chart(name, bars, top, total)


def round_up(value: int, base: int = 1) -> int:
    """The next of 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, ... times ``base``, or its powers: 1024 for bytes."""
    unit = 1
    while base > 1 and unit * base <= value:
        unit *= base
    power = 1
    while True:
        for step in STEPS:
            if step * power * unit >= value:
                return step * power * unit
        power *= 10


def share(value: int, most: int) -> float:
    """Of 100, for a bar that lies; one that is not nothing can be seen."""
    return round(max(100 * value / most, 1.0), 1) if value and most else 0.0


def _height(value: int, top: int) -> float:
    return round(max(HEIGHT * value / top, 1.5), 2) if value else 0.0
