"""What the restorer is measured on: faces of 256 px and the photos that they should become."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from training.batches import to_images
from training.data import Images, Prepared, load_images
from training.evaluation.rendering import Renderer
from training.restorer_batches import Mixture, RestorationBatch, RestorerBatches

_SEED = 0


@dataclass(frozen=True)
class Inputs:
    """`faces` (N, 256 or 512, same, 3), `photos` (N, S, S, 3), `people` (N,) names."""

    name: str
    faces: Images
    photos: Images
    people: list[str]

    @property
    def size(self) -> int:
        """What pictures are compared at: the photos' own size. Where it is 256 px restored faces are shrunk to it, as
        in the report on faces."""
        return int(self.photos.shape[1])


def all_inputs(prepared: Prepared, renderer: Renderer, count: int) -> Iterator[Inputs]:
    """Of `count` faces each, or as many as there are."""
    engine = renderer.pipeline.engine("pix2pix")
    for name, mixture in (("degraded photos", Mixture()), ("faces of made sketches", Mixture(made=1))):
        yield _of_photos(name, prepared, RestorerBatches(prepared, "val", 1, mixture, _SEED, engine), count)
    if len(prepared.rows("val", with_sketch=True)):
        yield _of_drawings(prepared, renderer, count)


def _of_photos(name: str, prepared: Prepared, batches: RestorerBatches, count: int) -> Inputs:
    """As in training, but every face once."""
    chosen = np.random.default_rng(_SEED).permutation(batches.rows)[:count]
    rows = RestorationBatch.join([batches.of(int(k), step) for step, k in enumerate(chosen)])
    return Inputs(name, to_images(rows.face), to_images(rows.photo), [prepared.faces[k].person for k in chosen])


def _of_drawings(prepared: Prepared, renderer: Renderer, count: int) -> Inputs:
    """As users get them: the drawing as it is, through the pipeline's own steps, beside the photo as it is. Training
    jitters both, changes the ink and fits the photo to the drawing."""
    rows = np.random.default_rng(_SEED).permutation(prepared.rows("val", with_sketch=True))[:count]
    chosen = [prepared.faces[k] for k in rows]
    faces = renderer.faces(load_images(chosen, "sketch"))
    return Inputs("faces of drawings", faces, load_images(chosen, "photo"), [face.person for face in chosen])
