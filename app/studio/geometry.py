"""Where a sketch lies under its likeness: the same similarity as the pipeline's, for the page to draw."""

from collections.abc import Sequence

SIDE = 512
"""The side of a likeness, in pixels."""
EYES = (complex(193, 240), complex(319, 240))
"""Where the eyes of every likeness are, in its pixels, the viewer's left eye first."""

Eyes = Sequence[Sequence[float]]


def svg_matrix(width: int, height: int, eyes: Eyes | None) -> str:
    """The SVG transform from the sketch's pixels to the likeness's, by its eyes or, without any, centred."""
    a, b = _similarity(eyes) if eyes and eyes[0] != eyes[1] else _centred(width, height)
    return f"matrix({a.real:.5f} {a.imag:.5f} {-a.imag:.5f} {a.real:.5f} {b.real:.2f} {b.imag:.2f})"


def frame(eyes: Eyes) -> str:
    """The corners, in the sketch's pixels, of what will be rendered: SVG polygon points."""
    a, b = _similarity(eyes)
    corners = (0, SIDE, complex(SIDE, SIDE), complex(0, SIDE))
    placed = [(corner - b) / a for corner in corners]
    return " ".join(f"{point.real:.1f},{point.imag:.1f}" for point in placed)


def _similarity(eyes: Eyes) -> tuple[complex, complex]:
    left, right = (complex(x, y) for x, y in eyes)
    a = (EYES[1] - EYES[0]) / (right - left)
    return a, EYES[0] - a * left


def _centred(width: int, height: int) -> tuple[complex, complex]:
    scale = SIDE / max(width, height)
    return complex(scale), complex(SIDE - width * scale, SIDE - height * scale) / 2
