"""Where a sketch lies under its likeness: the same similarity as the pipeline's, for the page to draw."""

import math
from collections.abc import Sequence

SIDE = 512
"""The side of a likeness, in pixels."""
EYES = (complex(193, 240), complex(319, 240))
"""Where the eyes of every likeness are, in its pixels, the viewer's left eye first."""
SAME = 0.08
"""Pixels; forms carry positions with one decimal."""

Eyes = Sequence[Sequence[float]]


def svg_matrix(eyes: Eyes) -> str:
    """The SVG transform from the sketch's pixels to the likeness's."""
    a, b = _similarity(eyes)
    return f"matrix({a.real:.5f} {a.imag:.5f} {-a.imag:.5f} {a.real:.5f} {b.real:.2f} {b.imag:.2f})"


def frame(eyes: Eyes) -> str:
    """The corners, in the sketch's pixels, of what will be rendered: SVG polygon points."""
    a, b = _similarity(eyes)
    corners = (0, SIDE, complex(SIDE, SIDE), complex(0, SIDE))
    placed = [(corner - b) / a for corner in corners]
    return " ".join(f"{point.real:.1f},{point.imag:.1f}" for point in placed)


def warp(eyes: Eyes) -> list[list[float]]:
    """The 2 x 3 similarity from the sketch's pixels to shares of the likeness's side."""
    a, b = (number / SIDE for number in _similarity(eyes))
    return [[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]]


def same_eyes(one: Eyes | None, other: Eyes | None) -> bool:
    """Whether both are the same places, but for what a form rounds away."""
    if one is None or other is None:
        return one is other
    return all(math.dist(a, b) <= SAME for a, b in zip(one, other, strict=True))


def _similarity(eyes: Eyes) -> tuple[complex, complex]:
    left, right = (complex(x, y) for x, y in eyes)
    a = (EYES[1] - EYES[0]) / (right - left)
    return a, EYES[0] - a * left
