"""Whom does it serve worse? Identity and skin by gender and ethnicity."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.data import Face, Images, load_images, load_prepared
from training.evaluation.bench import Bench
from training.evaluation.damage import deform
from training.evaluation.intervals import mean_of
from training.evaluation.judge import cosines, hits_by_person
from training.evaluation.labels import labels_of
from training.evaluation.mean_photo import mean_photo
from training.evaluation.regions import lab_distance, mean_lab
from training.evaluation.report import Column, Row, Section, Table
from training.evaluation.resketch import resketch

_FEW = 20
_LOOSE = 3.0  # px at 256
_COLUMNS = (
    Column("group", "group", None), Column("images", "images", 0), Column("people", "people", 0),
    Column("mean_photo", "mean photo's cosine"), Column("sketch", "sketch's cosine"),
    Column("cosine", "face's cosine", interval=True), Column("rank1", "rank-1", interval=True),
    Column("lightness", "skin L, face less photo", 1, interval=True),
    Column("colour", "skin, CIELAB distance", 1, interval=True),
    Column("few", "", None),
)  # fmt: skip
_NOTE = (
    "Labels are the sets' own. Rank-1: among all photos of the table. Skin: the fixed region of the aligned face; "
    "above 0 is lighter than the photo. A sketch without controls cannot tell the skin's tone: these columns show "
    "whose is missed."
)


@dataclass(frozen=True)
class Groups:
    """What one table is made of; `labels` (N,) dictionaries of kind -> group."""

    people: Sequence[str]
    labels: Sequence[dict[str, str]]
    mean_photo: npt.NDArray[np.float32]
    sketch: npt.NDArray[np.float32]
    face: npt.NDArray[np.float32]
    hit: npt.NDArray[np.bool_]
    skin: npt.NDArray[np.float64]
    photo_skin: npt.NDArray[np.float64]


def measure_fairness(bench: Bench) -> Section:
    tables = [table for table in (_real(bench), _synthetic(bench)) if table is not None]
    return Section("fairness", "Fairness", tables=tables)


def rows_by_group(groups: Groups) -> list[Row]:
    """Everybody first, then by gender, by ethnicity, by both."""
    rows = [_row("everybody", groups, np.ones(len(groups.people), bool))]
    for kind in ("gender", "ethnicity", "both"):
        named = np.array([labels.get(kind, "") for labels in groups.labels])
        rows += [_row(name, groups, named == name) for name in sorted(set(named.tolist()) - {""})]
    return rows


def gap(rows: list[Row], groups: Sequence[str], key: str, name: str, digits: int) -> str:
    """One sentence: the largest difference of a mean between the named groups that are not too small."""
    means = {str(row["group"]): float(row[key] or 0) for row in rows if row["group"] in groups and not row["few"]}
    if len(means) < 2:
        return ""
    worst, best = min(means, key=lambda group: means[group]), max(means, key=lambda group: means[group])
    return f" Largest gap of {name}: {means[best] - means[worst]:.{digits}f} ({best} over {worst})."


def _unlabelled(faces: Sequence[Face], then: str = "They count for everybody alone.") -> str:
    """Of sets that label people, how many faces have no label that is understood."""
    count = sum(not labels_of(face) for face in faces)
    return f" Faces without a label that is understood: {count}. {then}" if count else ""


def _gaps(rows: list[Row], groups: Sequence[str]) -> str:
    cosine = gap(rows, groups, "cosine", "the face's cosine", 3)
    return cosine + gap(rows, groups, "lightness", "the skin's lightness beside the photo's", 1)


def _row(name: str, groups: Groups, inside: npt.NDArray[np.bool_]) -> Row:
    people = [person for person, chosen in zip(groups.people, inside, strict=True) if chosen]
    row: Row = {"group": name, "images": int(inside.sum()), "people": len(set(people))}
    row["few"] = "few" if len(set(people)) < _FEW else ""
    row["mean_photo"] = float(groups.mean_photo[inside].mean())
    row["sketch"] = float(groups.sketch[inside].mean())
    row |= mean_of(groups.face[inside], people).row("cosine")
    row |= mean_of(groups.hit[inside], people).row("rank1")
    row |= mean_of((groups.skin - groups.photo_skin)[inside, 0], people).row("lightness")
    return row | mean_of(lab_distance(groups.skin, groups.photo_skin)[inside], people).row("colour")


def _real(bench: Bench) -> Table | None:
    test = next((test for test in bench.sets if any(labels_of(face) for face in test.faces)), None)
    if test is None:
        return None
    labels = [labels_of(face) for face in test.faces]
    hit = hits_by_person(test.seen["made"], test.seen["photo"], test.people)
    skin, photo_skin = mean_lab(test.made), mean_lab(test.photos)
    mean = bench.mean_cosine[test.name]
    groups = Groups(test.people, labels, mean, test.sketch_cosine, test.cosine, hit, skin, photo_skin)
    rows = rows_by_group(groups)
    note = "" if any("ethnicity" in own for own in labels) else "The set labels no ethnicity."
    note += _unlabelled(test.faces) + _gaps(rows, [str(row["group"]) for row in rows[1:]])
    note += f" Mean photo: {bench.mean_photos[test.name].name}. {_NOTE}"
    return Table("real", f"Real pairs: {test.name}, {test.split} split, artists' sketches", _COLUMNS, rows, note)


def _synthetic(bench: Bench) -> Table | None:
    possible = [f for f in bench.faces if f.split == "val" and f.photo and f.aligned and not f.sketch]
    chosen = [face for face in possible if labels_of(face)]
    if not chosen:
        return None
    labelled = Counter(face.set for face in chosen)
    photos = load_images(chosen, "photo")
    people = _people_masks(bench, chosen)
    masks: Sequence[Images | None] = people or [None] * len(chosen)
    drawings = [resketch(photo, mask) for photo, mask in zip(photos, masks, strict=True)]
    # A filter traces, which no hand does.
    loosened = [
        deform(np.repeat(d[..., None], 3, axis=-1), _LOOSE, np.random.default_rng((bench.seed, k)))
        for k, d in enumerate(drawings)
    ]
    sketches = np.stack(loosened)
    rows = rows_by_group(_synthetic_groups(bench, chosen, photos, sketches))
    kind = {labels["ethnicity"] for f in chosen if "ethnicity" in (labels := labels_of(f))}
    cut = "cut out by the trainer's masks" if people else "with their backgrounds, as `prepare` has not run"
    sets = ", ".join(f"{count} {name}" for name, count in labelled.items())
    note = f"Not artists' sketches: lines of one fixed filter (XDoG) from validation photos ({sets}), {cut}; then "
    note += f"deformed by {2 * _LOOSE:g} px at 512, as hands do not trace."
    note += _unlabelled([face for face in possible if face.set in labelled], "They are left out.")
    note += _gaps(rows, sorted(kind)) + " Mean photo: that of these photos."
    note += f" 'few' marks groups under {_FEW} people, left out of the gap. {_NOTE}"
    return Table("synthetic", "Synthetic sketches of labelled validation photos", _COLUMNS, rows, note)


def _synthetic_groups(bench: Bench, chosen: list[Face], photos: Images, sketches: Images) -> Groups:
    made = bench.renderer.faces(sketches)
    if bench.renderer.restores:
        made = bench.renderer.restored(made)
    mean = mean_photo(photos[:0], photos, "val").repeated(1)
    drawn, seen, true, nobody = (bench.embed(stack) for stack in (sketches, made, photos, mean))
    names = [face.person for face in chosen]
    labels = [labels_of(face) for face in chosen]
    return Groups(
        names, labels, cosines(nobody, true), cosines(drawn, true), cosines(seen, true),
        hits_by_person(seen, true, names), mean_lab(made), mean_lab(photos),
    )  # fmt: skip


def _people_masks(bench: Bench, chosen: list[Face]) -> list[Images] | None:
    """(256, 256) masks of the person from the prepared arrays, None where there are none."""
    if not Path(bench.cache / "manifest.jsonl").exists():
        return None
    prepared = load_prepared(bench.data, bench.cache)
    rows = {(face.set, face.id): k for k, face in enumerate(prepared.faces)}
    if not all((face.set, face.id) in rows for face in chosen):
        return None
    return [np.array(prepared.regions[rows[face.set, face.id], 0]) for face in chosen]
