"""Distances between two sets of embeddings, whoever is in them: do the faces look like photos do?"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def frechet_distance(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Frechet distance between Gaussians fitted to (N, D) and (M, D), N and M at least 2 (Heusel et al. 2017):

    |mean a - mean b|^2 + tr(A + B - 2 (A B)^(1/2)). Few samples make it larger, so only distances between sets of like
    sizes may be compared. The root is taken of the symmetric A^(1/2) B A^(1/2), which has the same trace and stays real
    where the covariances are of low rank.
    """
    x, y = np.asarray(a, np.float64), np.asarray(b, np.float64)
    cov_x, cov_y = np.atleast_2d(np.cov(x.T)), np.atleast_2d(np.cov(y.T))
    root = _root(cov_x)
    crossed = np.linalg.eigvalsh(root @ cov_y @ root)
    apart = x.mean(0) - y.mean(0)
    shared = np.sqrt(np.clip(crossed, 0, None)).sum()
    return float(apart @ apart + np.trace(cov_x) + np.trace(cov_y) - 2 * shared)


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


def _root(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T)
