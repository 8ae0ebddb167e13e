"""What a hairstyle is made of, and the tools to state one."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from imaging.sketcher.curves import MIDDLE, Points, mirrored, smooth


@dataclass(frozen=True)
class HairPlan:
    """Everything about a head of hair but the strokes; face units throughout."""

    front: list[Points]
    """Closed outlines over the face."""
    guides: list[Points]
    """Curves from root to tip; hair between them runs in between."""
    length: tuple[float, float]
    """Shortest and longest stroke."""
    back: list[Points] = field(default_factory=list)
    """Closed outlines behind neck and face."""
    curl: float = 0.0
    """Turn of a stroke along its way, radians for 100 units, to either side."""
    waves: float = 0.0
    lock: float = 7.0
    """Width of a lock at its root."""
    density: float = 1.0
    dark: float = 1.0
    springs: Points | None = None
    """A line that hair flows away from to both sides: chance alone would leave it thin there."""
    parting: Points | None = None
    """The line that hair parts from, drawn as such."""


def half(xs: Iterable[float], ys: Iterable[float]) -> Points:
    """Points (n, 2) of a right half: distances from the middle line, and heights."""
    return np.stack([np.array(list(xs), np.float64), np.array(list(ys), np.float64)], axis=1)


HAIRLINE = half(
    (0, 30, 60, 84, 98, 104, 114, 117, 115, 119, 125), (97, 97, 101, 113, 132, 152, 166, 188, 210, 232, 256)
)
SHORT = half((0, 50, 94, 124, 140, 145, 143, 138, 131), (2, 7, 28, 66, 112, 158, 202, 234, 258))


def both(right: Points, wide: float) -> Points:
    """A whole curve from left to right through a right half that starts on the middle line."""
    placed = right * [wide, 1.0] + [MIDDLE, 0.0]
    return np.vstack([mirrored(placed[::-1], -1), placed[1:]])


def cap(outer: Points, inner: Points, wide: float) -> Points:
    """Closed outline between an outer contour and a hairline, left and right alike."""
    return np.vstack([smooth(both(outer, wide), 120), smooth(both(inner, wide), 120)[::-1]])


def across(points: ArrayLike, wide: float, side: int = 1) -> Points:
    """A guide given as (distance from the middle line, y); mirrored when ``side`` is -1."""
    return mirrored(smooth(np.asarray(points, np.float64) * [wide, 1.0] + [MIDDLE, 0.0], 30), side)


def on_both_sides(wide: float, *curves: ArrayLike) -> list[Points]:
    """Guides given for the right half, on both sides."""
    return [across(curve, wide, side) for curve in curves for side in (-1, 1)]


def temples(wide: float) -> list[Points]:
    """Short hair above the ears runs down and back."""
    return on_both_sides(
        wide,
        [(118, 118), (130, 170), (138, 240)],
        [(134, 100), (144, 160), (143, 235)],
        [(106, 150), (120, 176), (133, 222)],
        [(116, 196), (125, 220), (133, 256)],
    )
