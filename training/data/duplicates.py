"""The same picture twice, and one person under two names."""

import cv2
import numpy as np
import numpy.typing as npt

from training.data.files import Images

Floats = npt.NDArray[np.float32]
Hashes = npt.NDArray[np.uint64]

NEAR = 14
"""Bits of 64 in which the hashes of one picture, coded or cropped twice, may differ."""
SAME = 0.87
"""Agreement from which on two pictures of like hashes are the same one: unlike people's reach 0.864."""
ALIKE = 0.8
"""Cosine of two embeddings from which on two faces are probably of one person."""

_SIDE, _LOW = 32, 8
_ROWS = 512


def thumbnail(photo: Images) -> Floats:
    """(32, 32) grey of an aligned (S, S, 3) photo."""
    gray = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(gray, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.float32)


def hash_all(thumbnails: Floats) -> Hashes:
    """A perceptual hash (N,) of each of (N, 32, 32): of the discrete cosine transform the 8 x 8 lowest frequencies,
    each a bit that says whether it is above a median (pHash, Zauner 2010).

    There the median is the picture's own. Aligned faces have the same low frequencies, those of a face; so here it is
    that frequency's over all pictures, and the mean's place is taken by the next frequency down.
    """
    waves = _waves(thumbnails)
    low = waves[:, :_LOW, :_LOW].reshape(len(waves), _LOW * _LOW).copy()
    low[:, 0] = waves[:, _LOW, 0]
    packed = np.packbits(low > np.median(low, axis=0), axis=1)
    return packed.view(">u8").ravel().astype(np.uint64)


def near_pairs(thumbnails: Floats, distance: int = NEAR, agreement: float = SAME) -> list[tuple[int, int, float]]:
    """Pairs of indices of (N, 32, 32) that show the same picture, and how much they agree; the surest first.

    Hashes that differ in at most `distance` bits propose a pair. All frequencies decide, each times its own number:
    the fine ones, in which portraits differ, then count as much as the coarse ones, in which they do not.
    """
    if len(thumbnails) == 0:
        return []
    hashes, details = hash_all(thumbnails), _details(thumbnails)
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(hashes), _ROWS):
        bits = np.bitwise_count(hashes[start : start + _ROWS, None] ^ hashes[None, start:])
        rows, columns = _ahead(bits <= distance)
        values = (details[rows + start] * details[columns + start]).sum(1)
        sure = values >= agreement
        found += _listed(rows[sure] + start, columns[sure] + start, values[sure])
    return sorted(found, key=lambda pair: (-pair[2], pair[0], pair[1]))


def alike_pairs(embeddings: Floats, threshold: float = ALIKE) -> list[tuple[int, int, float]]:
    """Pairs of rows of unit vectors (N, D) whose cosine is at least `threshold`, and the cosine; the nearest first."""
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(embeddings), _ROWS):
        cosines = embeddings[start : start + _ROWS] @ embeddings[start:].T
        rows, columns = _ahead(cosines >= threshold)
        found += _listed(rows + start, columns + start, cosines[rows, columns])
    return sorted(found, key=lambda pair: (-pair[2], pair[0], pair[1]))


Indices = npt.NDArray[np.intp]


def _ahead(chosen: npt.NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """Rows and columns where true, each pair once and nothing with itself."""
    rows, columns = np.nonzero(chosen)
    ahead = columns > rows
    return rows[ahead], columns[ahead]


def _listed(rows: Indices, columns: Indices, values: Floats) -> list[tuple[int, int, float]]:
    return list(zip(rows.tolist(), columns.tolist(), values.astype(float).tolist(), strict=True))


def _waves(thumbnails: Floats) -> Floats:
    return np.stack([np.asarray(cv2.dct(one), np.float32) for one in thumbnails])


def _details(thumbnails: Floats) -> Floats:
    """(N, 1024) unit vectors."""
    rows, columns = np.mgrid[:_SIDE, :_SIDE]
    weighted = (_waves(thumbnails) * (rows + columns)).reshape(len(thumbnails), _SIDE * _SIDE).astype(np.float32)
    return np.asarray(weighted / np.maximum(np.linalg.norm(weighted, axis=1, keepdims=True), 1e-6), np.float32)
