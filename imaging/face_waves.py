"""What a square of a face looks like, in 256 bits: whether a frequency is stronger than in most likenesses.

All faces have their lowest frequencies in common, and what tells them apart is how they differ from the rest.
"""

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from imaging.faces import Gray
from imaging.fingerprint import Bits

Waves = npt.NDArray[np.float32]

_SAMPLES, _KEPT = 32, 16
"""Pixels that are made of a square's side, and of its frequencies the lowest each way."""


class Square(NamedTuple):
    """Its middle and its side, in pixels of a picture."""

    x: float
    y: float
    side: float


def hashes(gray: Gray, squares: Sequence[Square]) -> Bits:
    """(N, 32). The squares are of about one size; beyond the picture it goes on as it ends."""
    return np.packbits(frequencies(gray, squares) > mean_face(), axis=1)


def frequencies(gray: Gray, squares: Sequence[Square]) -> Waves:
    """(N, 256): the lowest 16 x 16 frequencies of each, after its brightness was brought to mean 0 and deviation 1.
    The very first is 0."""
    scale = 2 * _SAMPLES / float(np.median([square.side for square in squares]))
    size = max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale))
    page = cv2.resize(gray, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    smooth = np.asarray(cv2.GaussianBlur(page.astype(np.float32), (0, 0), 0.8), np.float32)
    cut = np.stack(list(_cut(smooth, squares, scale)))
    cut -= cut.mean(axis=(1, 2), keepdims=True)
    cut /= cut.std(axis=(1, 2), keepdims=True) + 1e-3
    found = (_cosines() @ cut @ _cosines().T).reshape(len(cut), -1)
    found[:, 0] = 0  # but for rounding it was: the bit must not be chance
    return np.asarray(found, np.float32)


def _cut(page: Waves, squares: Sequence[Square], scale: float) -> Iterator[Waves]:
    for x, y, side in squares:
        zoom = _SAMPLES / (side * scale)
        across, down = ((_SAMPLES - 1) / 2 - zoom * (middle * scale - 0.5) for middle in (x, y))
        to_square = np.array([[zoom, 0, across], [0, zoom, down]])
        part = cv2.warpAffine(page, to_square, (_SAMPLES, _SAMPLES), borderMode=cv2.BORDER_REPLICATE)
        yield np.asarray(part, np.float32)


@functools.cache
def _cosines() -> Waves:
    """(16, 32): of the orthonormal cosine transform (DCT-II) the lowest frequencies."""
    sample, wave = np.arange(_SAMPLES), np.arange(_KEPT)[:, None]
    found = np.sqrt(2 / _SAMPLES) * np.cos(np.pi * (2 * sample + 1) * wave / (2 * _SAMPLES))
    found[0] /= np.sqrt(2)
    return np.asarray(found, np.float32)


@functools.cache
def mean_face() -> Waves:
    """(256,): of each frequency the median in likenesses, as `benchmarks.mean_face` found it. Hashes that are stored
    depend on it, so it stays."""
    return np.asarray(np.load(Path(__file__).with_name("mean_face.npy"), allow_pickle=False), np.float32)
