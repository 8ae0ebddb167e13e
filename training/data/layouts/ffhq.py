"""FFHQ (Karras et al. 2019): `images1024x1024/00000/00000.png` or thumbnails, and `ffhq-dataset-v2.json`.

The template is FFHQ's own alignment, so most photos are taken as they stand. The JSON says each photo's licence, author
and 68 points; photos under a licence against changes (ND) are left out. Nobody is known to be in two photos.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from inference.template import FIVE_POINTS, Points
from training.data.faces import Face
from training.data.files import pictures_in, stem
from training.data.layouts.base import Problems

_FOLDERS = ("images1024x1024", "images512x512", "images256x256", "thumbnails128x128")
_JSON = "ffhq-dataset-v2.json"
_EYES, _NOSE, _CORNERS = ((36, 42), (42, 48)), 30, (48, 54)  # in the 68 points of iBUG


class FFHQ:
    name: ClassVar[str] = "ffhq"
    terms: ClassVar[str] = "CC BY-NC-SA 4.0 as a set; photos: each its own, CC BY, BY-NC, CC0 or public domain"

    @staticmethod
    def detect(place: Path) -> bool:
        return any((place / name).is_dir() for name in _FOLDERS)

    @staticmethod
    def read(place: Path, problems: Problems) -> Iterator[Face]:
        folder = next((place / name for name in _FOLDERS if (place / name).is_dir()), place)
        told: dict[str, Any] = json.loads((place / _JSON).read_text()) if (place / _JSON).is_file() else {}
        if not told:
            problems.append(f"ffhq: without {_JSON} no photo's own licence is known")
        refused = 0
        for path in pictures_in(folder):
            row = told.get(str(int(stem(path))), {}) if stem(path).isdigit() else {}
            about = row.get("metadata", {})
            if "-ND" in about.get("license", "").upper() or "NODERIV" in about.get("license", "").upper():
                refused += 1
                continue
            yield Face(
                archive=place,
                id=stem(path),
                set="ffhq",
                person=f"ffhq/{stem(path)}",
                split={"training": "train", "validation": "val"}.get(row.get("category", ""), ""),
                photo=path.relative_to(place).as_posix(),
                landmarks=_five(row.get("image", {}).get("face_landmarks")),
                source=about.get("photo_url", ""),
                terms=_terms(about),
            )
        if refused:
            problems.append(f"ffhq: {refused} photos left out, their licence forbids changes")


def _five(points: list[list[float]] | None) -> Points:
    """Five points in shares of the side, from 68 of the 1024 px photo; the template's where none are told."""
    if not points:
        return FIVE_POINTS
    array = np.array(points, np.float32) / 1024
    eyes = [array[start:stop].mean(0) for start, stop in _EYES]
    return np.stack([*eyes, array[_NOSE], *(array[k] for k in _CORNERS)])


def _terms(about: dict[str, Any]) -> str:
    return f"{about['license']}; {about.get('author', 'author unknown')}" if about.get("license") else FFHQ.terms
