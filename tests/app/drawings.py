"""Sketches to work on, drawn in code."""

import functools

from imaging.encode import encode_png
from imaging.sketcher import draw_sketch


@functools.cache
def drawing_png(seed: int, size: int = 256) -> bytes:
    return encode_png(draw_sketch(seed, size).image)
