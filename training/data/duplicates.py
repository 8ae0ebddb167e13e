"""The same picture twice, and one person under two names."""

import cv2
import numpy as np
import numpy.typing as npt

from training.data.files import Images

Hashes = npt.NDArray[np.uint64]
Embeddings = npt.NDArray[np.float32]
Pairs = list[tuple[int, int]]

NEAR = 6
"""Bits of 64 in which two pictures may differ and still be taken for the same one."""
ALIKE = 0.7
"""Cosine of two embeddings from which on two faces are probably of one person."""

_SIDE, _LOW = 32, 8
_ROWS = 512


def phash(photo: Images) -> np.uint64:
    """The perceptual hash of an aligned (S, S, 3) photo: of its 32 x 32 grey picture's discrete cosine transform the
    8 x 8 lowest frequencies but the mean, each a bit that says whether it is above their median (Zauner 2010).

    The mean's place is taken by a 65th frequency's, so that there are 64 bits.
    """
    gray = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(gray, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    waves = cv2.dct(small)
    low = waves[:_LOW, :_LOW].ravel()
    low[0] = waves[_LOW, 0]
    bits = low > np.median(low)
    return np.uint64(int.from_bytes(np.packbits(bits).tobytes()))


def near_pairs(hashes: Hashes, distance: int = NEAR) -> list[tuple[int, int, int]]:
    """Pairs of indices whose hashes differ in at most `distance` bits, and in how many; the nearest first."""
    found: list[tuple[int, int, int]] = []
    for start in range(0, len(hashes), _ROWS):
        bits = np.bitwise_count(hashes[start : start + _ROWS, None] ^ hashes[None, start:])
        rows, columns = np.nonzero(bits <= distance)
        ahead = columns > rows
        rows, columns = rows[ahead], columns[ahead]
        found += zip(
            (rows + start).tolist(), (columns + start).tolist(), bits[rows, columns].astype(int).tolist(), strict=True
        )
    return sorted(found, key=lambda pair: (pair[2], pair[0], pair[1]))


def alike_pairs(embeddings: Embeddings, threshold: float = ALIKE) -> list[tuple[int, int, float]]:
    """Pairs of rows of unit vectors (N, D) whose cosine is at least `threshold`, and the cosine; the nearest first."""
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(embeddings), _ROWS):
        cosines = embeddings[start : start + _ROWS] @ embeddings[start:].T
        rows, columns = np.nonzero(cosines >= threshold)
        ahead = columns > rows
        rows, columns = rows[ahead], columns[ahead]
        values = cosines[rows, columns].astype(float).tolist()
        found += zip((rows + start).tolist(), (columns + start).tolist(), values, strict=True)
    return sorted(found, key=lambda pair: (-pair[2], pair[0], pair[1]))
