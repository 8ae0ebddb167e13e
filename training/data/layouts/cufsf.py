"""CUFSF, the CUHK Face Sketch FERET database (Zhang et al. 2011): sketches, and FERET's photos got separately.

`original_sketch/` or `cropped_sketch/` as CUHK gives them, FERET's photos anywhere beside them (also `.ppm.bz2`). A
photo belongs to the sketch that has its name, or else to the sketch in its place in
`names_of_photos_used_for_drawing_sketches.txt`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from training.data.faces import Face
from training.data.files import pictures_in, stem
from training.data.layouts.base import Problems

_SKETCHES = ("cropped_sketch", "original_sketch")
_LIST = "names_of_photos_used_for_drawing_sketches.txt"


class CUFSF:
    name: ClassVar[str] = "cufsf"
    terms: ClassVar[str] = "research only; photos: FERET release agreement"

    @staticmethod
    def detect(place: Path) -> bool:
        return any((place / name).is_dir() for name in _SKETCHES)

    @staticmethod
    def read(place: Path, problems: Problems) -> Iterator[Face]:
        folders = [place / name for name in _SKETCHES if (place / name).is_dir()]
        if not folders:
            raise ValueError(f"There is neither {_SKETCHES[0]} nor {_SKETCHES[1]} in {place}.")
        sketches = pictures_in(folders[0])
        photos = {stem(p).lower(): p for p in pictures_in(place) if not any(p.is_relative_to(f) for f in folders)}
        listed = _listed(place, sketches)
        missing = 0
        for sketch in sketches:
            name = stem(sketch).lower()
            photo = photos.get(name) or photos.get(listed.get(name, ""))
            missing += photo is None
            yield Face(
                archive=place,
                id=stem(sketch),
                set="cufsf",
                person=f"cufsf/{(stem(photo) if photo else name)[:5]}",  # FERET's names begin with the person
                split="",
                photo=photo.relative_to(place).as_posix() if photo else None,
                sketch=sketch.relative_to(place).as_posix(),
                terms=CUFSF.terms,
            )
        if missing:
            problems.append(f"cufsf: {missing} sketches without their FERET photo")


def _listed(place: Path, sketches: list[Path]) -> dict[str, str]:
    """The photo's name by the sketch's; empty where the list is missing or of another length."""
    if not (place / _LIST).is_file():
        return {}
    names = [stem(Path(line.strip())).lower() for line in (place / _LIST).read_text().splitlines() if line.strip()]
    return dict(zip((stem(s).lower() for s in sketches), names, strict=True)) if len(names) == len(sketches) else {}
