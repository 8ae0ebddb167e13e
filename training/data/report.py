"""What `prepare` found, for people and for programs."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from training.data.faces import SPLITS, Face

_SHOWN = 12


@dataclass(frozen=True)
class Twins:
    """Two faces that are probably one picture or one person; `measure` is how much they agree, 1 at most."""

    one: str
    other: str
    splits: tuple[str, str]
    measure: float

    @property
    def across(self) -> bool:
        return self.splits[0] != self.splits[1]


@dataclass
class Report:
    """`faces` counts by set and split, `terms` names the terms by set, `left_out` counts reasons.

    `unreadable` are pictures that are missing or damaged, by set and file; `grey` counts photos without colour by set.
    `shared` are people in several splits as the sets came; `moved` says whether they were put into one. `pictures` are
    near-duplicates, `people` those whom a recogniser takes for one person though they have two names; None where there
    was no recogniser.
    """

    faces: dict[str, dict[str, int]] = field(default_factory=dict)
    pairs: dict[str, int] = field(default_factory=dict)
    terms: dict[str, list[str]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    grey: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    shared: dict[str, tuple[str, ...]] = field(default_factory=dict)
    moved: bool = False
    pictures: list[Twins] = field(default_factory=list)
    people: list[Twins] | None = None
    merged: bool = False

    def count(self, faces: list[Face]) -> None:
        """Sets, splits, pairs and terms of the faces that were kept."""
        for name in sorted({face.set for face in faces}):
            of_set = [face for face in faces if face.set == name]
            counts = Counter(face.split for face in of_set)
            self.faces[name] = {split: counts[split] for split in SPLITS}
            self.pairs[name] = sum(face.photo is not None and face.sketch is not None for face in of_set)
            self.terms[name] = [terms for terms, _ in Counter(face.terms for face in of_set).most_common(3)]

    def write(self, folder: Path) -> None:
        (folder / "report.txt").write_text(self.as_text() + "\n")
        (folder / "report.json").write_text(json.dumps(asdict(self), indent=2))

    def as_text(self) -> str:
        lines = [f"{'set':16}{'train':>7}{'val':>7}{'test':>7}{'pairs':>7}  terms"]
        for name, counts in self.faces.items():
            terms = "; ".join(terms or "not stated" for terms in self.terms[name])
            numbers = "".join(f"{counts[split]:7}" for split in SPLITS)
            lines.append(f"{name:16}{numbers}{self.pairs[name]:7}  {terms}")
        lines += [f"note: {problem}" for problem in self.problems]
        lines += [f"note: {name}: the generator does not learn from {n} grey photos" for name, n in self.grey.items()]
        lines += [f"left out: {count} x {why}" for why, count in self.left_out.items()]
        if self.unreadable:
            lines.append(f"left out: {len(self.unreadable)} pictures that are missing or damaged")
            lines += [f"  {picture}" for picture in self.unreadable[:_SHOWN]]
        lines += self._shared_lines()
        lines += _twin_lines("pairs of photos are nearly the same picture", "agreement", self.pictures)
        if self.people is None:
            lines.append("one person under two names: not looked for, there is no recogniser (nets/judge.onnx)")
        else:
            lines += _twin_lines("pairs of faces are probably one person under two names", "cosine", self.people)
            if self.people and self.merged:
                lines.append("  they count as one person now")
        return "\n".join(lines)

    def _shared_lines(self) -> list[str]:
        what = "now all in the one held back most" if self.moved else "left as they are"
        head = f"{len(self.shared)} people were in several splits" + (f", {what}" if self.shared else "")
        return [head, *(f"  {person}: {', '.join(splits)}" for person, splits in list(self.shared.items())[:_SHOWN])]


def twins(faces: list[Face], pairs: list[tuple[int, int, float]]) -> list[Twins]:
    return [
        Twins(_name(faces[a]), _name(faces[b]), (faces[a].split, faces[b].split), round(value, 3))
        for a, b, value in pairs
    ]


def _name(face: Face) -> str:
    return f"{face.set}/{face.id}"


def _twin_lines(what: str, unit: str, found: list[Twins]) -> list[str]:
    across = [pair for pair in found if pair.across]
    lines = [f"{len(found)} {what}, {len(across)} of them across splits"]
    return lines + [
        f"  {pair.one} ({pair.splits[0]}) and {pair.other} ({pair.splits[1]}), {unit} {pair.measure:g}"
        for pair in (across or found)[:_SHOWN]
    ]
