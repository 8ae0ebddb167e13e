"""Jitter and warp of whole batches on the device. Their numbers are drawn on the CPU with the batch, so that it stays a
pure function of seed and step; the pixels are moved where the networks are."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

BEND = 32  # a warp is given by so many points a side
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Move:
    """From a place in the result to one in the picture, both in [-1, 1]: `matrix` (2, 3); `bend` (2, 32, 32) is added
    for the drawing alone, since hands do not trace."""

    matrix: Floats
    bend: Floats


def draw_move(rng: np.random.Generator, warped: float) -> Move:
    """As `jitter` and `elastic` move: a small similarity, a flip, and with the chance `warped` a smooth warp."""
    turn, scale = np.radians(rng.normal(0, 2.0)), float(np.exp(rng.normal(0, 0.03)))
    shift, flip = rng.normal(0, 2.5 / 128, 2), 1 - 2 * (rng.random() < 0.5)
    cos, sin = np.cos(turn) / scale, np.sin(turn) / scale
    matrix = np.array([[flip * cos, flip * -sin, shift[0]], [sin, cos, shift[1]]], np.float32)
    bend = np.zeros((2, BEND, BEND), np.float32)
    if rng.random() < warped:
        amplitude, smoothness = rng.uniform(0.5, 4.0) / 128, rng.uniform(16, 40) / 8
        noise = rng.uniform(-1, 1, bend.shape).astype(np.float32)
        smooth = np.stack([cv2.GaussianBlur(field, (0, 0), smoothness) for field in noise])
        bend = np.asarray(amplitude * smooth / (np.abs(smooth).max((1, 2), keepdims=True) + 1e-6), np.float32)
    return Move(matrix, bend)


def moved(images: Tensor, matrices: Tensor, bends: Tensor | None = None) -> Tensor:
    """(N, C, H, W) floats, bilinear, edges repeated."""
    grid = F.affine_grid(matrices, list(images.shape), align_corners=False)
    if bends is not None:
        bend = F.interpolate(bends, size=images.shape[2:], mode="bilinear", align_corners=False)
        grid = grid + bend.permute(0, 2, 3, 1)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def stack(moves: list[Move]) -> tuple[Tensor | None, Tensor | None]:
    """Matrices (N, 2, 3) and bends (N, 2, 32, 32); None for no moves."""
    if not moves:
        return None, None
    matrices, bends = ([getattr(move, name) for move in moves] for name in ("matrix", "bend"))
    return torch.from_numpy(np.stack(matrices)), torch.from_numpy(np.stack(bends))
