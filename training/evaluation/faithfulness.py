"""Does the face keep to the drawing? Landmarks of both, and the face drawn again beside the sketch."""

import numpy as np
import numpy.typing as npt

from inference.paper import normalise_ink
from training.data import Images
from training.evaluation.bench import Bench, TestSet
from training.evaluation.detector import Points, apart, was_found
from training.evaluation.intervals import mean_of
from training.evaluation.report import Column, Figure, Row, Section, Table
from training.evaluation.resketch import ink_agreement, resketch
from training.evaluation.similarity import gray_of

EYES_WITHIN = 5.0  # px at 256 x 256
_HEAD = (Column("set", "set", None), Column("what", "what", None), Column("images", "images", 0))
_FINDER, _DETECTOR = "the product's face finder", "the detector"
_LANDMARKS = (
    *_HEAD,
    Column("by", "sketch's points by", None), Column("found", "both found"),
    Column("eyes", "eyes", 2, "px", interval=True), Column("nose", "nose", 2, "px"), Column("mouth", "mouth", 2, "px"),
    Column("relative", "all five", 3, "eye distances", interval=True),
    Column("p95", "worse eye, 95th percentile", 2, "px"), Column("within", f"both eyes within {EYES_WITHIN:g} px"),
)  # fmt: skip
_INK = (*_HEAD, Column("agreement", "ink agreement", interval=True))
_LANDMARK_NOTE = (
    "Pixels at 256 x 256. In photos and faces the points are the detector's (YuNet, four looks at 512 px). In sketches "
    "they are those of the product's own finder, which learned from drawings; the detector sees drawings less well and "
    "has a row for comparison. The photo's row is the artist's departure from the photo. Distances are of those in "
    "which both were found; a face that was not found counts as not within."
)
_INK_NOTE = (
    "The picture drawn again by one fixed filter (XDoG), and correlated with the sketch's ink, both blurred by 2 px. "
    "The photo's row is what the true photo scores; another person's face says what any face would."
)


def measure_faithfulness(bench: Bench) -> Section:
    landmarks: list[Row] = []
    ink: list[Row] = []
    for test in bench.sets:
        if bench.detector:
            landmarks += _landmark_rows(bench, test)
        ink += _ink_rows(test)
    tables = [Table("ink", "Drawn again", _INK, ink, _INK_NOTE, _own(ink))]
    figures: list[Figure] = []
    if bench.detector:
        tables.insert(0, Table("landmarks", "Landmarks", _LANDMARKS, landmarks, _LANDMARK_NOTE, _own(landmarks)))
        figures += _found_in_unselected(bench)
    return Section("faithfulness", "Faithfulness to the sketch", tables=tables, figures=figures)


def eyes_kept(drawn: Points, made: Points) -> npt.NDArray[np.bool_]:
    """(N,) whether both eyes lie within 5 px; False where a face was not found."""
    worse = apart(drawn, made)[:, :2].max(1)
    return np.asarray(np.nan_to_num(worse, nan=np.inf) <= EYES_WITHIN)


def _landmark_rows(bench: Bench, test: TestSet) -> list[Row]:
    """Each row with what found the sketch's points."""
    points = bench.points[test.name]
    rows = [
        ("photo", _FINDER, points["drawn"], points["photo"]),
        ("face", _FINDER, points["drawn"], points["made"]),
        ("face", _DETECTOR, points["sketch"], points["made"]),
    ]
    return [_landmark_row(test, what, drawn, made) | {"by": by} for what, by, drawn, made in rows]


def _landmark_row(test: TestSet, what: str, drawn: Points, made: Points) -> Row:
    both = was_found(drawn) & was_found(made)
    row: Row = {"set": test.name, "what": what, "images": len(both), "found": float(both.mean())}
    if not both.any():
        return row | {"within": 0.0}
    distance = apart(drawn, made)[both]
    eye_distance = np.linalg.norm(drawn[both, 1] - drawn[both, 0], axis=1)
    people = [person for person, seen in zip(test.people, both, strict=True) if seen]
    row |= mean_of(distance[:, :2].mean(1), people).row("eyes")
    row |= mean_of(distance.mean(1) / eye_distance, people).row("relative")
    return row | {
        "nose": float(distance[:, 2].mean()), "mouth": float(distance[:, 3:].mean()),
        "p95": float(np.percentile(distance[:, :2].max(1), 95)), "within": float(eyes_kept(drawn, made).mean()),
    }  # fmt: skip


def _found_in_unselected(bench: Bench) -> list[Figure]:
    """Of the test faces that nobody chose."""
    chosen = [(bench.points[test.name], k) for test, k in bench.unselected]
    drawn, made = (np.stack([points[what][k] for points, k in chosen]) for what in ("drawn", "made"))
    found, kept = was_found(made), eyes_kept(drawn, made)
    count = len(chosen)
    aim = f"{count} of {count}"
    return [
        Figure(f"Faces found by the detector, {count} unselected", f"{found.sum()} of {count}", aim, bool(found.all())),
        Figure(
            f"Both eyes within {EYES_WITHIN:g} px of the sketch's (at 256 px), the same {count}",
            f"{kept.sum()} of {count}", aim, bool(kept.all()),
        ),
    ]  # fmt: skip


def _ink_rows(test: TestSet) -> list[Row]:
    drawings = [normalise_ink(gray_of(sketch)) for sketch in test.sketches]
    others = np.roll(test.made, max(1, len(test.faces) // 2), axis=0)
    candidates: dict[str, Images] = {"photo": test.photos, "another's face": others, "face": test.made}
    rows: list[Row] = []
    for what, pictures in candidates.items():
        values = [ink_agreement(drawing, resketch(x)) for drawing, x in zip(drawings, pictures, strict=True)]
        row: Row = {"set": test.name, "what": what, "images": len(values)}
        row |= mean_of(values, test.people).row("agreement")
        rows.append(row)
    return rows


def _own(rows: list[Row]) -> tuple[int, ...]:
    return tuple(k for k, row in enumerate(rows) if row["what"] == "face")
