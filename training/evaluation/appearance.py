"""Do the appearance controls do what they say, and nothing else?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from training.data import Images
from training.evaluation.bench import Bench
from training.evaluation.detector import Detector, Points, apart
from training.evaluation.recoloured import moves_by_colour
from training.evaluation.regions import mean_lab
from training.evaluation.report import Column, Figure, Row, Section, Table

OBEYED = 0.95
_REPEATS = 4
Floats = npt.NDArray[np.float64]
_COLOURS = (
    Column("control", "control", None), Column("change", "change", None), Column("faces", "faces", 0),
    Column("obeyed", "moved the asked way"), Column("amount", "median move, share of the asked", 2),
)  # fmt: skip
_MOVES = (
    Column("what", "landmarks moved by", None), Column("faces", "pairs of faces", 0),
    Column("median", "median", 2, "px"), Column("p95", "95th percentile", 2, "px"), Column("max", "largest", 2, "px"),
)  # fmt: skip
_COLOUR_NOTE = (
    "Every pair of settings of a control. The region's mean CIELAB (fixed places of the aligned face: skin, hair "
    "above the forehead, eyes) must move along the difference of the two asked colours: their product is above 0."
)
_MOVE_NOTE = (
    "The largest of the five points' moves, px at 256 x 256, between a face without and with a control set. The "
    "detector's own noise: the same face with every value changed by -1, 0 or 1 grey level and shifted by up to half "
    f"a pixel (the shift taken off again), {_REPEATS} times a face. Photos recoloured: the same people's photos, the "
    "region's colour moved by as much as the control moves it; no pixel moves, so all of it is the detector's."
)


class Controlled(Protocol):
    """A renderer with controls."""

    def choices(self) -> Mapping[str, Mapping[str, tuple[float, float, float]]]:
        """Names and their CIELAB colours by control; a control is called as its region is. Empty without controls."""
        ...

    def coloured(self, sketches: Images, setting: Mapping[str, str]) -> Images:
        """(N, 256, 256, 3) faces with some controls set and the others unknown."""
        ...


@dataclass(frozen=True)
class Change:
    """What one pair of settings did to all faces."""

    control: str
    pair: tuple[str, str]
    asked: Floats  # (3,)
    moved: Floats  # (N, 3)

    @property
    def obeyed(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.moved @ self.asked > 0)

    @property
    def amount(self) -> float:
        """Of the way from one asked colour to the other, the share that the middle face goes."""
        return float(np.median(self.moved @ self.asked) / (self.asked @ self.asked))

    def row(self) -> Row:
        text = f"{self.pair[0]} to {self.pair[1]}"
        return {
            "control": self.control, "change": text, "faces": len(self.moved), "obeyed": float(self.obeyed.mean()),
            "amount": self.amount,
        }  # fmt: skip


def measure_appearance(bench: Bench) -> Section:
    """On the fixed subset. Without controls, a section that says so."""
    controlled: Controlled = bench.renderer
    if not controlled.choices():
        return Section(
            "appearance", "Appearance controls", "These weights know no appearance controls.",
            figures=(Figure("Appearance controls obeyed", "-", f"at least {OBEYED:.0%} of faces", None),),
        )  # fmt: skip
    sketches = np.stack([test.sketches[k] for test, k in bench.drawn])
    plain = controlled.coloured(sketches, {})
    points = bench.detector.points(plain) if bench.detector else None
    changes: list[Change] = []
    moves: list[Floats] = []
    for control, names in controlled.choices().items():
        colours: dict[str, Floats] = {}
        for name in names:
            faces = controlled.coloured(sketches, {control: name})
            colours[name] = mean_lab(faces, control)
            if bench.detector and points is not None:
                moves.append(apart(points, bench.detector.points(faces)).max(1))
        changes += list(_changes(control, names, colours))
    noise = detector_noise(bench.detector, plain, bench.seed) if bench.detector else None
    by_colour = (
        moves_by_colour(bench, bench.detector, controlled.choices(), _shares(changes)) if bench.detector else None
    )
    return _section(changes, moves, noise, by_colour)


def detector_noise(detector: Detector, faces: Images, seed: int = 0) -> Floats:
    """(repeats * N,) the largest move of a landmark in px that is the detector's alone."""
    rng = np.random.default_rng(seed)
    still = detector.points(faces)
    moves: list[Floats] = []
    for _ in range(_REPEATS):
        shifts = rng.uniform(-0.5, 0.5, (len(faces), 2))
        nudged = np.stack([_nudge(face, shift, rng) for face, shift in zip(faces, shifts, strict=True)])
        found: Points = detector.points(nudged) - shifts[:, None]
        moves.append(apart(still, found).max(1))
    return np.concatenate(moves)


def _nudge(face: Images, shift: Floats, rng: np.random.Generator) -> Images:
    matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
    size = (face.shape[1], face.shape[0])
    moved = cv2.warpAffine(face, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(moved + rng.integers(-1, 2, face.shape), 0, 255), np.uint8)


def _changes(
    control: str, names: Mapping[str, tuple[float, float, float]], colours: Mapping[str, Floats]
) -> Iterator[Change]:
    for a, b in combinations(names, 2):
        asked = np.array(names[b], np.float64) - np.array(names[a], np.float64)
        yield Change(control, (a, b), asked, colours[b] - colours[a])


def _shares(changes: Sequence[Change]) -> dict[str, float]:
    """By control."""
    controls = {change.control for change in changes}
    return {name: float(np.median([c.amount for c in changes if c.control == name])) for name in controls}


def _section(
    changes: Sequence[Change], moves: Sequence[Floats], noise: Floats | None, by_colour: Floats | None = None
) -> Section:
    figures: list[Figure] = []
    rows: list[Row] = []
    for control in dict.fromkeys(change.control for change in changes):
        own = [change for change in changes if change.control == control]
        share = float(np.mean([change.obeyed.mean() for change in own]))
        worst = min(own, key=lambda change: float(change.obeyed.mean()))
        value = f"{share:.1%} of all pairs; worst {worst.obeyed.mean():.1%} ({worst.pair[0]} to {worst.pair[1]})"
        figures.append(
            Figure(
                f"Control {control}: colour moves as asked", value, f"at least {OBEYED:.0%} of faces", share >= OBEYED
            )
        )
        rows += [change.row() for change in own]
    tables = [Table("colours", "Colours", _COLOURS, rows, _COLOUR_NOTE)]
    if noise is not None and moves:
        moved = np.concatenate(moves)
        own_row, noise_row = _spread("a control that is set", moved), _spread("the detector's own noise", noise)
        photos = [] if by_colour is None else [_spread("photos recoloured", by_colour)]
        tables.append(Table("moves", "Landmarks", _MOVES, [own_row, noise_row, *photos], _MOVE_NOTE))
        p95, limit = float(own_row["p95"] or 0), float(noise_row["p95"] or 0)
        aim = f"95th percentile not above the detector's own noise, {limit:.2f} px"
        figures.append(Figure("Landmarks moved by a control", f"95th percentile {p95:.2f} px", aim, p95 <= limit))
    return Section("appearance", "Appearance controls", tables=tables, figures=figures)


def _spread(what: str, moves: Floats) -> Row:
    seen = moves[np.isfinite(moves)]
    if not len(seen):
        return {"what": what, "faces": 0}
    median, p95, largest = (float(value) for value in np.percentile(seen, [50, 95, 100]))
    return {"what": what, "faces": len(seen), "median": median, "p95": p95, "max": largest}
