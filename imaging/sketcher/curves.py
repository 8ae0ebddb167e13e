"""Smooth curves through a few points, in the units of whoever calls."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]
"""(..., n, 2): x to the right, y down."""
MIDDLE = 256.0
"""x of the face's middle line in face units."""


def smooth(points: ArrayLike, count: int = 48, *, closed: bool = False) -> Points:
    """A Catmull-Rom curve through ``points`` (n, 2), resampled to ``count`` even steps."""
    knots = np.asarray(points, dtype=np.float64)
    if closed:
        padded = np.vstack([knots[-1], knots, knots[:2]])
    else:
        padded = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    t = np.linspace(0.0, 1.0, 24, endpoint=False)[:, None]
    pieces = [_span(padded[i : i + 4], t) for i in range(len(padded) - 3)]
    curve = np.vstack([*pieces, padded[-2][None]])
    return resample(curve, count)


def _span(knots: Points, t: Points) -> Points:
    p0, p1, p2, p3 = knots
    span: Points = 0.5 * (
        2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    return span


def resample(curve: Points, count: int) -> Points:
    """``count`` points evenly spaced along the polyline ``curve`` (n, 2)."""
    steps = np.hypot(*np.diff(curve, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0.0, along[-1], count)
    return np.stack([np.interp(wanted, along, curve[:, axis]) for axis in (0, 1)], axis=1)


def part_of(curve: Points, start: float, end: float, count: int = 32) -> Points:
    """The piece of ``curve`` between two shares (0..1) of its length."""
    wanted = np.linspace(start, end, count) * (len(curve) - 1)
    index = np.arange(len(curve))
    return np.stack([np.interp(wanted, index, curve[:, axis]) for axis in (0, 1)], axis=1)


def normals(curves: Points) -> Points:
    """Unit normals (to the left of the direction of travel on a screen) of curves (..., n, 2)."""
    along = np.gradient(curves, axis=-2)
    length = np.maximum(np.hypot(along[..., 0], along[..., 1]), 1e-9)
    return np.stack([along[..., 1] / length, -along[..., 0] / length], axis=-1)


def between(guides: Sequence[ArrayLike], where: ArrayLike, count: int = 14) -> Points:
    """Curves (m, count, 2) at the places ``where`` (m,) in [0, 1] along an ordered fan of guide curves."""
    fan = np.stack([smooth(guide, count) for guide in guides])
    position = np.clip(np.asarray(where, dtype=np.float64), 0.0, 1.0) * (len(fan) - 1)
    lower = np.minimum(position.astype(int), len(fan) - 2) if len(fan) > 1 else np.zeros(len(position), int)
    upper = np.minimum(lower + 1, len(fan) - 1)
    share = (position - lower)[:, None, None]
    blend: Points = fan[lower] * (1 - share) + fan[upper] * share
    return blend


def mirrored(points: ArrayLike, side: int) -> Points:
    """Points given for the viewer's right half, on that side (+1) or on the left (-1)."""
    result = np.array(points, dtype=np.float64)
    if side < 0:
        result[..., 0] = 2.0 * MIDDLE - result[..., 0]
    return result


def on_side(points: ArrayLike, side: int, count: int = 36, *, closed: bool = False) -> Points:
    """A smooth curve through points given as (distance from the middle line, y), on one side of the face."""
    right = np.asarray(points, dtype=np.float64) + [MIDDLE, 0.0]
    return mirrored(smooth(right, count, closed=closed), side)


def taper(count: int, start: float = 0.25, end: float = 0.15, power: float = 0.6) -> NDArray[np.float64]:
    """Width profile (count,) of a hand-drawn stroke: thin where the pencil lands and leaves, 1 between."""
    t = np.linspace(0.0, 1.0, count)
    rise = np.clip(t / max(start, 1e-6), 0.0, 1.0) if start else np.ones(count)
    fall = np.clip((1.0 - t) / max(end, 1e-6), 0.0, 1.0) if end else np.ones(count)
    profile: NDArray[np.float64] = np.maximum(np.minimum(rise, fall), 0.02) ** power
    return profile
