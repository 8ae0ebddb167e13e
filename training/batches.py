"""Batches as a pure function of (seed, step): exact resume needs no state of the data."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from inference.appearance import encode
from inference.paper import even_tone, normalise_ink
from training.colours import Floats, iris_mask, recolour
from training.dataset import Images
from training.prepare import Prepared
from training.silhouette import fit_photo
from training.sketchmaker import elastic, make_sketch, vary_ink

T = TypeVar("T", covariant=True)
WALL = 205  # the neutral grey that stands behind every face

_RECOLOURED = 0.4  # share of the pairs
_FURTHEST = (28.0, 38.0, 30.0)  # in L, that skin, hair and irises are moved: further looks painted

# How often a photo of a set is drawn, relative to its size: CUHK is small, SCUT's pictures are cut-outs.
_SET_WEIGHTS = {"cuhk": 2.5, "scut": 0.35, "mebeauty": 0.8, "webmorph": 1.5, "faker": 2.0}


class Batches(Protocol[T]):
    def batch(self, step: int) -> T: ...


class Prefetch(Generic[T]):
    """Makes the next batches in the background, in order."""

    def __init__(self, batches: Batches[T], ahead: int = 2) -> None:
        self._batches, self._ahead = batches, ahead

    def iterate(self, start: int, stop: int) -> Iterator[tuple[int, T]]:
        with ThreadPoolExecutor(1) as pool:
            pending = [pool.submit(self._batches.batch, s) for s in range(start, min(start + self._ahead, stop))]
            for step in range(start, stop):
                ready = pending.pop(0).result()
                if step + self._ahead < stop:
                    pending.append(pool.submit(self._batches.batch, step + self._ahead))
                yield step, ready


@dataclass(frozen=True)
class PairBatch:
    """`sketch`, `photo` (B, 3, 256, 256) in [-1, 1]; `person` (B, 1, 256, 256), 1 where the person is, else 0;
    `appearance` (B, VECTOR) what the generator is told of the colours in `regions` (B, 3, 256, 256), from 0 to 1: skin,
    hair, irises. The last two rows are one face drawn with two inks."""

    sketch: Tensor
    photo: Tensor
    person: Tensor
    appearance: Tensor
    regions: Tensor


@dataclass(frozen=True)
class Pair:
    """A sketch and its photo, aligned; `regions` (4, 256, 256) are person, skin, hair, irises; `colours` (3, 3)."""

    sketch: Images
    photo: Images
    regions: Images
    colours: Floats


class SketchPairs:
    """Real pairs and sketches made from photos, jittered together, behind every face one plain wall."""

    def __init__(self, data: Prepared, split: str, size: int, real_share: float, seed: int) -> None:
        self.data, self.size, self.real_share, self.seed = data, size, real_share, seed
        self._real = data.rows(split, with_sketch=True)
        self._all = data.rows(split)
        self._real_p, self._all_p = self._odds(self._real), self._odds(self._all)

    def batch(self, step: int) -> PairBatch:
        rng = np.random.default_rng((self.seed, step))
        pairs = [self._draw(rng) for _ in range(max(1, self.size - 1))]
        told = [self._told(pair, rng) for pair in pairs]
        pairs, told = ([*rows, rows[-1]][: self.size] for rows in (pairs, told))
        sketches = np.stack([even_tone(normalise_ink(vary_ink(pair.sketch, rng))) for pair in pairs])
        regions = torch.from_numpy(np.stack([pair.regions for pair in pairs])).float().div(255)
        return PairBatch(
            to_tensor(np.repeat(sketches[..., None], 3, axis=-1)),
            to_tensor(np.stack([pair.photo for pair in pairs])),
            regions[:, :1],
            torch.from_numpy(encode(np.stack(told))),
            regions[:, 1:],
        )

    def _odds(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        weights = np.array([_SET_WEIGHTS.get(self.data.faces[k].set, 1.0) * self._is_colour(k) for k in rows])
        return np.asarray(weights / weights.sum())

    def _is_colour(self, k: np.int64) -> bool:
        """A black-and-white photo would teach grey skin."""
        middle = self.data.photos[k, 64:192:8, 64:192:8].astype(np.int16)
        return bool((middle.max(-1) - middle.min(-1)).mean() > 12)

    def _draw(self, rng: np.random.Generator) -> Pair:
        real = rng.random() < self.real_share
        k = int(rng.choice(self._real, p=self._real_p) if real else rng.choice(self._all, p=self._all_p))
        pair = self._pair(k) if real else self._made(k, rng)
        pair = self._recoloured(pair, rng)
        photo = on_wall(pair.photo, pair.regions[0])
        sketch, photo, *regions = jitter([pair.sketch, photo, *pair.regions], rng)
        if rng.random() < (0.35 if real else 0.6):
            sketch = elastic(sketch, rng, rng.uniform(0.5, 4.0), rng.uniform(16, 40))
        return Pair(sketch, photo, np.stack(regions), pair.colours)

    def _pair(self, k: int) -> Pair:
        row = self.data.sketch_of[k]
        silhouette, regions = np.array(self.data.silhouettes[row]), self._regions(k)
        photo = fit_photo(np.array(self.data.photos[k]), regions[0], silhouette)
        regions = np.concatenate([silhouette[None], np.minimum(regions[1:], silhouette)])
        return Pair(np.array(self.data.sketches[row]), photo, regions, np.array(self.data.colours[k]))

    def _made(self, k: int, rng: np.random.Generator) -> Pair:
        photo, regions = np.array(self.data.photos[k]), self._regions(k)
        return Pair(make_sketch(photo, regions[0], rng), photo, regions, np.array(self.data.colours[k]))

    def _regions(self, k: int) -> Images:
        return np.concatenate([self.data.regions[k], iris_mask(self.data.eyes[k], self.data.photos.shape[1])[None]])

    def _recoloured(self, pair: Pair, rng: np.random.Generator) -> Pair:
        """Now and then the photo with another one's colours: the same drawing, so that the colours must be heard."""
        if rng.random() > _RECOLOURED:
            return pair
        photo, colours = pair.photo, pair.colours.copy()
        for k, now in enumerate(pair.colours):
            wanted = self.data.colours[int(rng.choice(self._all))][k]
            near = np.isfinite(now + wanted).all() and abs(wanted[0] - now[0]) < _FURTHEST[k]
            if near and rng.random() < 0.7:
                photo, colours[k] = recolour(photo, pair.regions[k + 1], now, wanted), wanted
        return Pair(pair.sketch, photo, pair.regions, colours)

    def _told(self, pair: Pair, rng: np.random.Generator) -> Floats:
        """What the generator is told: everything, nothing, or some of it."""
        silent = rng.random(3) < rng.choice([0.0, 0.5, 1.0], p=[0.35, 0.3, 0.35])
        return np.where(silent[:, None], np.nan, pair.colours).astype(np.float32)


def on_wall(photo: Images, person: Images) -> Images:
    """The person in front of the plain grey wall."""
    alpha = person.astype(np.float32)[..., None] / 255
    return np.asarray(np.rint(photo * alpha + WALL * (1 - alpha)), np.uint8)


def jitter(images: list[Images], rng: np.random.Generator) -> list[Images]:
    """One small similarity and flip for all: alignment is never exact."""
    side = images[0].shape[0]
    turn, scale = rng.normal(0, 2.0), float(np.exp(rng.normal(0, 0.03)))
    matrix = np.asarray(cv2.getRotationMatrix2D((side / 2, side / 2), turn, scale), np.float64)
    matrix[:, 2] += rng.normal(0, 2.5, 2)
    if rng.random() < 0.5:
        images = [np.ascontiguousarray(image[:, ::-1]) for image in images]
    return [
        np.asarray(cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
        for image in images
    ]


def to_tensor(images: Images) -> Tensor:
    """(N, H, W, 3) uint8 -> (N, 3, H, W) in [-1, 1], channels last in memory."""
    tensor = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float().div(127.5).sub(1)
    return tensor.contiguous(memory_format=torch.channels_last)


def to_images(tensor: Tensor) -> Images:
    """The inverse of `to_tensor`, rounded and clipped."""
    values = tensor.detach().float().add(1).mul(127.5).round().clamp(0, 255)
    return np.asarray(values.byte().permute(0, 2, 3, 1).contiguous().cpu().numpy())
