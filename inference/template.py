"""The five-point face template that every aligned image follows (GFPGAN and facexlib, at 512 px)."""

import numpy as np
import numpy.typing as npt

from imaging import template

Points = npt.NDArray[np.float32]

# Viewer's left eye, right eye, nose tip, left and right mouth corner, as a fraction of the side.
FIVE_POINTS: Points = np.array(template.FIVE_POINTS, np.float32)
FIVE_POINTS /= template.SIDE
EYES: Points = FIVE_POINTS[:2]


def similarity(source: Points, target: Points) -> npt.NDArray[np.float64]:
    """The 2 x 3 similarity (rotation, scale, shift) that best maps `source` to `target`, both (N, 2) with N >= 2.

    Least squares without reflection after Umeyama 1991, in complex numbers: target = a * source + b.
    """
    s = source[:, 0].astype(np.float64) + 1j * source[:, 1]
    t = target[:, 0].astype(np.float64) + 1j * target[:, 1]
    s0, t0 = s.mean(), t.mean()
    a = np.vdot(s - s0, t - t0) / np.vdot(s - s0, s - s0)
    b = t0 - a * s0
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])
