"""How far the five points move between pictures that should differ in colour alone, beside the detector's own noise."""

import cv2
import numpy as np
import numpy.typing as npt

from training.data import Images
from training.evaluation.detector import Detector, Points, apart
from training.evaluation.report import Column, Row

Floats = npt.NDArray[np.float64]
_REPEATS = 4
COLUMNS = (
    Column("what", "landmarks moved by", None), Column("faces", "pairs of faces", 0),
    Column("median", "median", 2, "px"), Column("p95", "95th percentile", 2, "px"), Column("max", "largest", 2, "px"),
)  # fmt: skip
NOISE_NOTE = (
    "The detector's own noise: the same face with every value changed by -1, 0 or 1 grey level and shifted by up to "
    f"half a pixel (the shift taken off again), {_REPEATS} times a face."
)


def largest_moves(a: Points, b: Points) -> Floats:
    """(N, 5, 2) twice -> (N,) the largest of the five moves, not-a-number where one of the faces was not found."""
    return np.asarray(apart(a, b).max(1))


def detector_noise(detector: Detector, faces: Images, seed: int = 0) -> Floats:
    """(repeats * N,) the largest move of a landmark in px that is the detector's alone."""
    rng = np.random.default_rng(seed)
    still = detector.points(faces)
    moves: list[Floats] = []
    for _ in range(_REPEATS):
        shifts = rng.uniform(-0.5, 0.5, (len(faces), 2))
        nudged = np.stack([_nudge(face, shift, rng) for face, shift in zip(faces, shifts, strict=True)])
        found: Points = detector.points(nudged) - shifts[:, None]
        moves.append(largest_moves(still, found))
    return np.concatenate(moves)


def spread(what: str, moves: Floats) -> Row:
    """A row of COLUMNS, of those that were found."""
    seen = moves[np.isfinite(moves)]
    if not len(seen):
        return {"what": what, "faces": 0}
    median, p95, largest = (float(value) for value in np.percentile(seen, [50, 95, 100]))
    return {"what": what, "faces": len(seen), "median": median, "p95": p95, "max": largest}


def _nudge(face: Images, shift: Floats, rng: np.random.Generator) -> Images:
    matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
    size = (face.shape[1], face.shape[0])
    moved = cv2.warpAffine(face, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(moved + rng.integers(-1, 2, face.shape), 0, 255), np.uint8)
