"""FSIM (Zhang, Zhang, Mou and Zhang 2011, "FSIM: A Feature Similarity Index for Image Quality Assessment"), the grey
variant, with the phase congruency of Kovesi 1999 as the paper sets it: 4 scales, 4 orientations.

It compares where edges and lines are (phase congruency) and how strong they are (Scharr gradient), and counts a pixel
by the stronger phase congruency of the two. 1 for equal pictures; phase congruency does not feel contrast, the gradient
does.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
from scipy import fft

from training.dataset import Images
from training.evaluation.similarity import gray_of

Plane = npt.NDArray[np.float32]

_SCALES, _ORIENTATIONS = 4, 4
_SHORTEST_WAVE, _STEP, _BANDWIDTH = 6.0, 2.0, 0.55  # px, factor from scale to scale, sigma over centre frequency
_ANGLE_SIGMA = np.pi / _ORIENTATIONS / 1.2
_NOISE_SIGMAS = 2.0
_NOISE_DAMPING = 1.7  # Kovesi's: the estimate is too large for overlapping filters
_T1, _T2 = 0.85, 160.0  # the paper's constants for phase congruency and for gradients of 8-bit pictures
_EPSILON = 1e-4
_SIDE = 256  # px of the shorter side that the paper shrinks pictures to


@dataclass(frozen=True)
class Structure:
    """Phase congruency, 0 to 1, and gradient magnitude of one picture, both (H, W)."""

    congruency: Plane
    gradient: Plane


def fsim(a: Structure, b: Structure) -> float:
    """0 to 1; symmetric. Two pictures without any structure are equal: 1."""
    strongest = np.maximum(a.congruency, b.congruency)
    total = float(strongest.sum())
    if total == 0:
        return 1.0
    alike = _alike(a.congruency, b.congruency, _T1) * _alike(a.gradient, b.gradient, _T2)
    return float((alike * strongest).sum()) / total


def structure_of(image: Images) -> Structure:
    """Of a (H, W, 3) RGB or (H, W) picture of 0 to 255."""
    gray = (gray_of(image) if image.ndim == 3 else image).astype(np.float32)
    factor = max(1, round(min(gray.shape) / _SIDE))
    if factor > 1:
        gray = np.asarray(cv2.blur(gray, (factor, factor)), np.float32)[::factor, ::factor]
    across, down = (cv2.Scharr(gray, cv2.CV_32F, *axis) / 16 for axis in ((1, 0), (0, 1)))
    return Structure(phase_congruency(gray), np.hypot(across, down))


def phase_congruency(gray: Plane) -> Plane:
    """(H, W) -> (H, W), 0 to 1: how well the waves of all scales agree that there is an edge or a line."""
    spectrum = fft.fft2(gray)
    energy, amplitude = np.zeros(gray.shape, np.float32), np.zeros(gray.shape, np.float32)
    for orientation in range(_ORIENTATIONS):
        filters = _filters(gray.shape, orientation)
        waves = fft.ifft2(spectrum * filters.bank)
        sizes = np.abs(waves)
        energy += np.clip(_energy(waves) - filters.noise_share * float(np.median(sizes[0] ** 2)) ** 0.5, 0, None)
        amplitude += sizes.sum(0)
    return np.asarray(energy / (amplitude + _EPSILON), np.float32)


def _energy(waves: npt.NDArray[np.complex64]) -> Plane:
    """Along the mean direction, less what goes across it (Kovesi's measure): (S, H, W) -> (H, W)."""
    mean = waves.sum(0)
    mean = mean / (np.abs(mean) + _EPSILON)
    turned = waves * mean.conj()
    return np.asarray((turned.real - np.abs(turned.imag)).sum(0), np.float32)


@dataclass(frozen=True)
class _Filters:
    """Log-Gabor filters of one orientation (S, H, W), and the noise threshold by the median wave of the finest."""

    bank: Plane
    noise_share: float


@cache
def _filters(shape: tuple[int, int], orientation: int) -> _Filters:
    y, x = np.meshgrid(*(fft.fftfreq(side) for side in shape), indexing="ij")
    radius = np.hypot(x, y)
    radius[0, 0] = 1.0
    centre = orientation * np.pi / _ORIENTATIONS
    apart = np.abs(np.angle(np.exp(1j * (np.arctan2(-y, x) - centre))))
    spread = np.exp(-(apart**2) / (2 * _ANGLE_SIGMA**2))
    low_pass = 1 / (1 + (radius / 0.45) ** 30)  # Butterworth of order 15: nothing from the corners of the spectrum
    bank = np.empty((_SCALES, *shape))
    for scale in range(_SCALES):
        middle = 1 / (_SHORTEST_WAVE * _STEP**scale)
        bank[scale] = np.exp(-(np.log(radius / middle) ** 2) / (2 * np.log(_BANDWIDTH) ** 2)) * low_pass * spread
        bank[scale, 0, 0] = 0.0
    return _Filters(bank.astype(np.float32), _noise_share(bank))


def _noise_share(bank: npt.NDArray[np.float64]) -> float:
    """The noise threshold as a multiple of the root of the median squared wave of the finest scale.

    Noise shows in the finest scale most; its squared wave is exponentially distributed, so the median tells its mean,
    and that the energy it has in all scales together (Rayleigh distributed: mean and deviation by its tau).
    """
    impulse = fft.ifft2(bank).real * np.sqrt(bank[0].size)
    products = np.einsum("ihw,jhw->ij", impulse, impulse)
    summed = 2 * np.trace(products) + 4 * np.triu(products, 1).sum()
    power = (1 / np.log(2)) / (bank[0] ** 2).sum()
    tau = np.sqrt(power * summed / 2)
    threshold = tau * np.sqrt(np.pi / 2) + _NOISE_SIGMAS * tau * np.sqrt(2 - np.pi / 2)
    return float(threshold / _NOISE_DAMPING)


def _alike(a: Plane, b: Plane, constant: float) -> Plane:
    return np.asarray((2 * a * b + constant) / (a * a + b * b + constant))
