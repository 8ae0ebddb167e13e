"""What a drawing is drawn on and seen through."""

import cv2
import numpy as np

from training.sketches.base import Floats, Gray, Rng, to_ink


def paper_texture(sketch: Gray, rng: Rng, depth: float = 0.5) -> Gray:
    """Rough paper: graphite stays on the tooth's tops and skips its pits, `depth` 0 to 1; the ground is uneven too."""
    tooth = _noise(sketch.shape, rng, 0.7) + 0.5 * _noise(sketch.shape, rng, 2.0)
    ink = to_ink(sketch)
    caught = ink * np.clip(1 - depth * (0.35 + 0.65 * tooth) * (1.25 - ink), 0, 1.2)
    ground = 0.012 * depth * _noise(sketch.shape, rng, 4.0) + 0.012 * depth * np.abs(tooth)
    return np.asarray(np.rint(255 * np.clip(1 - caught - np.abs(ground), 0, 1)), np.uint8)


def scanner_grey(sketch: Gray, rng: Rng) -> Gray:
    """A grey sheet, lit from one side, with a scanner's noise: ink and paper come closer to each other."""
    height, width = sketch.shape
    y, x = np.mgrid[:height, :width].astype(np.float32) / max(height, width) - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    light = rng.uniform(0.72, 0.96) + rng.uniform(0, 0.14) * (x * np.cos(angle) + y * np.sin(angle))
    black = rng.uniform(0.02, 0.18)
    page = black + (light - black) * (1 - to_ink(sketch)) + rng.normal(0, rng.uniform(0.004, 0.02), sketch.shape)
    return np.asarray(np.rint(255 * np.clip(page, 0, 1)), np.uint8)


def _noise(shape: tuple[int, ...], rng: Rng, sigma: float) -> Floats:
    """(H, W) of mean 0 and variance 1, with grains of about `sigma` px."""
    noise = cv2.GaussianBlur(rng.standard_normal(shape[:2]).astype(np.float32), (0, 0), sigma)
    return np.asarray(noise / noise.std(), np.float32)
