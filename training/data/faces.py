"""One face of a set, and its pictures at any size on the template."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from inference.template import FIVE_POINTS, Points, similarity
from training.data.files import Images, Members

Member = Literal["photo", "sketch"]
Split = Literal["train", "val", "test"]
Warp = npt.NDArray[np.float64]
SIZE = 256
SPLITS = ("train", "val", "test")

_ON_TEMPLATE = (0.04, 0.035, 0.025)  # scale, radians, share of the side: nearer than that is aligned already


@dataclass(frozen=True)
class Face:
    """One line of a manifest. `photo`, `sketch` and `mask` are members of `archive`, a ZIP file or a folder.

    `landmarks` are five points of the photo, or of the sketch where there is no photo: eyes, nose, mouth corners, in
    shares of the stored picture's width and height; once a warp is known, in shares of the aligned square. The warps
    (2, 3) lead from pixels of the stored pictures to shares of that square; None where the picture is the square.
    `split` is empty as long as nobody decided. A mask with a `*` in its name is one picture a part.
    """

    archive: Path
    id: str
    set: str
    person: str
    split: str
    photo: str | None = None
    sketch: str | None = None
    mask: str | None = None
    landmarks: Points | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    terms: str = ""
    photo_warp: Warp | None = None
    sketch_warp: Warp | None = None

    @property
    def aligned(self) -> bool:
        return self.landmarks is not None

    @property
    def identity(self) -> str:
        """The person's name within the set."""
        return self.person.removeprefix(f"{self.set}/")


def load_images(faces: list[Face], member: Member, size: int = SIZE) -> Images:
    """(N, size, size, 3) RGB on the template. Raises ValueError for a face without that picture."""
    images = np.empty((len(faces), size, size, 3), np.uint8)
    with Members() as members:
        for k, face in enumerate(faces):
            images[k] = load_aligned(members, face, member, size)
    return images


def load_aligned(members: Members, face: Face, member: Member, size: int = SIZE) -> Images:
    """(size, size, 3). Area interpolation when shrinking, cubic when enlarging."""
    name = face.photo if member == "photo" else face.sketch
    if name is None:
        raise ValueError(f"{face.set}/{face.id} has no {member}.")
    image = members.picture(face.archive, name)
    warp = face.photo_warp if member == "photo" else face.sketch_warp
    if warp is not None:
        return apply_warp(image, warp, size, paper=member == "sketch")
    if image.shape[:2] != (size, size):
        shrinking = image.shape[0] > size
        flags = cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
        image = np.asarray(cv2.resize(image, (size, size), interpolation=flags), np.uint8)
    return image


def apply_warp(image: Images, warp: Warp, size: int, paper: bool = False) -> Images:
    """Through `warp` onto a (size, size, 3) square. What lies outside is mirrored, around a drawing it is paper."""
    matrix = warp * size
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale < 1.0:  # shrink by area first, or fine strokes alias
        height, width = image.shape[:2]
        small = max(1, round(width * scale)), max(1, round(height * scale))
        image = np.asarray(cv2.resize(image, small, interpolation=cv2.INTER_AREA), np.uint8)
        matrix = np.column_stack([matrix[:, 0] * width / small[0], matrix[:, 1] * height / small[1], matrix[:, 2]])
    flags = cv2.INTER_CUBIC if scale > 1.0 else cv2.INTER_LINEAR
    if paper:
        rim = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
        border = tuple(np.median(rim, axis=0).tolist())
        return np.asarray(cv2.warpAffine(image, matrix, (size, size), flags=flags, borderValue=border), np.uint8)
    return np.asarray(cv2.warpAffine(image, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REFLECT), np.uint8)


def warp_by(points: Points) -> Warp:
    """The warp of a picture with those five points, or two eyes, in its pixels."""
    return similarity(points, FIVE_POINTS[: len(points)])


def is_on_template(landmarks: Points) -> bool:
    """Whether a square picture with these points, in shares of its side, need not be warped."""
    warp = warp_by(landmarks)
    scale, turn = float(np.hypot(warp[0, 0], warp[1, 0])), float(np.arctan2(warp[1, 0], warp[0, 0]))
    moved = float(np.abs(warp @ (0.5, 0.5, 1.0) - 0.5).max())
    return all(abs(off) < near for off, near in zip((np.log(scale), turn, moved), _ON_TEMPLATE, strict=True))


def load_eyes(faces: list[Face]) -> Points:
    """(N, 2, 2) in shares of the aligned side; the template's where only the picture was aligned."""
    return np.stack([FIVE_POINTS[:2] if f.landmarks is None else f.landmarks[:2] for f in faces]).astype(np.float32)
