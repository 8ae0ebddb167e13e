"""The ink of real and made drawings alike, varied in training."""

import cv2
import numpy as np

from training.sketches.base import Gray, Rng, to_ink, to_sketch


def vary_ink(sketch: Gray, rng: Rng) -> Gray:
    """Another hand and another scanner: tone, flattened shading, stroke width, grain, missing and smudged parts.

    Heavy charcoal must not be read as dark skin, so how dark a shaded area is says little in training.
    """
    ink = to_ink(sketch)
    if rng.random() < 0.6:
        ink = np.clip(ink - rng.uniform(0.2, 0.9) * cv2.GaussianBlur(ink, (0, 0), rng.uniform(6, 16)), 0, 1)
    ink = np.clip(ink * np.exp(rng.normal(0, 0.45)), 0, 1) ** np.exp(rng.normal(0, 0.35))
    if rng.random() < 0.3:
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.4, 1.2))
    if rng.random() < 0.2:
        ink = np.asarray(cv2.dilate(ink, np.ones((2, 2), np.uint8)), ink.dtype)
    if rng.random() < 0.15:
        x, y = rng.integers(0, 192, 2)
        w, h = rng.integers(16, 64, 2)
        patch = ink[y : y + h, x : x + w]
        ink[y : y + h, x : x + w] = cv2.GaussianBlur(patch, (0, 0), 4) if rng.random() < 0.5 else 0
    if rng.random() < 0.4:
        ink = ink + rng.normal(0, rng.uniform(0.01, 0.04), ink.shape).astype(np.float32)
    return to_sketch(ink)
