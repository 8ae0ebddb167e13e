"""How alike two aligned pictures are, pixel by pixel: the structural similarity, SSIM (Wang et al. 2004)."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

SIDE: Final = 256
"""Pictures are compared at this side, as those of the evaluation are."""

Floats = npt.NDArray[np.float64]
_WINDOW: Final = 7
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(one: Image.Image, other: Image.Image) -> float:
    """Raw SSIM of two square pictures, -1 to 1, 1 for equal ones.

    On grey (ITU-R BT.601) at 256 x 256 px, with a uniform 7 x 7 window, sample covariances and range 255, averaged
    over the windows that lie inside: scikit-image's defaults, the definition of every SSIM in the documents.
    """
    x, y = _gray(one), _gray(other)
    mean_x, mean_y = _mean(x), _mean(y)
    correction = _WINDOW**2 / (_WINDOW**2 - 1)
    var_x = correction * (_mean(x * x) - mean_x**2)
    var_y = correction * (_mean(y * y) - mean_y**2)
    covariance = correction * (_mean(x * y) - mean_x * mean_y)
    above = (2 * mean_x * mean_y + _C1) * (2 * covariance + _C2)
    below = (mean_x**2 + mean_y**2 + _C1) * (var_x + var_y + _C2)
    inside = slice(_WINDOW // 2, -(_WINDOW // 2))
    return float((above / below)[inside, inside].mean())


def _gray(image: Image.Image) -> Floats:
    colours = np.asarray(image.convert("RGB"))
    if colours.shape[:2] != (SIDE, SIDE):
        flags = cv2.INTER_AREA if colours.shape[0] > SIDE else cv2.INTER_CUBIC
        colours = np.asarray(cv2.resize(colours, (SIDE, SIDE), interpolation=flags), np.uint8)
    return np.asarray(cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY), np.float64)


def _mean(values: Floats) -> Floats:
    return np.asarray(cv2.blur(values, (_WINDOW, _WINDOW)), np.float64)
