"""Figures between two pictures, pixel by pixel. Stacks are (N, S, S, 3) RGB, 0 to 255."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
from skimage.metrics import structural_similarity

from training.dataset import Images

Floats = npt.NDArray[np.float64]

_ssim: Callable[..., float] = structural_similarity  # upstream annotates nothing


def gray_of(image: Images) -> Images:
    """(H, W, 3) RGB -> (H, W), ITU-R BT.601."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))


def ssim_uniform(a: Images, b: Images) -> Floats:
    """(N,) raw SSIM (Wang et al. 2004) on grey with scikit-image's defaults: 7 x 7 uniform window, range 255."""
    return np.array([_ssim(gray_of(x), gray_of(y), data_range=255) for x, y in zip(a, b, strict=True)], np.float64)


def ssim_gaussian(a: Images, b: Images) -> Floats:
    """(N,) raw SSIM as in Wang et al. 2004: Gaussian window of sigma 1.5, covariances not corrected for the sample."""
    options = {"data_range": 255, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return np.array([_ssim(gray_of(x), gray_of(y), **options) for x, y in zip(a, b, strict=True)], np.float64)


def shifted(ssim: Floats) -> Floats:
    """s2f's figure, (SSIM + 1) / 2: unlike pictures score .5 on it, and it must never be compared with raw SSIM."""
    return np.asarray((ssim + 1) / 2)


def raw_ssim(a: Images, b: Images) -> float:
    """Mean of `ssim_uniform`."""
    return float(ssim_uniform(a, b).mean())


def psnr_each(a: Images, b: Images) -> Floats:
    """(N,) peak signal-to-noise ratio in dB, peak 255; equal pictures score 168 dB and not infinity."""
    error = ((a.astype(np.float64) - b.astype(np.float64)) ** 2).mean((1, 2, 3))
    return np.asarray(10 * np.log10(255**2 / np.maximum(error, 1e-12)))


def psnr(a: Images, b: Images) -> float:
    """The same over all pixels of all pictures."""
    error = float(((a.astype(np.float64) - b.astype(np.float64)) ** 2).mean())
    return float(10 * np.log10(255**2 / max(error, 1e-12)))
