"""ZIP sets -> one folder of arrays that every trainer reads: aligned photos, person masks, sketches."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch

from inference.paper import normalise_ink
from training.background import person_masks, train_segmenter
from training.dataset import Face, Images, align_by_points, load_images, read_manifests
from training.segmenter import Segmenter
from training.silhouette import drawn_silhouette

SEGMENTER_STEPS = 400


@dataclass(frozen=True)
class Prepared:
    """Photos (N, 256, 256, 3) RGB, person masks (N, 256, 256), sketches (M, 256, 256) with normalised ink and the
    silhouettes drawn in them (M, 256, 256).

    `sketch_of[n]` is the row in `sketches` and `silhouettes` of face n, or -1.
    """

    faces: list[Face]
    photos: Images
    masks: Images
    sketches: Images
    silhouettes: Images
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
    masks = person_masks(segmenter, photos)
    of_drawn = masks[[k for k, face in enumerate(faces) if face.sketch]]
    np.save(cache / "photos.npy", photos)
    np.save(cache / "masks.npy", masks)
    np.save(cache / "sketches.npy", sketches)
    np.save(cache / "silhouettes.npy", np.stack(list(map(drawn_silhouette, sketches, of_drawn))))
    (cache / "faces.json").write_text(json.dumps([[str(face.archive.name), face.id] for face in faces]))


def load_prepared(data: Path, cache: Path) -> Prepared:
    """The arrays of `prepare`, memory-mapped. Raises FileNotFoundError when `prepare` has not run."""
    if not (cache / "faces.json").exists():
        raise FileNotFoundError(f"{cache} holds no prepared data: run `python -m training prepare` first.")
    by_id = {(face.archive.name, face.id): face for face in read_manifests(data)}
    faces = [by_id[archive, name] for archive, name in json.loads((cache / "faces.json").read_text())]
    has_sketch = np.array([face.sketch is not None for face in faces])
    sketch_of = np.where(has_sketch, np.cumsum(has_sketch) - 1, -1)
    photos, masks, sketches, silhouettes = (
        np.load(cache / f"{name}.npy", mmap_mode="r") for name in ("photos", "masks", "sketches", "silhouettes")
    )
    return Prepared(faces, photos, masks, sketches, silhouettes, sketch_of)


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
