"""Pairs of sketch and photo, kept in bytes until they are on the device; a batch is a pure function of (seed, step)."""

import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from inference.appearance import encode
from inference.paper import even_tone, normalise_ink
from training.colours import Floats, iris_mask, recolour
from training.data import Images, Prepared
from training.data.grey import is_grey
from training.engine.trainee import TensorBatch
from training.geometry import Move, draw_move, moved, stack
from training.silhouette import fit_photo
from training.sketches import Deformation, elastic, make_sketch, shade_region, vary_ink

WALL = 205  # the neutral grey that stands behind every face

_FURTHEST = (28.0, 38.0, 30.0)  # in L, that skin, hair and irises are moved: further looks painted

# How often a photo of a set is drawn, relative to its size: CUHK is small, SCUT's pictures are cut-outs.
_SET_WEIGHTS = {"cuhk": 2.5, "scut": 0.35, "mebeauty": 0.8, "webmorph": 1.5, "faker": 2.0}
_DARK_SKIN, _DARK_SHARE = 50.0, 2.0  # few people have skin below that L: their photos become sketches more often
_ANOTHER_HAND = Deformation(jitter=0.5, jitter_px=4.0, elastic=0.8, elastic_px=10.0, missing=0.1)
_LIGHT_HAIR, _SHADED_SHARE = 22.0, 0.35  # hair above that L is shaded like dark hair in that share of drawings


@dataclass(frozen=True)
class PairBatch(TensorBatch):
    """Bytes: `sketch` (B, 1, 256, 256), `photo` (B, 3, 256, 256), `regions` (B, 4, 256, 256), soft masks of person,
    skin, hair, irises. `appearance` (B, VECTOR), what the generator is told of the colours in the last three.

    `moves` (B, 2, 3) and `bends` are how the device is to jitter and warp them (`training/geometry.py`); None when that
    has been done. A batch consists of equal `parts`. Where twins were asked for, the last two rows of a part are one
    face drawn with two inks; the second may have been given other colours. `traced` (B,) is whether the sketch was made
    from the photo: where an artist drew freely, lines and photo lie apart. `rows` (B,) are those of the prepared faces.
    None where nobody asks.
    """

    sketch: Tensor
    photo: Tensor
    regions: Tensor
    appearance: Tensor
    parts: int = 1
    moves: Tensor | None = None
    bends: Tensor | None = None
    traced: Tensor | None = None
    rows: Tensor | None = None


@dataclass(frozen=True)
class Pair:
    """A sketch and its photo, aligned, of the prepared face `row`; `regions` (4, 256, 256) are person, skin, hair,
    irises; `colours` (3, 3).

    `must_tell` (3,) are the colours that nobody could guess from the drawing, because the photo's were changed or the
    drawing was shaded against them: the generator is always told them, or it would unlearn what is likely.
    """

    sketch: Images
    photo: Images
    regions: Images
    colours: Floats
    row: int
    must_tell: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(3, np.bool_))
    move: Move | None = None
    traced: bool = True


class Drawings(Protocol):
    """Drawings of every training photo that somebody made before (`training/artists`)."""

    def one(self, k: int, rng: np.random.Generator, /) -> Images: ...


@dataclass(frozen=True)
class Mix:
    """What batches are mixed of, by the names that recipes use (docs/training.md).

    `real_share` of the pairs are real, the others are sketches made from photos, of these `drawn_share` drawings by an
    artist's network. `recoloured` of all have their photo's colours changed, `another_hand` of the real drawings are
    deformed as if somebody else had drawn them. `set_weights` say how often faces of a set are drawn. Raises ValueError
    for a weight of 0: that would be another way of leaving a set out.
    """

    real_share: float
    recoloured: float = 0.4
    another_hand: float = 0.0
    drawn_share: float = 0.0
    set_weights: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (name for name, weight in self.set_weights.items() if weight == 0):
            raise ValueError(f"set_weights: {name} has 0. Name the sets to learn from in `sets`, without it.")


class SketchPairs:
    """Real pairs and sketches made from photos, jittered together, behind every face one plain wall.

    The seed may be a sequence. `twins` are told of in `PairBatch`. With `on_device` pictures are left where they are
    and the batch says how they are to be moved. Grey photos are never drawn. Raises ValueError when there is nothing of
    what is asked for.
    """

    def __init__(
        self, data: Prepared, split: str, size: int, mix: Mix, seed: int | tuple[int, ...],
        twins: bool = False, on_device: bool = False, drawn: Drawings | None = None,
    ) -> None:  # fmt: skip
        if twins and size < 2:
            raise ValueError("The ink loss compares two rows: give every part of a batch at least 2.")
        if mix.drawn_share and drawn is None:
            raise ValueError("drawn_share is of drawings by an artist's network, and there are none.")
        self.data, self.size, self.mix, self.twins, self.on_device = data, size, mix, twins, on_device
        self.seed, self.drawn = seed if isinstance(seed, tuple) else (seed,), drawn
        self._weights = _SET_WEIGHTS | dict(mix.set_weights)
        self._real = data.rows(split, with_sketch=True)
        self._all = data.rows(split)
        if not len(self._all):
            raise ValueError(f"There is no face in the {split} split.")
        if mix.real_share > 0 and not len(self._real):
            raise ValueError(f"There is no real pair in the {split} split: real_share must be 0.")
        self._real_p, self._all_p = self._odds(self._real), self._odds(self._all)
        self._tell_grey(split)

    def batch(self, step: int) -> PairBatch:
        rng = np.random.default_rng((*self.seed, step))
        pairs = [self._draw(rng) for _ in range(self.size - self.twins)]
        told = [self._told(pair, rng) for pair in pairs]
        if self.twins:
            twin = self._recoloured(pairs[-1], rng)
            told[-1], other = _told_alike(told[-1], pairs[-1], twin)
            pairs, told = [*pairs, twin], [*told, other]
        sketches = np.stack([even_tone(normalise_ink(vary_ink(pair.sketch, rng))) for pair in pairs])
        return PairBatch(
            torch.from_numpy(sketches).unsqueeze(1),
            torch.from_numpy(np.stack([pair.photo for pair in pairs])).permute(0, 3, 1, 2),
            torch.from_numpy(np.stack([pair.regions for pair in pairs])),
            torch.from_numpy(encode(np.stack(told))),
            1,
            *stack([pair.move for pair in pairs if pair.move]),
            torch.tensor([pair.traced for pair in pairs]),
            torch.tensor([pair.row for pair in pairs]),
        )

    def _tell_grey(self, split: str) -> None:
        """Warns, once a process, of photos that are not drawn. Raises ValueError where nothing else is left."""
        grey = Counter(self.data.faces[k].set for k in self._all[self._all_p == 0])
        counts = ", ".join(f"{n} of {name}" for name, n in grey.items())
        if not self._all_p.any() or (self.mix.real_share > 0 and not self._real_p.any()):
            what = "photos" if not self._all_p.any() else "photos of real pairs"
            raise ValueError(f"All {what} in the {split} split are grey ({counts}) and would teach grey skin.")
        if grey:
            warnings.warn(f"Grey photos in the {split} split are not learned from: {counts}.", stacklevel=3)

    def _odds(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        weights = np.array([self._weights.get(self.data.faces[k].set, 1.0) for k in rows])
        weights *= [not is_grey(self.data.photos[k]) for k in rows]
        # Of artists' pairs the natural share: many of their dark photos are of light people in bad light.
        dark = (self.data.colours[rows, 0, 0] < _DARK_SKIN) & (self.data.sketch_of[rows] < 0)
        weights *= np.where(dark, _DARK_SHARE, 1.0)
        return np.asarray(weights / (weights.sum() or 1.0))

    def _draw(self, rng: np.random.Generator) -> Pair:
        real = rng.random() < self.mix.real_share
        k = int(rng.choice(self._real, p=self._real_p) if real else rng.choice(self._all, p=self._all_p))
        pair = self._pair(k, rng) if real else self._made(k, rng)
        pair = self._recoloured(self._shaded(pair, rng), rng)
        if self.on_device:
            return replace(pair, move=draw_move(rng, 0.35 if real else 0.6))
        photo = on_wall(pair.photo, pair.regions[0])
        sketch, photo, *regions = jitter([pair.sketch, photo, *pair.regions], rng)
        if rng.random() < (0.35 if real else 0.6):
            sketch = elastic(sketch, rng, rng.uniform(0.5, 4.0), rng.uniform(16, 40))
        return replace(pair, sketch=sketch, photo=photo, regions=np.stack(regions))

    def _pair(self, k: int, rng: np.random.Generator) -> Pair:
        row = self.data.sketch_of[k]
        silhouette, regions = np.array(self.data.silhouettes[row]), self._regions(k)
        photo = fit_photo(np.array(self.data.photos[k]), regions[0], silhouette)
        regions = np.concatenate([silhouette[None], np.minimum(regions[1:], silhouette)])
        sketch = np.array(self.data.sketches[row])
        if self.mix.another_hand and rng.random() < self.mix.another_hand:
            sketch = _ANOTHER_HAND.apply(sketch, rng)
        return Pair(sketch, photo, regions, np.array(self.data.colours[k]), k, traced=False)

    def _made(self, k: int, rng: np.random.Generator) -> Pair:
        photo, regions = np.array(self.data.photos[k]), self._regions(k)
        if self.drawn and rng.random() < self.mix.drawn_share:
            sketch = self.drawn.one(k, rng)
        else:
            sketch = make_sketch(photo, regions[0], rng)
        return Pair(sketch, photo, regions, np.array(self.data.colours[k]), k)

    def _regions(self, k: int) -> Images:
        return np.concatenate([self.data.regions[k], iris_mask(self.data.eyes[k], self.data.photos.shape[1])[None]])

    def _recoloured(self, pair: Pair, rng: np.random.Generator) -> Pair:
        """Now and then the photo with another one's colours: the same drawing, so that the colours must be heard."""
        if rng.random() > self.mix.recoloured:
            return pair
        photo, colours, changed = pair.photo, pair.colours.copy(), pair.must_tell.copy()
        for k, now in enumerate(pair.colours):
            wanted = self.data.colours[int(rng.choice(self._all))][k]
            near = np.isfinite(now + wanted).all() and abs(wanted[0] - now[0]) < _FURTHEST[k]
            if near and rng.random() < 0.7:
                photo, colours[k], changed[k] = recolour(photo, pair.regions[k + 1], now, wanted), wanted, True
        return replace(pair, photo=photo, colours=colours, must_tell=changed)

    def _shaded(self, pair: Pair, rng: np.random.Generator) -> Pair:
        """Now and then light hair is inked like dark hair, so that blond can be asked for of any drawing: a photo of
        dark hair that is made blond looks painted."""
        if self.mix.recoloured == 0 or not pair.colours[1, 0] > _LIGHT_HAIR or rng.random() > _SHADED_SHARE:
            return pair
        gray = np.asarray(cv2.cvtColor(pair.photo, cv2.COLOR_RGB2GRAY), np.uint8)
        sketch = shade_region(pair.sketch, gray, pair.regions[2], rng)
        return replace(pair, sketch=sketch, must_tell=pair.must_tell | np.array([False, True, False]))

    def _told(self, pair: Pair, rng: np.random.Generator) -> Floats:
        """What the generator is told: everything, some of it, or only what it has to be."""
        silent = rng.random(3) < rng.choice([0.0, 0.5, 1.0], p=[0.35, 0.3, 0.35])
        silent &= ~pair.must_tell
        return np.where(silent[:, None], np.nan, pair.colours).astype(np.float32)


def _told_alike(told: Floats, pair: Pair, twin: Pair) -> tuple[Floats, Floats]:
    """Of twins the same colours are told, each its own."""
    spoken = np.isfinite(told[:, :1]) | twin.must_tell[:, None]
    one, other = (np.where(spoken, x.colours, np.nan).astype(np.float32) for x in (pair, twin))
    return one, other


def on_device(batch: PairBatch, device: torch.device) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Bytes -> sketch and photo (B, 3, 256, 256) in [-1, 1], person (B, 1, 256, 256) and regions (B, 3, 256, 256) from
    0 to 1, jittered, warped and before their wall."""
    sketch, photo, regions = (x.to(device, non_blocking=True) for x in (batch.sketch, batch.photo, batch.regions))
    if batch.moves is not None and batch.bends is not None:
        matrices, bends = batch.moves.to(device, non_blocking=True), batch.bends.to(device, non_blocking=True)
        sketch = moved(sketch.float(), matrices, bends)
        both = moved(torch.cat([photo, regions], 1).float(), matrices)
        photo, regions = both[:, :3], both[:, 3:]
        photo = torch.lerp(torch.full_like(photo, WALL), photo, regions[:, :1] / 255)
    masks = regions.float().div(255)
    return to_unit(sketch.expand(-1, 3, -1, -1)), to_unit(photo), masks[:, :1], masks[:, 1:]


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
    return to_unit(torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2))


def to_unit(images: Tensor) -> Tensor:
    """(N, C, H, W) of bytes -> the same in [-1, 1], channels last in memory, where the bytes are."""
    return images.float().div(127.5).sub(1).contiguous(memory_format=torch.channels_last)


def to_images(tensor: Tensor) -> Images:
    """The inverse of `to_tensor`, rounded and clipped."""
    values = tensor.detach().float().add(1).mul(127.5).round().clamp(0, 255)
    return np.asarray(values.byte().permute(0, 2, 3, 1).contiguous().cpu().numpy())
