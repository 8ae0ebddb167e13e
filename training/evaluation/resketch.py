"""A face drawn again, and how well two drawings agree. The trainer's sketch maker is called here alone."""

import cv2
import numpy as np
import numpy.typing as npt

from inference.paper import normalise_ink
from training.dataset import Images
from training.evaluation.similarity import gray_of
from training.sketchmaker import xdog

Gray = npt.NDArray[np.uint8]
_SLACK = 2.0  # px at 256 by which strokes may lie apart and still agree


def resketch(face: Images, person: Gray | None = None) -> Gray:
    """(H, W, 3) RGB -> (H, W) lines on white paper, one fixed way (XDoG, sigma 1.2), without what is outside `person`
    (H, W), 0 to 255."""
    gray = gray_of(face)
    if person is not None:
        alpha = person.astype(np.float64) / 255
        gray = np.asarray(np.rint(gray * alpha + 255 * (1 - alpha)), np.uint8)
    return normalise_ink(xdog(gray, sigma=1.2))


def ink_agreement(a: Gray, b: Gray) -> float:
    """Pearson correlation of the ink of two (H, W) drawings, each blurred by 2 px: 1 for the same drawing, 0 for
    unrelated ones or where one is empty; strength of ink does not matter."""
    x, y = (cv2.GaussianBlur(255.0 - drawing, (0, 0), _SLACK) for drawing in (a, b))
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return float((x * y).sum()) / size if size > 1e-6 else 0.0
