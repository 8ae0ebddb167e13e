"""How well the face finder finds the eyes in real drawings that are turned, scaled, shifted and framed."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from inference import sketch
from inference.networks.landmarknet import LandmarkNet
from inference.weights import find, read_manifest
from training.data import Face, Images, known_faces, load_images

TOLERANCE = 0.08  # eye distances


@dataclass(frozen=True)
class LandmarkReport:
    """Shares of drawings with both eyes within the tolerance, and quantiles of the worse eye's error.

    `within` is measured against the points of the set, which are the photo's: an artist's eyes lie elsewhere by
    about as much as the tolerance. `repeatable` is measured against the eyes found in the same drawing unmoved:
    it tells what turning, scaling, shifting and framing do. `without_points` more drawings have no points of their set,
    and were not measured.
    """

    split: str
    drawings: int
    without_points: int
    within: float
    median: float
    p95: float
    repeatable: float
    repeatable_p95: float
    methods: dict[str, int]

    def as_text(self) -> str:
        tolerance = f"tolerance {TOLERANCE:.0%} of the eye distance"
        photo = f"{self.within:.1%} (median {self.median:.3f}, 95th percentile {self.p95:.3f})"
        unmoved = f"{self.repeatable:.1%} (95th percentile {self.repeatable_p95:.3f})"
        left_out = f"\n  not measured, as their set has no points of them: {self.without_points}"
        return (
            f"{self.drawings} drawings of the {self.split} splits, {tolerance}, found by {self.methods}\n"
            f"  against the photo's points:   {photo}\n"
            f"  against the unmoved drawing:  {unmoved}{left_out if self.without_points else ''}"
        )

    def as_json(self) -> str:
        """A quantile among the faces that were not found is null: JSON knows no infinity."""
        values = {k: v if not isinstance(v, float) or np.isfinite(v) else None for k, v in asdict(self).items()}
        return json.dumps(values, indent=2, allow_nan=False)


def evaluate(
    data: Path, cache: Path, weights: Path, split: str, seed: int, sheets: Path | None = None
) -> LandmarkReport:  # fmt: skip
    """One random placing a drawing: +-15 degrees, scale 0.6 to 1.6, shift, white or grey border.

    Drawings and splits are those of the prepared cache, else of the data folder's ZIP files. Raises ValueError where
    the split has no drawing with points. `sheets` is a git-ignored folder for pictures of the eyes found in a random
    sixty of the unmoved drawings.
    """
    checkpoint = find(read_manifest(weights), "landmarks")
    if checkpoint is None:
        raise ValueError(f"There is no face finder in {weights}.")
    network = checkpoint.build(lambda architecture: LandmarkNet(**architecture))
    drawings = [face for face in known_faces(data, cache) if face.split == split and face.sketch]
    faces = [face for face in drawings if face.landmarks is not None]
    if not faces:
        reason = f", and none of its {len(drawings)} drawings has points: run prepare first" if drawings else ""
        raise ValueError(f"There is no sketch to measure in the {split} split of {data}{reason}.")
    rng = np.random.default_rng(seed)
    errors: list[float] = []
    moved: list[float] = []
    methods: dict[str, int] = {}
    for face, drawing in zip(faces, load_images(faces, "sketch"), strict=True):
        true = np.array(face.landmarks, np.float64)[:2] * drawing.shape[0]
        page, matrix = place(drawing, true, rng)
        found = sketch.align(network, Image.fromarray(page))
        methods[found.method] = methods.get(found.method, 0) + 1
        errors.append(_error(found.eyes, _move(true, matrix)))
        still = sketch.align(network, Image.fromarray(drawing)).eyes
        moved.append(_error(found.eyes, _move(np.array(still), matrix)) if still else float("inf"))
    if sheets:
        write_eyes(sheets / f"eyes-{split}.png", network, faces, seed)
    return LandmarkReport(
        split, len(errors), len(drawings) - len(faces), _share(errors), float(np.median(errors)),
        _p95(errors), _share(moved), _p95(moved), methods,
    )  # fmt: skip


def write_eyes(target: Path, network: LandmarkNet, faces: list[Face], seed: int, count: int = 60) -> None:
    """Close looks at the eyes, around each found point a circle of the tolerance: is the drawn eye's middle in it?"""
    rng = np.random.default_rng(seed)
    chosen = [faces[k] for k in rng.permutation(len(faces))[:count]]
    looks = [_close_look(network, drawing) for drawing in load_images(chosen, "sketch")]
    looks += [np.full_like(looks[0], 255)] * (-len(looks) % 4)
    rows = [np.concatenate(looks[k : k + 4], axis=1) for k in range(0, len(looks), 4)]
    target.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(rows)).save(target)


def _close_look(network: LandmarkNet, drawing: Images, width: int = 480, height: int = 230) -> Images:
    """The found eyes upright and 252 px apart; the bare drawing where none were found."""
    eyes = sketch.align(network, Image.fromarray(drawing)).eyes
    if eyes is None:
        return np.asarray(cv2.resize(drawing, (width, height)))
    left, right = np.array(eyes)
    across = (right - left) / float(np.linalg.norm(right - left))
    scale = 252 / float(np.linalg.norm(right - left))
    turn = scale * np.array([[across[0], across[1]], [-across[1], across[0]]])
    matrix = np.column_stack([turn, np.array([width, height]) / 2 - turn @ (left + right) / 2])
    look = cv2.warpAffine(drawing, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    for x, y in _move(np.array(eyes), matrix):
        cv2.circle(look, (round(x), round(y)), round(252 * TOLERANCE), (220, 0, 0), 1, cv2.LINE_AA)
    return np.asarray(look)


def _move(points: npt.NDArray[np.float64], matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])


def _p95(errors: list[float]) -> float:
    """The next error above, since nothing lies between one that was measured and a face that was not found."""
    return float(np.percentile(errors, 95, method="higher"))


def _share(errors: list[float]) -> float:
    return float((np.array(errors) <= TOLERANCE).mean())


def place(
    drawing: Images, eyes: npt.NDArray[np.float64], rng: np.random.Generator
) -> tuple[Images, npt.NDArray[np.float64]]:
    """The drawing somewhere on a 256 px page, both eyes always on it, and the 2 x 3 matrix that put it there."""
    border = int(rng.choice(np.array([255, rng.integers(150, 240)])))
    while True:
        turn, scale = rng.uniform(-15, 15), rng.uniform(0.6, 1.6)
        matrix = np.asarray(cv2.getRotationMatrix2D((127.5, 127.5), turn, scale), np.float64)
        matrix[:, 2] += rng.uniform(-40, 40, 2)
        moved = _move(eyes, matrix)
        if moved.min() > 16 and moved.max() < 240:
            break
    page = cv2.warpAffine(drawing, matrix, (256, 256), flags=cv2.INTER_AREA, borderValue=(border,) * 3)
    return np.asarray(page), matrix


def _error(found: sketch.Eyes | None, true: npt.NDArray[np.float64]) -> float:
    if found is None:
        return float("inf")
    distance = float(np.linalg.norm(true[1] - true[0]))
    return float(np.linalg.norm(np.array(found) - true, axis=1).max()) / distance
