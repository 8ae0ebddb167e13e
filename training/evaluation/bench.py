"""What everything is measured with and on: the model, the nets, and the test pictures, loaded once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.dataset import Face, Images, Split, load_images, read_manifests
from training.evaluation.detector import Detector, Points
from training.evaluation.judge import Embeddings, Judge, cosines
from training.evaluation.rendering import Renderer
from training.evaluation.runs import Model
from training.face_features import FaceFeatures

SETS = ("fs2k", "cuhk")  # those with artists' sketches


@dataclass
class TestSet:
    """The real pairs of one set and split, the model's faces of them, and how the judge sees all three.

    `made` is what users get by default: restored where the restorer's default strength is above 0.
    """

    name: str
    split: str
    faces: list[Face]
    photos: Images
    sketches: Images
    generated: Images
    made: Images
    seen: dict[str, Embeddings]

    @property
    def people(self) -> list[str]:
        return [face.person for face in self.faces]

    @property
    def styles(self) -> list[str]:
        return [style_of(face) for face in self.faces]

    @cached_property
    def cosine(self) -> npt.NDArray[np.float32]:
        """(N,) of the faces with the photos."""
        return cosines(self.seen["made"], self.seen["photo"])

    @cached_property
    def sketch_cosine(self) -> npt.NDArray[np.float32]:
        """(N,) of the sketches themselves with the photos."""
        return cosines(self.seen["sketch"], self.seen["photo"])


@dataclass
class Bench:
    """`features` and `detector` are None where their nets are not there; what needs them is then left out."""

    data: Path
    cache: Path
    judge: Judge
    features: FaceFeatures | None
    detector: Detector | None
    renderer: Renderer
    model: Model
    split: Split
    seed: int
    subset: int
    faces: list[Face]
    sets: list[TestSet]

    @cached_property
    def drawn(self) -> list[tuple[TestSet, int]]:
        """The fixed random subset, of all sets together, that slow curves are measured on."""
        everyone = [(test, k) for test in self.sets for k in range(len(test.faces))]
        order = np.random.default_rng(self.seed).permutation(len(everyone))
        return [everyone[k] for k in sorted(order[: self.subset])]

    def training_photos(self, name: str) -> Images:
        return load_images([face for face in self.faces if face.set == name and face.split == "train"], "photo")

    @cached_property
    def points(self) -> dict[str, dict[str, Points]]:
        """Points by set in pixels at 256: of `sketch` by the detector, of `drawn` (the same sketches) by the product's
        face finder, of `photo` and `made` by the detector at 512 px, the size that users get. Empty without one."""
        if self.detector is None:
            return {}
        return {
            test.name: {
                "sketch": self.detector.points(test.sketches),
                "drawn": self.renderer.drawn_points(test.sketches),
                "photo": self.detector.enlarged_points(test.photos),
                "made": self.detector.enlarged_points(test.made),
            }
            for test in self.sets
        }


def open_bench(
    data: Path, cache: Path, nets: Path, renderer: Renderer, model: Model, split: Split, seed: int, subset: int
) -> Bench:  # fmt: skip
    """Loads and renders. Raises ValueError when no set has a sketch in the split."""
    judge = Judge(nets / "judge.onnx")
    features, detector = nets / "face-features.ckpt", nets / "yunet.onnx"
    faces = read_manifests(data)
    sets = [test for name in SETS if (test := _test_set(name, split, faces, renderer, judge)) is not None]
    if not sets:
        raise ValueError(f"There is no sketch in the {split} splits of {data}.")
    return Bench(
        data, cache, judge,
        FaceFeatures(features) if features.exists() else None,
        Detector(detector) if detector.exists() else None,
        renderer, model, split, seed, subset, faces, sets,
    )  # fmt: skip


def style_of(face: Face) -> str:
    """FS2K's artists draw in three styles; of the other sets each is one."""
    return f"{face.set}/style{face.attributes['style']}" if "style" in face.attributes else face.set


def _test_set(name: str, split: str, faces: list[Face], renderer: Renderer, judge: Judge) -> TestSet | None:
    chosen = [face for face in faces if face.set == name and face.split == split and face.sketch]
    if not chosen:
        return None
    photos, sketches = load_images(chosen, "photo"), load_images(chosen, "sketch")
    generated = renderer.faces(sketches)
    made = renderer.restored(generated) if renderer.restores else generated
    seen = {"photo": judge.embed(photos), "sketch": judge.embed(sketches), "made": judge.embed(made)}
    return TestSet(name, split, chosen, photos, sketches, generated, made, seen)
