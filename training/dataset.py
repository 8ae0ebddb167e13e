"""Sets of aligned faces: ZIP files with a `manifest.jsonl`, read once into uint8 arrays."""

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from inference.template import FIVE_POINTS, similarity

Images = npt.NDArray[np.uint8]
Split = Literal["train", "val", "test"]
SIZE = 256
_EYES_APART = float(FIVE_POINTS[1, 0] - FIVE_POINTS[0, 0])


@dataclass(frozen=True)
class Face:
    """One manifest line. `photo` and `sketch` are member names in `archive`."""

    archive: Path
    id: str
    set: str
    person: str
    split: str
    photo: str
    sketch: str | None
    mask: str | None
    landmarks: npt.NDArray[np.float32] | None
    attributes: dict[str, Any]
    source: str

    @property
    def aligned(self) -> bool:
        return self.landmarks is not None


def read_manifests(folder: Path) -> list[Face]:
    """Every face of every `*.zip` of `folder`, in file order. Raises FileNotFoundError when there is none."""
    archives = sorted(folder.glob("*.zip"))
    if not archives:
        raise FileNotFoundError(f"No data set (*.zip with a manifest.jsonl) in {folder}. Name the folder with --data.")
    return [face for archive in archives for face in _read_manifest(archive)]


def _read_manifest(archive: Path) -> list[Face]:
    with zipfile.ZipFile(archive) as file:
        rows = [json.loads(line) for line in file.read("manifest.jsonl").splitlines()]
    return [
        Face(
            archive=archive,
            id=row["id"],
            set=row["set"],
            person=f"{row['set']}/{row['identity']}",
            split=row["split"],
            photo=row["photo"],
            sketch=row.get("sketch"),
            mask=row.get("mask"),
            landmarks=np.array(row["landmarks"], np.float32) if "landmarks" in row else None,
            attributes=row.get("attributes", {}),
            source=str(row.get("source", "")),
        )
        for row in rows
    ]


def load_images(faces: list[Face], member: Literal["photo", "sketch"], size: int = SIZE) -> Images:
    """(N, size, size, 3) RGB. Area interpolation when shrinking, cubic when enlarging."""
    images = np.empty((len(faces), size, size, 3), np.uint8)
    opened: dict[Path, zipfile.ZipFile] = {}
    try:
        for k, face in enumerate(faces):
            if face.archive not in opened:
                opened[face.archive] = zipfile.ZipFile(face.archive)
            images[k] = _load_aligned(opened[face.archive], face, member, size)
    finally:
        for archive in opened.values():
            archive.close()
    return images


def load_eyes(faces: list[Face]) -> npt.NDArray[np.float32]:
    """(N, 2, 2) of the photos in shares of the side; the template's where only the picture was aligned."""
    eyes = np.tile(FIVE_POINTS[:2], (len(faces), 1, 1))
    for k, face in enumerate(faces):
        if face.landmarks is not None:
            # Landmarks are in pixels of a photo that is already on the template: its side follows from the eyes.
            apart = float(np.linalg.norm(face.landmarks[1] - face.landmarks[0]))
            side = min((128, 256, 512, 1024), key=lambda size: abs(apart / size - _EYES_APART))
            eyes[k] = face.landmarks[:2] / side
    return eyes


def _load_aligned(archive: zipfile.ZipFile, face: Face, member: str, size: int) -> Images:
    name = getattr(face, member)
    image = np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("RGB"))
    if image.shape[0] != size:
        shrinking = image.shape[0] > size
        image = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC)
    return image.astype(np.uint8, copy=False)


def align_by_points(image: Images, points: npt.NDArray[np.float32], size: int) -> Images:
    """Warps `image` so that its five points fall on the template; outside the picture is mirrored."""
    matrix = similarity(points, FIVE_POINTS * size)
    return np.asarray(cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT))
