"""What all parts of the sketch maker share."""

import cv2
import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
"""(H, W), 255 is white paper."""
Floats = npt.NDArray[np.float32]
Rng = np.random.Generator


def to_ink(sketch: Gray) -> Floats:
    """0 is paper, 1 is black."""
    return np.asarray(1.0 - sketch.astype(np.float32) / 255, np.float32)


def to_sketch(ink: Floats) -> Gray:
    """The inverse of `to_ink`, rounded and clipped."""
    return np.asarray(np.rint(255 * (1 - np.clip(ink, 0, 1))), np.uint8)


def line_kernel(length: int, degrees: float) -> Floats:
    """(length, length): a line through the middle, of sum 1."""
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1.0
    turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), degrees, 1.0)
    turned = np.asarray(cv2.warpAffine(kernel, turn, (length, length)), np.float32)
    return np.asarray(turned / turned.sum(), np.float32)


def soft_spot(shape: tuple[int, ...], rng: Rng, smallest: float, largest: float) -> Floats:
    """(H, W) from 0 to 1: one ellipse somewhere, with a soft rim; its half axes in shares of the side."""
    height, width = shape[:2]
    centre = int(rng.uniform(0.1, 0.9) * width), int(rng.uniform(0.1, 0.9) * height)
    axes = tuple(int(max(2, a)) for a in rng.uniform(smallest, largest, 2) * min(height, width))
    spot = np.zeros((height, width), np.float32)
    cv2.ellipse(spot, centre, (axes[0], axes[1]), rng.uniform(0, 180), 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(spot, (0, 0), max(1.0, 0.25 * min(axes))), np.float32)
