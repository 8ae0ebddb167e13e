"""Colour dodge: the sketch filter of image editors, and s2f's."""

import cv2
import numpy as np

from training.sketches.base import Gray, Rng

S2F_SIGMA = 11.0
"""s2f blurs with a window of 71 px, for which OpenCV takes this sigma."""


def dodge(gray: Gray, sigma: float = S2F_SIGMA) -> Gray:
    """The photo divided by its blurred self: what is darker than its surroundings stays. Sigma 11 is s2f's."""
    window = 2 * round(35 / S2F_SIGMA * sigma) + 1
    blurred = cv2.GaussianBlur(255 - gray, (window, window), sigma)
    return np.asarray(cv2.divide(gray, np.maximum(255 - blurred, 1), scale=256))


def draw_dodge(gray: Gray, rng: Rng) -> Gray:
    """From fine lines to wide shading."""
    return dodge(gray, float(np.exp(rng.uniform(np.log(2.5), np.log(14)))))
