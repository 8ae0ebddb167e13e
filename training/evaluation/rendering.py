"""Faces from sketches as users get them. What the product calls lives here alone."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from torch.nn import functional as F

from inference import sketch
from inference.appearance import COLOURS, UNKNOWN, Appearance, Lab
from inference.candidates import variants
from inference.landmarks import find_face
from inference.manifest import MANIFEST, add_entry, read_entries
from inference.options import RenderOptions
from inference.paper import normalise_ink
from inference.pipeline import Pipeline, to_image, to_input
from inference.sketch import Alignment
from inference.weights import SHIPPED, find, read_manifest
from training.batches import to_images, to_tensor
from training.data import Images
from training.evaluation.runs import recipe_of
from training.ship import ship

_CONFIDENT = 0.5
_AS_IT_IS = Alignment(None, "off", 0.0)


class Renderer:
    """The pipeline's steps one by one, on stacks (N, 256, 256, 3); one picture at a time, as evidence is rendered."""

    def __init__(self, pipeline: Pipeline, seed: int = 0) -> None:
        self.pipeline, self.seed = pipeline, seed
        self._engine = pipeline.engine("pix2pix")

    def faces(
        self, sketches: Images, align: bool = False, seed: int | None = None, appearance: Appearance = UNKNOWN
    ) -> Images:
        """The generator's faces, before restoration and mark. With `align`, the face in the drawing is looked for."""
        made = np.empty((len(sketches), 256, 256, 3), np.uint8)
        for k, drawing in enumerate(sketches):
            prepared = self.prepare(drawing, align)
            answer = self._engine.generate(to_input(prepared), self.seed if seed is None else seed, appearance)
            made[k] = np.asarray(to_image(answer))
        return made

    def prepare(self, drawing: Images, align: bool = False) -> sketch.Gray:
        """(H, W, 3) -> (256, 256): what the generator gets to see."""
        picture = Image.fromarray(drawing)
        return sketch.prepare(picture, self.pipeline.align(picture) if align else _AS_IT_IS)

    def drawn_points(self, sketches: Images) -> npt.NDArray[np.float64]:
        """(N, 5, 2) in pixels of the sketches, by the product's face finder; not-a-number where it is not sure."""
        points = np.full((len(sketches), 5, 2), np.nan)
        for k, drawing in enumerate(sketches):
            face = find_face(self.pipeline.landmarks, normalise_ink(sketch.to_gray(Image.fromarray(drawing))))
            if face.confidence >= _CONFIDENT:
                points[k] = face.points
        return points

    @property
    def restores(self) -> bool:
        return self.pipeline.default_strength > 0

    def restored(self, faces: Images) -> Images:
        """The same faces as the pipeline restores them by default, shrunk from 512 px."""
        return self.restored_at(faces, self.pipeline.default_strength, faces.shape[1])

    def restored_at(self, faces: Images, strength: float, size: int) -> Images:
        """(N, size, size, 3), made at 512 px and shrunk from there; at a strength of 0 by bicubic enlargement alone."""
        assert self.pipeline.restorer is not None
        restorer = self.pipeline.restorer[1]
        made = np.empty((len(faces), size, size, 3), np.uint8)
        for k in range(len(faces)):
            large = restorer.restore(to_tensor(faces[k : k + 1]), strength, self.seed)
            made[k] = to_images(F.interpolate(large.cpu(), size=(size, size), mode="area"))[0]
        return made

    def choices(self) -> Mapping[str, Mapping[str, Lab]]:
        """The appearance controls that these weights have learned, with their colours."""
        return COLOURS if self._engine.checkpoint.architecture.get("appearance") else {}

    def coloured(self, sketches: Images, setting: Mapping[str, str]) -> Images:
        """The generator's faces with some appearance controls set."""
        return self.faces(sketches, appearance=Appearance(**setting))

    def candidates(self, sketches: Images, count: int, wished: Appearance = UNKNOWN) -> list[Images]:
        """`count` stacks, as the product offers them: the faces that were asked for first."""
        offered = variants(RenderOptions(seed=self.seed, appearance=wished), count, bool(self.choices()))
        return [self.faces(sketches, seed=one.seed, appearance=one.appearance) for one in offered]

    @property
    def name(self) -> str:
        return self._engine.checkpoint.name

    @property
    def label(self) -> str:
        """Generator, digest and device."""
        checkpoint = self._engine.checkpoint
        return f"{checkpoint.name} (sha256 {checkpoint.sha256[:12]}), {self.pipeline.device.label}, seed {self.seed}"


def load_renderer(
    weights: Path = SHIPPED, run: Path | None = None, recipe: str | None = None, seed: int = 0
) -> Renderer:
    """Of a weights folder; with `run`, of that run's averaged generator, as `ship` would put it beside them."""
    if run is None:
        return Renderer(Pipeline.load(weights), seed)
    with tempfile.TemporaryDirectory() as folder:
        _with_run(Path(folder), weights, run, recipe)
        return Renderer(Pipeline.load(Path(folder)), seed)


def _with_run(folder: Path, weights: Path, run: Path, recipe: str | None) -> None:
    """A weights folder of the run's generator and everything else of `weights`."""
    ship(run, recipe_of(run, recipe), 0.0, folder)
    checkpoints = read_manifest(weights)
    for kind in ("landmarks", "restorer"):
        checkpoint = find(checkpoints, kind)
        if checkpoint is not None:
            (folder / checkpoint.path.name).write_bytes(checkpoint.verify())
            entry = read_entries(weights / MANIFEST).get(checkpoint.name)
            if entry is not None:
                add_entry(folder / MANIFEST, checkpoint.name, entry)
