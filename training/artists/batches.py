"""Pairs the other way round: a grey photo, and how an artist of some style drew it."""

from collections import Counter

import cv2
import numpy as np
import torch

from training.artists.styles import codes, style_of, styles_in
from training.batches import PairBatch, jitter, on_wall
from training.data import Images, Prepared
from training.silhouette import fit_photo

_TURNED_UP = 0.25  # contrast and brightness of the photo vary by as much: other sets have other light


class DrawingBatches:
    """A style's share grows with the square root of the number of its drawings. In a batch `sketch` is what the network
    sees, the photo, and `photo` what it is asked for, the drawing; `appearance` is the style.

    Raises ValueError where the split has no artist's drawing, and for more styles than `told` numbers can say.
    """

    def __init__(self, data: Prepared, split: str, size: int, told: int, seed: int | tuple[int, ...]) -> None:
        self.data, self.size = data, size
        self.seed = seed if isinstance(seed, tuple) else (seed,)
        self.styles = styles_in(data)
        known = [k for k in data.rows(split, with_sketch=True) if style_of(data.faces[k]) in self.styles]
        if not known:
            raise ValueError(f"There is no artist's drawing of a style to learn in the {split} split.")
        self._rows = np.array(known)
        self._codes = codes(len(self.styles), told)
        named = [style_of(data.faces[k]) for k in self._rows]
        counts = Counter(named)
        weights = np.array([1 / np.sqrt(counts[name]) for name in named])
        self._odds = weights / weights.sum()

    def batch(self, step: int) -> PairBatch:
        rng = np.random.default_rng((*self.seed, step))
        rows = [int(k) for k in rng.choice(self._rows, self.size, p=self._odds)]
        photos, drawings, regions = (
            np.stack(column) for column in zip(*(self._pair(k, rng) for k in rows), strict=True)
        )
        told = self._codes[[self.styles.index(style_of(self.data.faces[k])) for k in rows]]
        return PairBatch(
            torch.from_numpy(photos).unsqueeze(1),
            torch.from_numpy(drawings).unsqueeze(1).expand(-1, 3, -1, -1).contiguous(),
            torch.from_numpy(regions),
            torch.from_numpy(told),
        )

    def _pair(self, k: int, rng: np.random.Generator) -> tuple[Images, Images, Images]:
        row = self.data.sketch_of[k]
        silhouette, drawing = np.array(self.data.silhouettes[row]), np.array(self.data.sketches[row])
        photo = fit_photo(np.array(self.data.photos[k]), self.data.regions[k][0], silhouette)
        grey, drawing, silhouette = jitter([grey_photo(photo, silhouette), drawing, silhouette], rng)
        regions = np.stack([silhouette, *np.zeros((3, *silhouette.shape), np.uint8)])
        return _other_light(grey, rng), drawing, regions


def grey_photo(photo: Images, person: Images) -> Images:
    """What an artist's network sees: (H, W) the person before the plain wall, without colour."""
    return np.asarray(cv2.cvtColor(on_wall(photo, person), cv2.COLOR_RGB2GRAY), np.uint8)


def _other_light(grey: Images, rng: np.random.Generator) -> Images:
    gain, offset = np.exp(rng.uniform(-_TURNED_UP, _TURNED_UP)), rng.uniform(-_TURNED_UP, _TURNED_UP) * 100
    changed = (grey.astype(np.float32) - 128) * gain + 128 + offset
    return np.asarray(np.rint(np.clip(changed, 0, 255)), np.uint8)
