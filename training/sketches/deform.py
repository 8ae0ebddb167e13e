"""Hands do not trace: the two ways in which DeepFacePencil (Li et al. 2020) deforms edge maps into drawings.

There the control points of vectorised strokes are moved at random. Here the drawing is warped: `jitter` moves pieces of
strokes each its own way, `elastic` moves whole features. Sizes are px of a 512 px drawing, and scaled to others.
"""

import cv2
import numpy as np

from training.sketches.base import Floats, Gray, Rng

_PIECE = 40.0  # px at 512 from one piece to the next


def jitter(sketch: Gray, rng: Rng, amplitude: float) -> Gray:
    """Every piece of a stroke up to `amplitude` px elsewhere: lines break, overlap and miss each other."""
    height, width = sketch.shape
    unit = min(height, width) / 512
    labels = _pieces(height, width, _PIECE * unit, rng)
    moves = rng.uniform(-1, 1, (int(labels.max()) + 1, 2)).astype(np.float32) * amplitude * unit
    shift = cv2.GaussianBlur(moves[labels], (0, 0), 2.0 * unit)
    return _moved(sketch, shift[..., 0], shift[..., 1])


def elastic(sketch: Gray, rng: Rng, amplitude: float, smoothness: float) -> Gray:
    """A smooth random warp, `amplitude` px of this drawing at most; `smoothness` px is the field's blur
    (Simard et al. 2003)."""
    height, width = sketch.shape
    field = rng.uniform(-1, 1, (2, height // 8, width // 8)).astype(np.float32)
    shift = [cv2.resize(cv2.GaussianBlur(f, (0, 0), smoothness / 8), (width, height)) for f in field]
    dx, dy = (amplitude * s / (np.abs(s).max() + 1e-6) for s in shift)
    return _moved(sketch, np.asarray(dx, np.float32), np.asarray(dy, np.float32))


def _pieces(height: int, width: int, size: float, rng: Rng) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """(H, W) numbers of the nearest of some random points."""
    blank = np.full((height, width), 255, np.uint8)
    many = max(2, round(height * width / size**2))
    blank[rng.integers(0, height, many), rng.integers(0, width, many)] = 0
    _, labels = cv2.distanceTransformWithLabels(blank, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    return np.asarray(labels, np.int32)


def _moved(sketch: Gray, dx: Floats, dy: Floats) -> Gray:
    y, x = np.mgrid[: sketch.shape[0], : sketch.shape[1]].astype(np.float32)
    return np.asarray(cv2.remap(sketch, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
