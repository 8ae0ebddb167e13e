"""Contours alone: soft ones by the gradient, hard ones as a pen draws them."""

import cv2
import numpy as np

from training.sketches.base import Gray, Rng


def edges(gray: Gray, sigma: float = 1.2, gain: float = 6.0) -> Gray:
    """Soft contour lines: the gradient's magnitude (Sobel 1968), thinned by its own blur."""
    smooth = cv2.GaussianBlur(gray, (0, 0), sigma).astype(np.float32) / 255
    magnitude = np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))
    thin = np.clip(magnitude - 0.75 * cv2.GaussianBlur(magnitude, (0, 0), 3.0), 0, None)
    return np.asarray(255 * np.clip(1 - gain * thin, 0, 1), np.uint8)


def canny_lines(gray: Gray, low: float, high: float, width: float) -> Gray:
    """Hard outlines (Canny 1986): the edge maps that most sketch-to-photo systems learn from."""
    lines = cv2.Canny(cv2.GaussianBlur(gray, (0, 0), 1.4), low, high)
    if width > 1:
        lines = cv2.dilate(lines, np.ones((2, 2), np.uint8))
    return np.asarray(255 - cv2.GaussianBlur(lines, (0, 0), 0.6))


def draw_edges(gray: Gray, rng: Rng) -> Gray:
    return edges(gray, rng.uniform(0.8, 1.8), rng.uniform(4, 10))


def draw_outlines(gray: Gray, rng: Rng) -> Gray:
    return canny_lines(gray, rng.uniform(20, 50), rng.uniform(60, 130), rng.uniform(0.5, 1.5))
