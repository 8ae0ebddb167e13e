"""Where faces are in a picture of any kind, by OpenCV's frontal cascade (Viola and Jones 2001; Lienhart 2002).

It needs no network, so the process that the public reaches may use it. What it tells is rough: the same face comes out
up to a tenth larger or smaller.
"""

import functools
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from cv2.data import haarcascades

Gray = npt.NDArray[np.uint8]

MOST = 3
"""Faces of a picture, the largest first."""
_WORKED_ON = 320
"""Pixels of the longer side: what the cascade takes depends on this alone, however large a picture is."""
_SMALLEST = 30
"""Pixels of these across a face: a tenth of a screen's longer side."""
_AROUND = 80
"""Pixels of these that are put around, as the picture ends: a face that fills it has no surroundings left, and the
cascade wants some."""


class Face(NamedTuple):
    """The middle of a face, and across it; in pixels."""

    x: float
    y: float
    side: float


def find(gray: Gray) -> list[Face]:
    """Up to MOST faces in (H, W) brightness."""
    scale = _WORKED_ON / max(gray.shape)
    size = max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale))
    small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    page = cv2.copyMakeBorder(small, _AROUND, _AROUND, _AROUND, _AROUND, cv2.BORDER_REPLICATE)
    boxes = _cascade().detectMultiScale(page, 1.1, 3, minSize=(_SMALLEST, _SMALLEST))
    found = [(x + side / 2 - _AROUND, y + side / 2 - _AROUND, side) for x, y, side, _ in boxes]
    largest = sorted(found, key=lambda face: -face[2])[:MOST]
    return [Face(*(float(pixels) / scale for pixels in face)) for face in largest]


@functools.cache
def _cascade() -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(haarcascades + "haarcascade_frontalface_alt2.xml")
