"""XDoG: edges and black areas by a thresholded difference of Gaussians."""

import cv2
import numpy as np

from training.sketches.base import Gray, Rng


def xdog(gray: Gray, sigma: float = 1.0, sharpness: float = 18.0, threshold: float = 0.75, slope: float = 6.0) -> Gray:
    """Extended difference of Gaussians (Winnemoeller, Kyprianidis and Olsen 2012), k = 1.6."""
    image = gray.astype(np.float32) / 255
    fine, coarse = cv2.GaussianBlur(image, (0, 0), sigma), cv2.GaussianBlur(image, (0, 0), 1.6 * sigma)
    response = (1 + sharpness) * fine - sharpness * coarse
    soft = np.where(response >= threshold, 1.0, 1.0 + np.tanh(slope * (response - threshold)))
    return np.asarray(255 * np.clip(soft, 0, 1), np.uint8)


def draw_xdog(gray: Gray, rng: Rng) -> Gray:
    sigma, sharpness = rng.uniform(0.7, 1.8), rng.uniform(10, 30)
    return xdog(gray, sigma, sharpness, rng.uniform(0.4, 0.85), rng.uniform(3, 12))
