"""The picture beside the sign-in form: a drawn face, half line and half tone, like the mark.

``python -m imaging.portrait`` writes it again.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imaging.sketcher import draw_sketch

PLACE = Path(__file__).resolve().parent.parent / "static" / "img" / "portrait.webp"
SEED = 11
SIDE = 1024
PITCH = 9.0
"""Pixels from one engraved line to the next."""

Grey = NDArray[np.float32]


def portrait(seed: int = SEED, side: int = SIDE) -> Image.Image:
    """A drawn face whose right half is engraved: lines that swell where the drawing is dark."""
    grey = draw_sketch(seed, side, "pencil").image.convert("L")
    drawn = np.asarray(grey, np.float32) / np.float32(255)
    halves = drawn.copy()
    halves[:, side // 2 :] = engrave(drawn)[:, side // 2 :]
    return Image.fromarray((np.clip(halves, 0, 1) * 255).astype(np.uint8))


def engrave(drawn: Grey) -> Grey:
    """A grey drawing, values 0 to 1, as lines across it that bend over the face as over a ball."""
    side = drawn.shape[0]
    paper = float(np.median(drawn[: side // 25, : side // 25]))
    dark = np.clip((paper - 0.01 - _blur(drawn, 4.5)) / 0.72, 0, 1)
    inside = _blur((_blur(drawn, 14) < paper - 0.015).astype(np.float32), 5)
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side - 0.5
    bend = side * 0.021 * np.exp(-((x / 0.26) ** 2)) * np.sin(y / 0.27)
    off_line = np.abs(((y * side + bend) % PITCH) / PITCH - 0.5) * 2
    width = (0.1 + 0.1 * inside + 0.9 * dark**0.85) * inside
    ink = np.clip((width - off_line) * PITCH / 2.2 + 0.5, 0, 1) * np.clip(inside * 3, 0, 1)
    return np.asarray(paper - ink * 0.86, np.float32)


def _blur(picture: Grey, sigma: float) -> Grey:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


if __name__ == "__main__":
    portrait().save(PLACE, "WEBP", quality=72, method=6)
    print(PLACE)
