"""What the restorer learns from: degraded photos, and the generator's own faces of made and of artists' sketches."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor

from inference.engines import Engine
from inference.paper import even_tone, normalise_ink
from inference.pipeline import to_input
from inference.restoration import SIDE, enlarge
from training.batches import Mix, SketchPairs, on_wall, to_images, to_tensor
from training.data import Images, Prepared, load_images
from training.data.sharpness import sharp_rows
from training.engine.trainee import TensorBatch
from training.shapes import Share
from training.sketches import make_sketch, vary_ink


@dataclass(frozen=True)
class Mixture:
    """Shares of the inputs that the generator draws from made sketches and from artists' drawings; the rest are
    degraded photos."""

    made: Share = 0.0
    drawings: Share = 0.0


@dataclass(frozen=True)
class RestorationBatch(TensorBatch):
    """`face` (B, 3, 512, 512), enlarged by bicubic interpolation, and the photo of that person.

    `traced` (B,) is whether the photo's pixels are the face's, so that it should become the photo. Where an artist drew
    freely they are not: there only who it is can be learned from the photo.
    """

    face: Tensor
    photo: Tensor
    traced: Tensor


class _Row(NamedTuple):
    """`face` (256, 256, 3), `photo` (512, 512, 3), as in the batch."""

    face: Images
    photo: Images
    traced: bool = True


class RestorerBatches:
    """Photos of 512 px and more, degraded or drawn by the generator from a made sketch, so that the restorer
    learns to mend what pix2pix does and not blur alone; and faces that the generator drew from artists' sketches."""

    def __init__(
        self, data: Prepared, split: str, size: int, mixture: Mixture, seed: int | tuple[int, ...],
        generator: Engine | None = None,
    ) -> None:  # fmt: skip
        self.data, self.size, self.mixture, self.generator = data, size, mixture, generator
        self.seed = seed if isinstance(seed, tuple) else (seed,)
        if generator is None and mixture != Mixture():
            raise ValueError("The weights in use have no generator, which draws a share of a restorer's inputs.")
        self.rows: list[int] = sharp_rows(data, split, SIDE).tolist()
        if not self.rows:
            raise ValueError(
                f"The {split} split has no photo of {SIDE} px to learn detail from, counted once it is aligned and "
                "without a rim. Prepare sets of larger photos, or take them into `sets`."
            )
        # Colours stay as they are: the generator is told of none here, and could not know of a change.
        self.pairs = SketchPairs(data, split, 1, Mix(1.0, recoloured=0), self.seed) if mixture.drawings else None

    def batch(self, step: int) -> RestorationBatch:
        rng = np.random.default_rng((*self.seed, step))
        return _stacked([self._row(step * self.size + k, rng) for k in range(self.size)])

    def of(self, k: int, step: int) -> RestorationBatch:
        """One row, of the photo of face k and no other."""
        return _stacked([self._of_a_photo(k, np.random.default_rng((*self.seed, step)))])

    def _row(self, number: int, rng: np.random.Generator) -> _Row:
        if self.pairs and rng.random() < self.mixture.drawings:
            return self._of_a_drawing(self.pairs, number)
        return self._of_a_photo(int(rng.choice(self.rows)), rng)

    def _of_a_photo(self, k: int, rng: np.random.Generator) -> _Row:
        """Its sketch is drawn by the generator as often as `made` says among the inputs that are no drawings."""
        photo, mask = self._photo(k, rng)
        if rng.random() * (1 - self.mixture.drawings) < self.mixture.made:
            return _Row(self._of_a_made_sketch(photo, mask, rng), photo)
        return _Row(degrade(photo, rng), photo)

    def _photo(self, k: int, rng: np.random.Generator) -> tuple[Images, Images]:
        """Photo and person's mask at 512 px, before the wall."""
        mask = _resize(np.array(self.data.regions[k, 0]), SIDE, cv2.INTER_CUBIC)
        photo = on_wall(load_images([self.data.faces[k]], "photo", SIDE)[0], mask)
        if rng.random() < 0.5:
            photo, mask = np.ascontiguousarray(photo[:, ::-1]), np.ascontiguousarray(mask[:, ::-1])
        return photo, mask

    def _of_a_made_sketch(self, photo: Images, mask: Images, rng: np.random.Generator) -> Images:
        drawing = make_sketch(_resize(photo, 256, cv2.INTER_AREA), _resize(mask, 256, cv2.INTER_AREA), rng)
        return self._face(even_tone(normalise_ink(vary_ink(drawing, rng))))

    def _of_a_drawing(self, pairs: SketchPairs, number: int) -> _Row:
        pair = pairs.batch(number)
        photo = np.ascontiguousarray(pair.photo[0].permute(1, 2, 0).numpy())
        return _Row(self._face(pair.sketch[0, 0].numpy()), _resize(photo, SIDE, cv2.INTER_CUBIC), traced=False)

    def _face(self, sketch: Images) -> Images:
        assert self.generator is not None
        return np.asarray(to_images(self.generator.generate(to_input(sketch), 0))[0])


def _stacked(rows: list[_Row]) -> RestorationBatch:
    return RestorationBatch(
        face=enlarge(to_tensor(np.stack([row.face for row in rows]))),
        photo=to_tensor(np.stack([row.photo for row in rows])),
        traced=torch.tensor([row.traced for row in rows]),
    )


def degrade(photo: Images, rng: np.random.Generator) -> Images:
    """(512, 512, 3) -> (256, 256, 3) with blur, a loss of resolution, noise and JPEG blocks, GFPGAN's order, milder:
    the generator's faces are already 256 px."""
    image: Images = np.asarray(cv2.GaussianBlur(photo, (0, 0), float(rng.uniform(0.3, 2.5))))
    side = round(256 / float(np.exp(rng.uniform(0, np.log(3)))))
    image = _resize(image, side, cv2.INTER_AREA)
    noisy = image + rng.normal(0, rng.uniform(0, 8), image.shape)
    image = np.clip(noisy, 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 98))])
        image = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return _resize(image, 256, cv2.INTER_CUBIC)


def _resize(image: Images, side: int, interpolation: int) -> Images:
    return np.asarray(cv2.resize(image, (side, side), interpolation=interpolation), np.uint8)
