"""Your own pictures: `photos/` and `sketches/` with equal names, either of them optional.

In a sub-folder, pictures are of the person the sub-folder is named after; otherwise of the person whose name the
picture has.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from training.data.faces import Face
from training.data.files import pictures_in, stem
from training.data.layouts.base import Problems

_PHOTOS = ("photos", "photo")
_SKETCHES = ("sketches", "sketch")


class Plain:
    name: ClassVar[str] = "folder"
    terms: ClassVar[str] = "yours"

    @staticmethod
    def detect(place: Path) -> bool:
        return place.is_dir() and any((place / name).is_dir() for name in (*_PHOTOS, *_SKETCHES))

    @staticmethod
    def read(place: Path, problems: Problems) -> Iterator[Face]:
        photos, sketches = _by_key(place, _PHOTOS), _by_key(place, _SKETCHES)
        if photos and sketches and not photos.keys() & sketches.keys():
            problems.append(f"{place.name}: no sketch has the name of a photo; all stand alone")
        for key in sorted(photos.keys() | sketches.keys()):
            folder, _, name = key.rpartition("/")
            yield Face(
                archive=place,
                id=key,
                set=place.name,
                person=f"{place.name}/{folder or name}",
                split="",
                photo=photos.get(key),
                sketch=sketches.get(key),
                terms=Plain.terms,
            )


def _by_key(place: Path, names: tuple[str, ...]) -> dict[str, str]:
    """Member by `sub-folder/stem`."""
    root = next((place / name for name in names if (place / name).is_dir()), None)
    if root is None:
        return {}
    return {
        (path.parent.relative_to(root) / stem(path)).as_posix(): path.relative_to(place).as_posix()
        for path in pictures_in(root)
    }
