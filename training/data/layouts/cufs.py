"""CUFS, the CUHK Face Sketch database (Wang and Tang 2009): its students, AR and XM2VTS parts.

Photos lie in a folder whose name begins with "photo" or ends in "photo(s)", sketches likewise, in whichever folders
the parts were unpacked: `photo/f-005-01.jpg` and `sketch/F2-005-01-sz1.jpg`, or `CUHK_training_cropped_photos/`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from training.data.faces import Face
from training.data.files import pictures_in, stem
from training.data.layouts.base import Problems

_STUDENT = re.compile(r"^[fm]\d*-\d{3}-\d{2}$")
_PART = re.compile(r"((?<![a-z])ar(?![a-z])|xm2vts|cuhk|student)", re.IGNORECASE)
_FOLDER = re.compile(r"photo|sketch|cufs|cuhk|student|xm2vts|^ar$", re.IGNORECASE)
STANDARD = (88, 100)
"""Students in the training and the testing half of the literature, in the order of their names."""


class CUFS:
    name: ClassVar[str] = "cufs"
    terms: ClassVar[str] = "research only"

    @staticmethod
    def detect(place: Path) -> bool:
        if not place.is_dir():
            return False
        folders = {path.relative_to(place).parts[0] for path in pictures_in(place) if path.parent != place}
        known = all(_FOLDER.search(folder) for folder in folders)
        return known and any(re.search(r"-sz\d$", stem(path).lower()) for path in pictures_in(place))

    @staticmethod
    def read(place: Path, problems: Problems) -> Iterator[Face]:
        photos, sketches = _sorted_out(place)
        if not sketches:
            raise ValueError(f"There is no CUFS sketch in {place}: unpack its photo and sketch folders there.")
        alone = sorted(sketches.keys() - photos.keys())
        if alone:
            problems.append(f"cufs: {len(alone)} sketches without a photo of that name, e.g. {alone[0]}")
        for key in sorted(photos.keys() | sketches.keys()):
            pair = [one[key].relative_to(place).as_posix() if key in one else None for one in (photos, sketches)]
            yield Face(
                archive=place,
                id=key,
                set="cufs",
                person=f"cufs/{key}",
                split=_half(photos.get(key, sketches.get(key, place)).relative_to(place)),
                photo=pair[0],
                sketch=pair[1],
                attributes={"part": _part(key, place)},
                terms=CUFS.terms,
            )


def standard_split(faces: list[Face]) -> list[str]:
    """The literature's halves of the students, by name where the folders do not tell; other parts are not split."""
    students = sorted(face.id for face in faces if _STUDENT.match(face.id))
    first = set(students[: STANDARD[0]])
    last = set(students[-STANDARD[1] :]) - first
    return [face.split or ("train" if face.id in first else "test" if face.id in last else "") for face in faces]


def _sorted_out(place: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    """Photos and sketches by the name they share. Cropped ones, of which there are both, win over whole pages."""
    photos: dict[str, Path] = {}
    sketches: dict[str, Path] = {}
    for path in sorted(pictures_in(place), key=lambda path: "crop" not in str(path.relative_to(place)).lower()):
        folder = path.parent.relative_to(place).as_posix().lower()
        target = sketches if "sketch" in folder or "-sz" in path.name.lower() else photos if "photo" in folder else None
        if target is not None:
            target.setdefault(_key(path), path)
    return photos, sketches


def _key(path: Path) -> str:
    """`F2-005-01-sz1` and `f-005-01` are the same person: the sketch's file says on which sheet it was."""
    name = re.sub(r"(-sz\d)$", "", stem(path).lower().removeprefix("sketch-"))
    return re.sub(r"^([fm])2-", r"\1-", name)


def _half(path: Path) -> str:
    """What CUHK's own folders say, within the set: others may lie above it."""
    folder = str(path.parent).lower()
    return "train" if "training" in folder else "test" if "testing" in folder else ""


def _part(key: str, place: Path) -> str:
    if _STUDENT.match(key):
        return "student"
    found = _PART.search(place.resolve().name)
    return found.group(1).lower() if found else "other"
