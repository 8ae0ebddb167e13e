"""Figures between pictures."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from skimage.metrics import structural_similarity

from training.data import Images

_ssim: Callable[..., float] = structural_similarity  # upstream annotates nothing


def raw_ssim(a: Images, b: Images) -> float:
    """Mean SSIM of two (N, 256, 256, 3) stacks on grey, scikit-image's defaults (7 x 7 uniform window, range 255).

    s2f prints (SSIM + 1) / 2 of the same; the two must not be compared.
    """
    values = [_ssim(_gray(x), _gray(y), data_range=255) for x, y in zip(a, b, strict=True)]
    return float(np.mean(values))


def psnr(a: Images, b: Images) -> float:
    """Peak signal-to-noise ratio in dB over all pixels, peak 255."""
    error = float(((a.astype(np.float64) - b.astype(np.float64)) ** 2).mean())
    return float(10 * np.log10(255**2 / max(error, 1e-12)))


def share_of_faces(pictures: Images, detector: Path) -> float:
    """Share of (N, S, S, 3) RGB pictures in which YuNet (an ONNX file) finds at least one face."""
    height, width = pictures.shape[1:3]
    finder = cv2.FaceDetectorYN.create(str(detector), "", (width, height), score_threshold=0.8)
    found = [finder.detect(np.ascontiguousarray(picture[:, :, ::-1]))[1] is not None for picture in pictures]
    return float(np.mean(found))


def bootstrap_interval(values: list[float], rounds: int = 2000, seed: int = 0) -> tuple[float, float]:
    """95 % percentile interval of the mean."""
    rng = np.random.default_rng(seed)
    array = np.array(values)
    means = array[rng.integers(len(array), size=(rounds, len(array)))].mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def _gray(image: Images) -> Images:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
