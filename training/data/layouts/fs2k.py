"""FS2K (Fan et al. 2022): `photo/photo1..3`, `sketch/sketch1..3`, `anno_train.json`, `anno_test.json`.

The official halves share people and FS2K names nobody, so everybody counts as a person of their own until the check
for one person under two names finds them.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from training.data.faces import Face
from training.data.files import pictures_in
from training.data.layouts.base import Problems

_ANNOTATIONS = {"train": "anno_train.json", "test": "anno_test.json"}
_VALUES = ("hair", "hair_color", "gender", "earring", "smile", "frontal_face", "style", "lip_color", "eye_color")


class FS2K:
    name: ClassVar[str] = "fs2k"
    terms: ClassVar[str] = "research; photos from the web"

    @staticmethod
    def detect(place: Path) -> bool:
        return (place / _ANNOTATIONS["train"]).is_file() and (place / "photo").is_dir()

    @staticmethod
    def read(place: Path, problems: Problems) -> Iterator[Face]:
        members = {path.relative_to(place).with_suffix("").as_posix(): path for path in pictures_in(place)}
        missing: list[str] = []
        for split, name in _ANNOTATIONS.items():
            if not (place / name).is_file():
                problems.append(f"fs2k: {name} is missing")
                continue
            for row in json.loads((place / name).read_text()):
                face = _face(place, row, split, members)
                if face is None:
                    missing.append(row["image_name"])
                else:
                    yield face
        if missing:
            problems.append(f"fs2k: {len(missing)} annotated photos without file, e.g. {missing[0]}")


def _face(place: Path, row: dict[str, Any], split: str, members: dict[str, Path]) -> Face | None:
    name = row["image_name"]
    photo = members.get(f"photo/{name}")
    sketch = members.get(f"sketch/{name.replace('photo', 'sketch').replace('image', 'sketch')}")
    if photo is None:
        return None
    return Face(
        archive=place,
        id=name,
        set="fs2k",
        person=f"fs2k/{name}",
        split=split,
        photo=photo.relative_to(place).as_posix(),
        sketch=sketch.relative_to(place).as_posix() if sketch else None,
        attributes={key: row[key] for key in _VALUES if key in row},
        terms=FS2K.terms,
    )
