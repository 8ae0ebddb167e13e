"""From graphite to a picture: the tooth of the paper, and the colours of ink and sheet."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imaging.sketcher.canvas import Canvas
from imaging.sketcher.curves import MIDDLE
from imaging.sketcher.hand import Hand, Medium
from imaging.sketcher.relief import ORIGIN, STEP, grid, rise

_LAST_LINE = 600.0
"""y in face units at which the portrait begins to end."""


def fade_out(hand: Hand) -> None:
    """End the portrait on the chest with a ragged edge, as an artist does who runs out of interest."""
    x, y = grid()
    ragged = hand.wobble(1, 64, 16.0)[0]
    edge = np.interp(x, np.linspace(x.min(), x.max(), 64), ragged)
    left = 1.0 - rise(np.asarray(y - edge + 0.0004 * (x - MIDDLE) ** 2, np.float32), _LAST_LINE, _LAST_LINE + 52.0)
    hand.canvas.erase(1.0 - hand.canvas.from_face(left, ORIGIN, STEP))


def finished(canvas: Canvas, medium: Medium, dice: np.random.Generator) -> Image.Image:
    """The sheet as an RGB image of ``canvas.size`` pixels."""
    size = canvas.size
    ink = cv2.resize(canvas.ink, (size, size), interpolation=cv2.INTER_AREA)
    tooth = _tooth(size, dice)
    grip = 1.0 + medium.grain * tooth * (1.0 - ink)  # dark graphite fills the tooth, light graphite skips it
    ink = np.clip(ink * grip, 0.0, 1.0)[..., None]
    sheet = np.array(medium.paper, np.float64) + 1.1 * _tooth(size, dice)[..., None]
    mixed = sheet * (1.0 - ink) + np.array(medium.ink, np.float64) * ink
    return Image.fromarray(np.clip(np.round(mixed), 0, 255).astype(np.uint8))


def _tooth(size: int, dice: np.random.Generator) -> NDArray[np.float64]:
    """Paper grain of about unit deviation at two scales."""
    fine = cv2.GaussianBlur(dice.normal(0, 1, (size, size)), (0, 0), 0.7)
    coarse = cv2.GaussianBlur(dice.normal(0, 1, (size, size)), (0, 0), 1.6)
    grain = fine / fine.std() * 0.75 + coarse / coarse.std() * 0.5
    result: NDArray[np.float64] = np.clip(grain, -2.5, 2.5)
    return result
