"""Your own pictures: `photos/` and `sketches/` with equal names, either of them optional.

In a sub-folder, pictures are of the person the sub-folder is named after; otherwise of the person whose name the
picture has.
"""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from training.data.faces import Face
from training.data.files import pictures_in, stem
from training.data.layouts.base import Problems

_PHOTOS = ("photos", "photo")
_SKETCHES = ("sketches", "sketch")
LAY_OUT = "put photos into a folder photos there, drawings into a folder sketches"


class Plain:
    name: ClassVar[str] = "folder"
    terms: ClassVar[str] = "yours"

    @staticmethod
    def detect(place: Path) -> bool:
        return bool(_folder(place, _PHOTOS) or _folder(place, _SKETCHES))

    @staticmethod
    def read(place: Path, problems: Problems) -> Iterator[Face]:
        name_of_set = place.resolve().name  # `.` has none
        photos, sketches = _by_key(place, _PHOTOS, problems), _by_key(place, _SKETCHES, problems)
        if not photos and not sketches:
            raise ValueError(f"{place}: {LAY_OUT}.")
        if photos and sketches and not photos.keys() & sketches.keys():
            problems.append(f"{name_of_set}: no sketch has the name of a photo; all stand alone")
        for key in sorted(photos.keys() | sketches.keys()):
            folder, _, name = key.rpartition("/")
            yield Face(
                archive=place,
                id=key,
                set=name_of_set,
                person=f"{name_of_set}/{folder or name}",
                split="",
                photo=photos.get(key),
                sketch=sketches.get(key),
                terms=Plain.terms,
            )


def _folder(place: Path, names: tuple[str, ...]) -> Path | None:
    """The sub-folder of one of the names, in whatever case."""
    folders = {path.name.lower(): path for path in sorted(place.iterdir()) if path.is_dir()} if place.is_dir() else {}
    return next((folders[name] for name in names if name in folders), None)


def _by_key(place: Path, names: tuple[str, ...], problems: Problems) -> dict[str, str]:
    """Member by `sub-folder/stem`; of two pictures with one key the first."""
    root = _folder(place, names)
    members: dict[str, str] = {}
    if root is None:
        return members
    for path in pictures_in(root):
        folder = unicodedata.normalize("NFC", path.parent.relative_to(root).as_posix())
        member = path.relative_to(place).as_posix()
        if members.setdefault((Path(folder) / stem(path)).as_posix(), member) != member:
            problems.append(f"{place.resolve().name}: {member} left out, another picture has its name")
    return members
