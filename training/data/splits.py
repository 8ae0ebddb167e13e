"""Train, validation and test: by person, the same every time, and nobody in two of them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from training.data.faces import SPLITS, Face

Shared = Mapping[str, tuple[str, ...]]
"""People who are in several splits, with these splits."""


@dataclass(frozen=True)
class Fractions:
    """Shares of the people; they add up to 1."""

    train: float = 0.8
    val: float = 0.1
    test: float = 0.1

    @classmethod
    def parse(cls, text: str) -> "Fractions":
        """From "80,10,10" or "0.8,0.1,0.1". Raises ValueError for anything but three shares."""
        parts = [float(part) for part in text.split(",")]
        if len(parts) != 3 or min(parts) < 0 or sum(parts) <= 0:
            raise ValueError(f"{text!r}: three shares are needed, for train, val and test, e.g. 80,10,10.")
        return cls(*(part / sum(parts) for part in parts))

    def of(self, person: str) -> str:
        """By a hash of the name, so that it stays when others come or go."""
        place = int.from_bytes(hashlib.sha256(person.encode()).digest()[:8]) / 2**64
        return "train" if place < self.train else "val" if place < self.train + self.val else "test"


def assign(faces: list[Face], fractions: Fractions) -> list[Face]:
    """A split for every face that has none: that of the person's other faces, else by hash."""
    known = {face.person: face.split for face in faces if face.split}
    return [f if f.split else replace(f, split=known.get(f.person) or fractions.of(f.person)) for f in faces]


def find_shared(faces: list[Face]) -> Shared:
    """By person, in the order of the splits."""
    of_person: dict[str, set[str]] = {}
    for face in faces:
        of_person.setdefault(face.person, set()).add(face.split)
    return {p: tuple(s for s in SPLITS if s in found) for p, found in of_person.items() if len(found) > 1}


def separate(faces: list[Face], shared: Shared) -> list[Face]:
    """Everything of a shared person goes to the split that is held back most: test before val before train."""
    return [replace(f, split=shared[f.person][-1]) if f.person in shared else f for f in faces]


def merge_people(faces: list[Face], pairs: list[tuple[int, int]]) -> list[Face]:
    """Faces that are linked by pairs of indices, also over several others, get the name of the first one's person."""
    parent: dict[str, str] = {}

    def root(person: str) -> str:
        while (above := parent.get(person, person)) != person:
            person = above
        return person

    for a, b in pairs:
        one, other = sorted((root(faces[a].person), root(faces[b].person)))
        parent[other] = one
    return [replace(face, person=root(face.person)) for face in faces]
