"""Tells a drawing from paper that has none, under scanner noise, tinted paper and soft shadows."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imaging.errors import ImageRefused

_WORK_SIDE = 512
_FINE, _COARSE = 1.2, 6.0
"""Sigmas in pixels at the working size: between them lie pencil lines; noise is finer, shadows coarser."""
_NOISE_FACTOR = 6.0
_LEAST_CONTRAST = 0.012
"""Share of the paper's brightness that a line must take away to count as one."""
_TEXTURE = 0.02
"""Line-scale variation all over the picture that no paper has: dense shading, not noise."""
_LEAST_EXTENT = 12
"""A stroke reaches this far in pixels at the working size; dust and dead pixels do not."""
_LEAST_INK = 0.002
_FLOOR = 24.0
"""Grey levels added so that noise in the black of a closed scanner lid is not divided by nothing."""


def refuse_blank(image: Image.Image) -> None:
    """Raise ``ImageRefused`` for paper without a drawing; ``image`` is any Pillow image of any size."""
    lines = _line_response(image)
    noise = 1.4826 * float(np.median(np.abs(lines - np.median(lines))))
    if noise > _TEXTURE:
        return
    ink = (lines > max(_LEAST_CONTRAST, _NOISE_FACTOR * noise)).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    strokes = stats[1:]
    extent = np.maximum(strokes[:, cv2.CC_STAT_WIDTH], strokes[:, cv2.CC_STAT_HEIGHT])
    covered = float(strokes[extent >= _LEAST_EXTENT, cv2.CC_STAT_AREA].sum()) / ink.size
    if covered < _LEAST_INK:
        raise ImageRefused(
            "No drawing can be seen on this picture; please scan the side with the sketch, "
            "darker if the pencil is faint, and upload that."
        )


def _line_response(image: Image.Image) -> NDArray[np.float32]:
    """Darkness of thin structures as a share of the paper's brightness around them, at the working size."""
    grey = image.convert("L")
    grey.thumbnail((_WORK_SIDE, _WORK_SIDE), Image.Resampling.BOX, reducing_gap=None)
    tone = np.asarray(grey, dtype=np.float32) + _FLOOR
    fine = cv2.GaussianBlur(tone, (0, 0), _FINE)
    coarse = cv2.GaussianBlur(tone, (0, 0), _COARSE)
    response: NDArray[np.float32] = np.asarray((coarse - fine) / coarse, dtype=np.float32)
    return response
