"""Pencil: strokes and tone of a whole drawing, and hatching to lay over lines."""

import cv2
import numpy as np

from training.sketches.base import Floats, Gray, Rng, line_kernel

_DIRECTIONS = 8
# Shares of bright paper, middle tones and dark accents, learned from drawings by Lu et al.: light hand, dark hand.
_LIGHT, _DARK = np.array([0.76, 0.22, 0.02], np.float32), np.array([0.42, 0.29, 0.29], np.float32)


def pencil(gray: Gray, rng: Rng, darkness: float = 0.5) -> Gray:
    """Strokes times pencil tone, after Lu, Xu and Jia 2012; the tone's texture is laid on pixel by pixel where
    theirs is solved for. `darkness` goes from a light hand, 0, to a heavy one, 1."""
    strokes = _strokes(gray)
    tone = _tone(gray, np.asarray((1 - darkness) * _LIGHT + darkness * _DARK, np.float32))
    texture = np.clip(0.8 + 0.13 * _streaks(gray.shape, rng), 0.3, 0.97)
    exponent = np.log(np.clip(tone, 0.05, 0.999)) / np.log(0.8)
    return np.asarray(255 * np.clip(strokes * texture**exponent, 0, 1), np.uint8)


def draw_pencil(gray: Gray, rng: Rng) -> Gray:
    return pencil(gray, rng, rng.uniform(0, 1))


def hatch(gray: Gray, rng: Rng) -> Gray:
    """Darkness laid down as directional grain, denser where the photo is darker."""
    streaks = np.clip(0.5 + _streaks(gray.shape, rng) / 4, 0, 1)
    equalised = cv2.createCLAHE(2.0, (4, 4)).apply(gray).astype(np.float32) / 255
    darkness = np.clip(1.15 - 1.3 * equalised, 0, 1) ** rng.uniform(0.8, 1.6)
    return np.asarray(255 * (1 - darkness * (0.35 + 0.65 * streaks)), np.uint8)


def shade_region(sketch: Gray, gray: Gray, mask: Gray, rng: Rng) -> Gray:
    """The drawing with the region under the soft mask laid out in dark strokes, lighter where the photo shines."""
    inside = mask > 127
    bright = float(np.percentile(gray[inside], 95)) if inside.any() else 255.0
    shine = np.clip(gray.astype(np.float32) / max(bright, 1.0), 0, 1) ** rng.uniform(1.5, 4)
    strokes = np.clip(0.8 + 0.2 * _streaks(gray.shape, rng), 0.2, 1.2)
    ink = rng.uniform(0.55, 1.0) * (1 - rng.uniform(0.3, 0.8) * shine) * strokes * (mask.astype(np.float32) / 255)
    return np.asarray(sketch * (1 - np.clip(ink, 0, 1)), np.uint8)


def _streaks(shape: tuple[int, ...], rng: Rng) -> Floats:
    """(H, W) noise drawn out in one direction, as of a pencil's side; of mean 0 and variance 1."""
    grain = rng.standard_normal(shape[:2]).astype(np.float32)
    streaks = cv2.filter2D(grain, -1, line_kernel(int(rng.integers(7, 19)), rng.uniform(20, 70)))
    return np.asarray(streaks / (streaks.std() + 1e-6), np.float32)


def _strokes(gray: Gray) -> Floats:
    """(H, W), 1 is paper: every pixel's gradient drawn as a line of the direction that fits it best."""
    smooth = cv2.GaussianBlur(gray, (0, 0), 0.8).astype(np.float32) / 255
    gradient = np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))
    length = max(5, gray.shape[0] // 30) | 1
    kernels = [line_kernel(length, 180 * k / _DIRECTIONS) for k in range(_DIRECTIONS)]
    best = np.argmax([cv2.filter2D(gradient, -1, kernel) for kernel in kernels], axis=0)
    drawn = np.zeros_like(gradient)
    for k, kernel in enumerate(kernels):
        drawn += cv2.filter2D(gradient * (best == k), -1, kernel)
    strongest = max(float(np.percentile(drawn, 99)), 0.2)
    return np.asarray(1 - np.clip(drawn / strongest, 0, 1) ** 0.9, np.float32)


def _tone(gray: Gray, shares: Floats) -> Floats:
    """(H, W), 1 is paper: the photo's tones moved to the histogram that pencil drawings have."""
    levels = np.arange(256)
    bright = np.exp(-(255 - levels) / 9.0)
    middle = ((levels >= 105) & (levels <= 225)).astype(np.float64)
    dark = np.exp(-0.5 * ((levels - 90) / 11.0) ** 2)
    wanted = sum(share * part / part.sum() for share, part in zip(shares, (bright, middle, dark), strict=True))
    counts = np.bincount(gray.ravel(), minlength=256)
    found = np.interp(np.cumsum(counts) / counts.sum(), np.cumsum(wanted), levels)
    return np.asarray(cv2.GaussianBlur((found / 255).astype(np.float32)[gray], (0, 0), 1.0), np.float32)
