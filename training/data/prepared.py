"""What `prepare` wrote, as the trainers read it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from training.data.faces import Face, load_eyes
from training.data.files import Images
from training.data.manifest import read_cache

ARRAYS = ("photos", "regions", "colours", "sketches", "silhouettes")
_OF_DRAWINGS = ("sketches", "silhouettes")


@dataclass(frozen=True)
class Prepared:
    """Photos (N, 256, 256, 3) RGB, soft masks of person, skin and hair in them (N, 3, 256, 256), CIELAB colours of
    skin, hair and irises (N, 3, 3), NaN where unknown; sketches (M, 256, 256) with normalised ink and the silhouettes
    drawn in them (M, 256, 256).

    `eyes` (N, 2, 2) lie in shares of the photos' side; `sketch_of[n]` is the row in `sketches` and `silhouettes` of
    face n, or -1. A face without a photo has a black row in `photos`, no region and no colour.
    """

    faces: list[Face]
    photos: Images
    regions: Images
    colours: npt.NDArray[np.float32]
    sketches: Images
    silhouettes: Images
    eyes: npt.NDArray[np.float32]
    sketch_of: npt.NDArray[np.int64]

    def rows(
        self,
        split: str,
        with_sketch: bool | None = None,
        sets: tuple[str, ...] = (),
        with_photo: bool | None = True,
    ) -> npt.NDArray[np.int64]:
        """Indices of the faces of a split, of all sets or the named ones; None means either."""
        chosen = [
            k
            for k, face in enumerate(self.faces)
            if face.split == split
            and (not sets or face.set in sets)
            and (with_sketch is None or (face.sketch is not None) == with_sketch)
            and (with_photo is None or (face.photo is not None) == with_photo)
        ]
        return np.array(chosen, np.int64)


def load_prepared(data: Path, cache: Path) -> Prepared:
    """The arrays of `prepare`, memory-mapped. The data folder itself is only read for the originals, if at all.

    Raises FileNotFoundError when `prepare` has not run, ValueError when it did not come to its end.
    """
    faces = read_cache(cache, data)
    has_sketch = np.array([face.sketch is not None for face in faces])
    sketch_of = np.where(has_sketch, np.cumsum(has_sketch) - 1, -1)
    lengths = dict.fromkeys(ARRAYS, len(faces)) | dict.fromkeys(_OF_DRAWINGS, int(has_sketch.sum()))
    arrays = {name: _load(cache / f"{name}.npy", length) for name, length in lengths.items()}
    return Prepared(faces, eyes=load_eyes(faces), sketch_of=sketch_of, **arrays)


def _load(path: Path, length: int) -> npt.NDArray[Any]:
    try:
        array: npt.NDArray[Any] = np.load(path, mmap_mode="r")
        found = f"{len(array)} rows and not {length}"
    except (OSError, ValueError) as error:
        found = str(error)
    else:
        if len(array) == length:
            return array
    raise ValueError(
        f"{path} does not belong to the manifest beside it ({found}): run `python -m training prepare` again."
    )
