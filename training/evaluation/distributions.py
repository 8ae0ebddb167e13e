"""Distances between two sets of embeddings, whoever is in them: do the faces look like photos do?"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def frechet_distance(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Frechet distance between Gaussians fitted to (N, D) and (M, D), N and M at least 2 (Heusel et al. 2017):

    |mean a - mean b|^2 + tr(A + B - 2 (A B)^(1/2)). Few samples make it larger, so only distances between sets of like
    sizes may be compared. With centred rows X and Y, A = X'X and B = Y'Y, the root's trace is the sum of the singular
    values of Y X': exact where the covariances are of low rank, and no root of a rounding error is taken.
    """
    x, y = np.asarray(a, np.float64), np.asarray(b, np.float64)
    apart = x.mean(0) - y.mean(0)
    rows_x, rows_y = _centred(x), _centred(y)
    shared = np.linalg.svd(rows_y @ rows_x.T, compute_uv=False).sum()
    return float(apart @ apart + (rows_x**2).sum() + (rows_y**2).sum() - 2 * shared)


def kernel_distance(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """KID: the unbiased squared maximum mean discrepancy of (N, D) and (M, D) under the cubic kernel (x y / D + 1)^3
    (Binkowski et al. 2018). Unbiased: about 0, also below, for two samples of one kind, however few.

    Rows are scaled to length D^(1/2), so that of unit vectors x y / D is the cosine.
    """
    x, y = _scaled(np.asarray(a, np.float64)), _scaled(np.asarray(b, np.float64))
    n, m = len(x), len(y)
    within_x, within_y, between = _kernel(x, x), _kernel(y, y), _kernel(x, y)
    inside = (within_x.sum() - np.trace(within_x)) / (n * (n - 1)) + (within_y.sum() - np.trace(within_y)) / (
        m * (m - 1)
    )
    return float(inside - 2 * between.mean())


def _kernel(x: Floats, y: Floats) -> Floats:
    return np.asarray((x @ y.T / x.shape[1] + 1) ** 3)


def _scaled(rows: Floats) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True) * np.sqrt(rows.shape[1]))


def _centred(rows: Floats) -> Floats:
    """At most D rows with the same covariance X'X."""
    return np.asarray(np.linalg.qr((rows - rows.mean(0)) / np.sqrt(len(rows) - 1), mode="r"))
