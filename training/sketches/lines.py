"""Coherent line drawing (Kang, Lee and Chui 2007): a difference of Gaussians across the flow of the edges, gathered
along it, so that broken edges become long strokes.

The flow is the smoothed structure tensor's (Kyprianidis and Doellner 2008), which takes one blur and not several
rounds.
"""

import cv2
import numpy as np

from training.sketches.base import Floats, Gray, Rng

_NOISE = 0.99  # Kang's rho: how much of the wider Gaussian is taken off
_SAMPLES = 9  # across an edge
_STEP, _STEPS = 1.8, 3  # px along the flow, to either side


def coherent_lines(gray: Gray, sigma: float = 1.0, gain: float = 60.0, threshold: float = 0.3) -> Gray:
    """`sigma` px is half a stroke's width; what is weaker than `threshold` after `gain` is not drawn."""
    image = np.asarray(gray.astype(np.float32) / 255, np.float32)
    gx, gy = _directions(image)
    response = _along_flow(_across_flow(image, gx, gy, sigma), -gy, gx)
    ink = np.tanh(np.clip(-gain * response - threshold, 0, None))
    return np.asarray(255 * (1 - ink), np.uint8)


def draw_lines(gray: Gray, rng: Rng) -> Gray:
    return coherent_lines(gray, rng.uniform(0.8, 1.7), rng.uniform(35, 90), rng.uniform(0.2, 0.6))


def _directions(image: Floats) -> tuple[Floats, Floats]:
    """Unit vectors across the edges."""
    smooth = cv2.GaussianBlur(image, (0, 0), 0.8)
    dx, dy = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    xx, xy, yy = (cv2.GaussianBlur(part, (0, 0), 2.5) for part in (dx * dx, dx * dy, dy * dy))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    return np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)


def _across_flow(image: Floats, gx: Floats, gy: Floats, sigma: float) -> Floats:
    """A narrow Gaussian less a wide one, sampled along a line across the edge; below 0 in dark strokes."""
    x, y = _pixels(image)
    at = np.linspace(-2.4 * 1.6 * sigma, 2.4 * 1.6 * sigma, _SAMPLES)
    narrow, wide = np.exp(-0.5 * (at / sigma) ** 2), np.exp(-0.5 * (at / (1.6 * sigma)) ** 2)
    weights = (narrow / narrow.sum() - _NOISE * wide / wide.sum()).astype(np.float32)
    total = np.zeros_like(image)
    for t, weight in zip(at.tolist(), weights.tolist(), strict=True):
        total += weight * cv2.remap(image, x + t * gx, y + t * gy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    # Flat paper answers with 1 - rho: that is no line.
    return np.asarray(total - (1 - _NOISE) * cv2.GaussianBlur(image, (0, 0), 1.6 * sigma), np.float32)


def _along_flow(response: Floats, tx: Floats, ty: Floats) -> Floats:
    x, y = _pixels(response)
    field = np.stack([tx, ty, response], axis=-1)
    total, weights = response.copy(), 1.0
    for side in (1.0, -1.0):
        px, py, lx, ly = x, y, side * tx, side * ty
        for k in range(1, _STEPS + 1):
            px, py = px + _STEP * lx, py + _STEP * ly
            here = cv2.remap(field, px, py, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            same_way = np.where(here[..., 0] * lx + here[..., 1] * ly < 0, -1.0, 1.0).astype(np.float32)
            lx, ly = here[..., 0] * same_way, here[..., 1] * same_way
            weight = float(np.exp(-0.5 * (k * _STEP / 3.0) ** 2))
            total += weight * here[..., 2]
            weights += weight
    return np.asarray(total / weights, np.float32)


def _pixels(image: Floats) -> tuple[Floats, Floats]:
    y, x = np.mgrid[: image.shape[0], : image.shape[1]].astype(np.float32)
    return x, y
