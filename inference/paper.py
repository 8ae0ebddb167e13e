"""Paper and ink: scans and phone pictures of drawings brought to one white and one black."""

import cv2
import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]

_FIT_SIDE = 48  # px of the picture that the paper is fitted on
_ROUNDS = 8
_GRAIN = 0.035  # ink below this share of the paper's brightness is paper grain or scanner noise
_DARKEST = 0.92  # where the darkest percent of the ink ends up
_GAIN = (0.9, 3.5)  # faint pencil is strengthened this much at most
_MIDDLE = 0.45  # the median of artists' ink
_POWER = (0.5, 3.0)


def normalise_ink(gray: Gray) -> Gray:
    """(H, W) brightness of a drawing -> the same on white paper (255) with ink of common strength.

    Paper that is grey, yellow, or shadowed on one side becomes white, since brightness is taken relative to the
    fitted paper; faint pencil is strengthened, so that a soft hand and a heavy one give the generator like input.
    """
    ink = 1.0 - np.minimum(gray / fit_paper(gray), 1.0)
    ink = np.clip(ink - _GRAIN, 0.0, None) / (1.0 - _GRAIN)
    drawn = ink[ink > 0.05]
    strength = float(np.percentile(drawn, 97)) if drawn.size else 1.0
    gain = np.clip(_DARKEST / max(strength, 1e-3), *_GAIN)
    return np.asarray(np.rint(255.0 * (1.0 - np.clip(ink * gain, 0.0, 1.0))), np.uint8)


def even_tone(page: Gray) -> Gray:
    """(H, W) of normalised ink -> the same with its middle tone at one depth: heavy charcoal and a light pencil say the
    same of a face. Any power of the ink comes out alike, as far as it was not lost in black or white."""
    ink = 1.0 - page / 255.0
    drawn = ink[ink > 0.05]
    middle = float(np.clip(np.median(drawn), 0.02, 0.98)) if drawn.size else _MIDDLE
    power = np.clip(np.log(_MIDDLE) / np.log(middle), *_POWER)
    return np.asarray(np.rint(255.0 * (1.0 - ink**power)), np.uint8)


def fit_paper(gray: Gray) -> npt.NDArray[np.float32]:
    """(H, W) brightness of the bare paper, above 0: a quadratic surface on the brighter side of the picture.

    A surface, unlike a local maximum, passes under large dark areas such as black hair.
    """
    height, width = gray.shape
    # The brightest pixel around: thin strokes vanish and mostly paper remains.
    reach = max(3, round(min(height, width) / _FIT_SIDE)) | 1
    bright = cv2.dilate(cv2.medianBlur(gray, 3), np.ones((reach, reach), np.uint8))
    small = cv2.resize(bright, (_FIT_SIDE, _FIT_SIDE), interpolation=cv2.INTER_AREA).astype(np.float64).ravel()
    basis = _quadratic_basis(_FIT_SIDE, _FIT_SIDE)
    ridge = 1e-3 * np.eye(basis.shape[1])  # a picture with hardly any paper must not make the system singular
    weights = (small >= np.percentile(small, 50)).astype(np.float64)
    for _ in range(_ROUNDS):
        weighted = basis * weights[:, None]
        solution = np.asarray(np.linalg.solve(weighted.T @ basis + ridge, weighted.T @ small), np.float64)
        below = np.clip(basis @ solution - small, 0.0, None)
        weights = np.exp(-((below / 12.0) ** 2))  # 12 grey levels under the surface: that is ink
    surface = _surface(solution, height, width)
    # Where there is no paper to fit on, a quadratic may run away: hold it near what was seen.
    low, high = 0.5 * float(np.percentile(small, 75)), float(small.max())
    return np.clip(surface, max(low, 1.0), max(high, 1.0)).astype(np.float32)


def _surface(solution: npt.NDArray[np.float64], height: int, width: int) -> npt.NDArray[np.float64]:
    """The quadratic at every pixel, by its rows and columns."""
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None, :]
    c, cx, cy, cxx, cxy, cyy = solution
    return np.asarray((c + cx * x + cxx * x * x) + (cy + cxy * x + cyy * y) * y)


def _quadratic_basis(height: int, width: int) -> npt.NDArray[np.float64]:
    rows, columns = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    x, y = columns.ravel(), rows.ravel()
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
