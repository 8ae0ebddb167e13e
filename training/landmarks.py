"""Training of the landmark network: aligned sketches and photo-made sketches under random similarities, so
that the labels come free."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.device import channels_last
from inference.landmarks import REFINED_ZOOM, view_of
from inference.networks.landmarknet import SIDE, LandmarkNet
from inference.paper import normalise_ink
from training.data import Face, Images, Prepared
from training.engine.ranks import parallel
from training.engine.speed import autocast
from training.engine.trainee import TensorBatch
from training.sketches import make_sketch, vary_ink

_MIRROR = [1, 0, 2, 4, 3]
_NO_FACE = 0.15


@dataclass(frozen=True)
class LandmarkBatch(TensorBatch):
    """`ink` (B, 1, 128, 128); `points` (B, 5, 2) in [-1, 1]; `face` (B,) 1 where there is one."""

    ink: Tensor
    points: Tensor
    face: Tensor


class LandmarkBatches:
    """Half of the views are wide, as a whole picture is first seen, half are near, as in the refining passes.

    Drawings are made once into a pool, since making one costs far more than warping it.
    """

    def __init__(self, data: Prepared, split: str, size: int, seed: int | tuple[int, ...], pool: int = 5000) -> None:
        self.size, self.seed = size, seed if isinstance(seed, tuple) else (seed,)
        rng = np.random.default_rng((*self.seed, 2**32))
        drawn, whole = rows_of(data, split)
        chosen = np.concatenate([rng.choice(drawn, int(0.6 * pool)), rng.choice(whole, pool - int(0.6 * pool))])
        self._real = int(0.6 * pool)
        self._points = np.stack([256.0 * np.array(data.faces[k].landmarks, np.float64) for k in chosen])
        self._sketches = np.empty((pool, 256, 256), np.uint8)
        for n, k in enumerate(chosen):
            self._sketches[n] = _drawing(data, int(k), n < self._real, rng)

    def batch(self, step: int) -> LandmarkBatch:
        rng = np.random.default_rng((*self.seed, step))
        views, points, face = zip(*(self._draw(rng) for _ in range(self.size)), strict=True)
        return LandmarkBatch(
            torch.from_numpy(np.stack(views)).unsqueeze(1),
            torch.from_numpy(np.stack(points)).float(),
            torch.tensor(face, dtype=torch.float32),
        )

    def _draw(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], bool]:
        n = int(rng.integers(len(self._sketches)))
        sketch, points = self._sketches[n], self._points[n]
        if rng.random() < 0.5:
            sketch = np.ascontiguousarray(sketch[:, ::-1])
            points = (np.array([255, 0]) + points * (-1, 1))[_MIRROR]
        is_face = bool(rng.random() >= _NO_FACE)
        if not is_face:
            sketch = _without_face(sketch, rng)
        matrix = _random_view(rng)
        placed = points @ matrix[:, :2].T + matrix[:, 2]
        view = _furnish(_on_desk(view_of(sketch, matrix), matrix, rng), rng)
        return view, ((placed + 0.5) * 2 / SIDE - 1).astype(np.float32), is_face


def rows_of(data: Prepared, split: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Faces that an artist drew, and those from whose photos sketches are made."""
    whole = [k for k in data.rows(split) if _is_whole(data.faces[k])]
    return data.rows(split, with_sketch=True), np.array(whole, np.int64)


def _is_whole(face: Face) -> bool:
    """A photo that was aligned here may be mirrored at its rim: nothing to draw from."""
    return face.landmarks is not None and face.photo_warp is None


def _drawing(data: Prepared, k: int, real: bool, rng: np.random.Generator) -> Images:
    if real:
        sketch = np.array(data.sketches[data.sketch_of[k]])
    else:
        sketch = make_sketch(np.array(data.photos[k]), np.array(data.regions[k, 0]), rng)
    return normalise_ink(vary_ink(sketch, rng))


class LandmarkTrainee:
    """L1 on the points in units of the eye distance, and cross-entropy on face / no face."""

    def __init__(self, architecture: Mapping[str, Any], learning_rate: float, device: torch.device) -> None:
        self.device = device
        self.network = channels_last(LandmarkNet(**architecture), device)
        self.net = parallel(self.network, device)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), learning_rate, weight_decay=1e-4)

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return {"generator": self.network}

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        return {"generator": self.optimizer}

    def step(self, batch: LandmarkBatch, _step: int) -> dict[str, Tensor]:
        with autocast(self.device, "auto"):
            points, logits = self.net(batch.ink.to(self.device, memory_format=torch.channels_last))
        target, face = batch.points.to(self.device), batch.face.to(self.device)
        eyes = (target[:, 1] - target[:, 0]).norm(dim=-1).clamp_min(1e-3)
        error = (points - target).norm(dim=-1).mean(1) / eyes
        place = (error * face).sum() / face.sum().clamp_min(1)
        known = F.binary_cross_entropy_with_logits(logits, face)
        loss = place + 0.2 * known
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.optimizer.step()
        return {"place": place.detach(), "known": known.detach()}

    @torch.inference_mode()
    def preview(self, network: nn.Module, batch: LandmarkBatch) -> Images:
        """The views with found points in red and true ones in green."""
        points, _ = network.eval()(batch.ink.to(self.device))
        tiles = []
        for ink, found, true in zip(batch.ink, points.cpu(), batch.points, strict=True):
            tile = cv2.cvtColor(np.asarray(255 * (1 - ink[0].numpy()), np.uint8), cv2.COLOR_GRAY2RGB)
            for place, colour in ((true, (0, 170, 0)), (found, (220, 0, 0))):
                for x, y in (place.numpy() + 1) * SIDE / 2 - 0.5:
                    cv2.circle(tile, (round(float(x)), round(float(y))), 2, colour, -1)
            tiles.append(tile)
        across = min(8, len(tiles))
        whole = len(tiles) // across * across
        rows = [np.concatenate(tiles[k : k + across], axis=1) for k in range(0, whole, across)]
        return np.asarray(np.concatenate(rows))


def _random_view(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Aligned 256 px picture -> 128 px view."""
    if rng.random() < 0.5:
        scale, turn, shift = np.exp(rng.uniform(np.log(0.35), np.log(1.7))), rng.uniform(-35, 35), 26.0
    else:
        scale, turn, shift = REFINED_ZOOM * np.exp(rng.normal(0, 0.12)), rng.normal(0, 6), 6.0
    matrix = cv2.getRotationMatrix2D((127.5, 127.5), turn, scale / 2)
    # The middle of the face, not of the picture, is what large zooms are centred on.
    middle = np.array([127.5, 127.5]) if scale < 1.1 else np.array([127.5, 145.0])
    matrix[:, 2] += (SIDE - 1) / 2 - (matrix[:, :2] @ middle + matrix[:, 2])
    matrix[:, 2] += rng.uniform(-1, 1, 2) * shift * min(1.0, 1.2 / scale)
    return np.asarray(matrix)


def _on_desk(
    view: npt.NDArray[np.float32], matrix: npt.NDArray[np.float64], rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Sometimes what is around the sheet is darker than paper: a desk, a scanner's lid."""
    if rng.random() < 0.6:
        return view
    sheet = cv2.warpAffine(np.ones((256, 256), np.float32), matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
    return np.asarray(view * sheet + (1 - sheet) * rng.uniform(0.05, 0.8), np.float32)


def _furnish(view: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """What else is on a page: edges of the sheet, a frame, a line of writing."""
    view = view.copy()
    for _ in range(int(rng.integers(0, 3))):
        a, b = rng.integers(0, SIDE, (2, 2))
        if rng.random() < 0.5:  # along one side
            axis, at = int(rng.integers(2)), int(rng.choice([rng.integers(0, 16), rng.integers(112, SIDE)]))
            a[axis], b[axis], a[1 - axis], b[1 - axis] = at, at, 0, SIDE - 1
        else:
            continue
        cv2.line(view, tuple(map(int, a)), tuple(map(int, b)), float(rng.uniform(0.2, 1.0)), 1)
    return view


def _without_face(sketch: Images, rng: np.random.Generator) -> Images:
    """A drawing of no face: tiles of one in another order, or scribbles."""
    if rng.random() < 0.6:
        n = int(rng.choice([4, 8]))
        tiles = sketch.reshape(n, 256 // n, n, 256 // n).transpose(0, 2, 1, 3).reshape(n * n, 256 // n, 256 // n)
        shuffled = tiles[rng.permutation(n * n)].reshape(n, n, 256 // n, 256 // n)
        return np.ascontiguousarray(shuffled.transpose(0, 2, 1, 3).reshape(256, 256))
    page = np.full((256, 256), 255, np.uint8)
    for _ in range(int(rng.integers(0, 25))):
        walk = np.cumsum(rng.normal(0, 14, (12, 2)), axis=0) + rng.uniform(0, 256, 2)
        cv2.polylines(
            page,
            [walk.astype(np.int32)],
            bool(rng.random() < 0.3),
            int(rng.integers(0, 160)),
            int(rng.integers(1, 4)),
        )
    return page
