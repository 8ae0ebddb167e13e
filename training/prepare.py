"""ZIP sets -> one folder of arrays that every trainer reads: aligned photos, their regions and colours, sketches."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch

from inference.paper import normalise_ink
from training.background import find_regions, train_segmenter
from training.colours import measure
from training.dataset import Face, Images, align_by_points, load_eyes, load_images, read_manifests
from training.segmenter import Segmenter
from training.silhouette import drawn_silhouette

SEGMENTER_STEPS = 600
_ARRAYS = ("photos", "regions", "colours", "sketches", "silhouettes")


@dataclass(frozen=True)
class Prepared:
    """Photos (N, 256, 256, 3) RGB, soft masks of person, skin and hair in them (N, 3, 256, 256), CIELAB colours of
    skin, hair and irises (N, 3, 3), NaN where unknown; sketches (M, 256, 256) with normalised ink and the silhouettes
    drawn in them (M, 256, 256).

    `eyes` (N, 2, 2) lie in shares of the photos' side; `sketch_of[n]` is the row in `sketches` and `silhouettes` of
    face n, or -1.
    """

    faces: list[Face]
    photos: Images
    regions: Images
    colours: npt.NDArray[np.float32]
    sketches: Images
    silhouettes: Images
    eyes: npt.NDArray[np.float32]
    sketch_of: npt.NDArray[np.int64]

    def rows(self, split: str, with_sketch: bool | None = None, sets: tuple[str, ...] = ()) -> npt.NDArray[np.int64]:
        """Indices of the faces of a split, of all sets or the named ones."""
        chosen = [
            k
            for k, face in enumerate(self.faces)
            if face.split == split
            and (not sets or face.set in sets)
            and (with_sketch is None or (face.sketch is not None) == with_sketch)
        ]
        return np.array(chosen, np.int64)


def prepare(data: Path, cache: Path, detector: Path | None = None, steps: int = SEGMENTER_STEPS) -> None:
    """Writes the arrays into `cache`. Faces without landmarks are aligned with the YuNet `detector`, or left out;
    `steps` of training go into the segmenter that finds the person. Raises ValueError for sets that lack a part."""
    cache.mkdir(parents=True, exist_ok=True)
    faces = read_manifests(data)
    if not any(face.sketch for face in faces):
        raise ValueError(f"No face in {data} has a sketch: there are no real pairs to learn from.")
    segmenter = _segmenter(faces, cache / "segmenter.pt", steps)
    faces = [face for face in faces if face.landmarks is not None or detector is not None]
    photos = load_images(faces, "photo")
    kept = _align_unaligned(faces, photos, detector)
    faces, photos = [faces[k] for k in kept], photos[kept]
    drawn = [face for face in faces if face.sketch]
    sketches = np.stack([normalise_ink(cv2.cvtColor(s, cv2.COLOR_RGB2GRAY)) for s in load_images(drawn, "sketch")])
    regions = find_regions(segmenter, photos)
    people = regions[[k for k, face in enumerate(faces) if face.sketch], 0]
    colours = np.stack([measure(*of_face) for of_face in zip(photos, regions, load_eyes(faces), strict=True)])
    silhouettes = np.stack(list(map(drawn_silhouette, sketches, people)))
    for name, array in zip(_ARRAYS, (photos, regions, colours, sketches, silhouettes), strict=True):
        np.save(cache / f"{name}.npy", array)
    (cache / "faces.json").write_text(json.dumps([[str(face.archive.name), face.id] for face in faces]))


def load_prepared(data: Path, cache: Path) -> Prepared:
    """The arrays of `prepare`, memory-mapped. Raises FileNotFoundError when `prepare` has not run."""
    if not (cache / "faces.json").exists():
        raise FileNotFoundError(f"{cache} holds no prepared data: run `python -m training prepare` first.")
    by_id = {(face.archive.name, face.id): face for face in read_manifests(data)}
    faces = [by_id[archive, name] for archive, name in json.loads((cache / "faces.json").read_text())]
    has_sketch = np.array([face.sketch is not None for face in faces])
    sketch_of = np.where(has_sketch, np.cumsum(has_sketch) - 1, -1)
    arrays = {name: np.load(cache / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
    return Prepared(faces, eyes=load_eyes(faces), sketch_of=sketch_of, **arrays)


def _segmenter(faces: list[Face], path: Path, steps: int) -> Segmenter:
    if path.exists():
        network = Segmenter()
        network.load_state_dict(torch.load(path, weights_only=True))
        return network.eval()
    network = train_segmenter(faces, steps)
    torch.save(network.state_dict(), path)
    return network


def _align_unaligned(faces: list[Face], photos: Images, detector: Path | None) -> list[int]:
    """Aligns in place what came unaligned; returns the rows to keep."""
    kept = [k for k, face in enumerate(faces) if face.aligned]
    if detector is not None:
        side = photos.shape[1]
        finder = cv2.FaceDetectorYN.create(str(detector), "", (side, side), score_threshold=0.8)
        for k, face in enumerate(faces):
            if face.aligned:
                continue
            found: Any = finder.detect(np.ascontiguousarray(photos[k][:, :, ::-1]))[1]  # None where there is no face
            if found is not None and len(found) == 1:
                points = found[0, 4:14].reshape(5, 2)
                photos[k] = align_by_points(photos[k], points, side)
                kept.append(k)
    return sorted(kept)
