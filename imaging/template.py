"""Where a face is in every likeness: the five-point template that all of them are aligned to, at 512 px, after GFPGAN
and facexlib."""

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

SIDE = 512
FIVE_POINTS: tuple[Point, ...] = ((193, 240), (319, 240), (257, 314), (201, 371), (313, 371))
"""Viewer's left eye, right eye, nose tip, left and right mouth corner, in pixels of a picture of SIDE."""
MARGIN = 0.1
"""What is kept around the five points where a face is to be known by them, as a share of the picture's side."""
STRIP = 21 / 512
"""The share of a likeness's height, from below, that carries the mark which its renderer put there."""


def face_region() -> Box:
    """The five points and MARGIN around them, as shares of a likeness's width and height."""
    across, down = zip(*FIVE_POINTS, strict=True)
    left, top, right, bottom = (number / SIDE for number in (min(across), min(down), max(across), max(down)))
    return left - MARGIN, top - MARGIN, right + MARGIN, bottom + MARGIN
