"""What everything is measured with and on: the model, the nets, and the test pictures, loaded once."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.data import Face, Images, Split, known_faces, load_images
from training.evaluation.detector import Detector, Points
from training.evaluation.judge import Embeddings, Judge, cosines
from training.evaluation.mean_photo import MeanPhoto, mean_photo
from training.evaluation.rendering import Renderer
from training.evaluation.runs import Model
from training.face_features import FaceFeatures

UNSELECTED = 48


@dataclass
class TestSet:
    """The real pairs of one set and split, the model's faces of them, and how the judge sees all three.

    `made` is what users get by default: restored where the restorer's default strength is above 0. `seen` is empty
    without a judge.
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
    """`judge`, `features` and `detector` are None where their nets are not there; what needs them is then left out."""

    data: Path
    cache: Path
    judge: Judge | None
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
        everyone, order = self._shuffled()
        return [everyone[k] for k in sorted(order[: self.subset])]

    @cached_property
    def unselected(self) -> list[tuple[TestSet, int]]:
        """Test faces of all sets together that nobody chose: those that are counted are those that are looked at."""
        everyone, order = self._shuffled()
        return [everyone[k] for k in order[:UNSELECTED]]

    def _shuffled(self) -> tuple[list[tuple[TestSet, int]], list[int]]:
        """Everybody, and an order by the seed."""
        everyone = [(test, k) for test in self.sets for k in range(len(test.faces))]
        return everyone, np.random.default_rng(self.seed).permutation(len(everyone)).tolist()

    def embed(self, pictures: Images) -> Embeddings:
        """What the judge sees in the pictures; only where there is one."""
        assert self.judge is not None
        return self.judge.embed(pictures)

    def training_photos(self, name: str) -> Images:
        return load_images(
            [face for face in self.faces if face.set == name and face.split == "train" and face.photo], "photo"
        )

    @cached_property
    def mean_photos(self) -> dict[str, MeanPhoto]:
        """By set."""
        return {test.name: mean_photo(self.training_photos(test.name), test.photos, test.split) for test in self.sets}

    @cached_property
    def mean_cosine(self) -> dict[str, npt.NDArray[np.float32]]:
        """By set, (N,) of its mean photo with the photos: what a face scores that is nobody's. Needs a judge."""
        seen = {name: self.embed(mean.repeated(1)) for name, mean in self.mean_photos.items()}
        return {test.name: cosines(seen[test.name], test.seen["photo"]) for test in self.sets}

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
    """Loads and renders the pairs of all sets, the largest first. Raises ValueError when the split has none."""
    net, features, detector = nets / "judge.onnx", nets / "face-features.ckpt", nets / "yunet.onnx"
    judge = Judge(net) if net.exists() else None
    faces = known_faces(data, cache)
    pairs = [face for face in faces if face.split == split and face.sketch and face.photo]
    if not pairs:
        raise ValueError(f"There is no sketch with a photo in the {split} splits of {data}.")
    names = [name for name, _ in Counter(face.set for face in pairs).most_common()]
    sets = [_test_set([face for face in pairs if face.set == name], renderer, judge) for name in names]
    return Bench(
        data, cache, judge,
        FaceFeatures(features) if features.exists() else None,
        Detector(detector) if detector.exists() else None,
        renderer, model, split, seed, subset, faces, sets,
    )  # fmt: skip


def style_of(face: Face) -> str:
    """FS2K's artists draw in three styles; of the other sets each is one."""
    return f"{face.set}/style{face.attributes['style']}" if "style" in face.attributes else face.set


def _test_set(chosen: list[Face], renderer: Renderer, judge: Judge | None) -> TestSet:
    photos, sketches = load_images(chosen, "photo"), load_images(chosen, "sketch")
    generated = renderer.faces(sketches)
    made = renderer.restored(generated) if renderer.restores else generated
    pictures = {"photo": photos, "sketch": sketches, "made": made}
    seen = {what: judge.embed(stack) for what, stack in pictures.items()} if judge else {}
    return TestSet(chosen[0].set, chosen[0].split, chosen, photos, sketches, generated, made, seen)
