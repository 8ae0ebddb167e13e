"""CelebAMask-HQ (Lee et al. 2020) and with it CelebA-HQ: 1024 px photos, parsing masks by part, 40 attributes.

`CelebA-HQ-to-CelebA-mapping.txt` leads to CelebA's names. Put CelebA's own `identity_CelebA.txt` and
`list_eval_partition.txt` beside it and the faces get their people and CelebA's split. Copies without masks are read as
well: one folder named after the size, and StarGAN v2's (Choi et al. 2020) by split and gender.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from training.data.faces import Face
from training.data.files import pictures_in, stem
from training.data.layouts.base import Problems

_PHOTOS, _MASKS = "CelebA-HQ-img", "CelebAMask-HQ-mask-anno"
_COPIES = tuple(name for size in (1024, 512, 256) for name in (f"data{size}x{size}", f"celeba_hq_{size}"))
_GENDERS = {"female": False, "male": True}
_MAPPING, _ATTRIBUTES = "CelebA-HQ-to-CelebA-mapping.txt", "CelebAMask-HQ-attribute-anno.txt"
_PEOPLE, _PARTITION = "identity_CelebA.txt", "list_eval_partition.txt"
_SPLITS = {"0": "train", "1": "val", "2": "test"}
_A_FOLDER = 2000  # masks


class CelebAHQ:
    name: ClassVar[str] = "celebahq"
    terms: ClassVar[str] = "non-commercial research"

    @staticmethod
    def detect(place: Path) -> bool:
        return any((place / name).is_dir() for name in (_PHOTOS, *_COPIES)) or _is_by_gender(place)

    @staticmethod
    def read(place: Path, problems: Problems) -> Iterator[Face]:
        if not (place / _PHOTOS).is_dir():
            problems.append("celebahq: a copy that names nobody, so every photo counts as a person of its own")
            yield from _by_gender(place) if _is_by_gender(place) else _flat(place)
            return
        original = {row[0]: row[2] for row in _table(place / _MAPPING) if row[0].isdigit()}
        people = {row[0]: row[1] for row in _table(place / _PEOPLE)}
        partition = {row[0]: row[1] for row in _table(place / _PARTITION)}
        attributes = _attributes(place / _ATTRIBUTES)
        if not people:
            problems.append(f"celebahq: without {_PEOPLE} every photo counts as a person of its own")
        for path in sorted(pictures_in(place / _PHOTOS), key=lambda path: (len(path.name), path.name)):
            number = stem(path)
            celeba = original.get(number, "")
            yield Face(
                archive=place,
                id=number,
                set="celebahq",
                person=f"celebahq/{people.get(celeba, f'photo-{number}')}",
                split=_SPLITS.get(partition.get(celeba, ""), ""),
                photo=path.relative_to(place).as_posix(),
                mask=_mask(place, number),
                attributes=attributes.get(path.name, {}),
                source=celeba,
                terms=CelebAHQ.terms,
            )


def _is_by_gender(place: Path) -> bool:
    """StarGAN v2's pictures are numbered: anybody may sort their own into such folders."""
    folders = [pictures_in(place / "train" / gender) for gender in _GENDERS]
    return all(folders) and all(stem(path).isdigit() for folder in folders for path in folder)


def _by_gender(place: Path) -> Iterator[Face]:
    for split in ("train", "val", "test"):
        for gender, male in _GENDERS.items():
            for path in pictures_in(place / split / gender):
                yield _of_a_copy(place, path, split, {"Male": male})


def _flat(place: Path) -> Iterator[Face]:
    """Of copies in several sizes the largest."""
    folder = next(place / name for name in _COPIES if (place / name).is_dir())
    for path in pictures_in(folder):
        yield _of_a_copy(place, path, "", {})


def _of_a_copy(place: Path, path: Path, split: str, attributes: dict[str, bool]) -> Face:
    number = stem(path)
    return Face(
        archive=place,
        id=number,
        set="celebahq",
        person=f"celebahq/photo-{number}",
        split=split,
        photo=path.relative_to(place).as_posix(),
        attributes=dict(attributes),
        terms=CelebAHQ.terms,
    )


def _mask(place: Path, number: str) -> str | None:
    """A mask is one picture a part, two thousand faces a folder."""
    if not number.isdigit():
        return None
    name = f"{_MASKS}/{int(number) // _A_FOLDER}/{int(number):05d}_*.png"
    return name if (place / name.replace("*", "skin")).exists() else None


def _table(path: Path) -> list[list[str]]:
    return [line.split() for line in path.read_text().splitlines() if line.strip()] if path.is_file() else []


def _attributes(path: Path) -> dict[str, dict[str, bool]]:
    """By file name; 1 and -1 in the file, the count and the names of the attributes above them."""
    rows = _table(path)
    if len(rows) < 3:
        return {}
    names = rows[1]
    return {row[0]: dict(zip(names, (value == "1" for value in row[1:]), strict=True)) for row in rows[2:]}
