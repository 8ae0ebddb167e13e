"""Do the appearance controls do what they say, and nothing else?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

import numpy as np
import numpy.typing as npt

from training.data import Images
from training.evaluation.bench import Bench
from training.evaluation.moves import COLUMNS, NOISE_NOTE, detector_noise, largest_moves, spread
from training.evaluation.recoloured import moves_by_colour
from training.evaluation.regions import mean_lab
from training.evaluation.report import Column, Figure, Row, Section, Table

OBEYED = 0.95
FAR = 10.0
"""CIELAB from an asked colour beyond which a face has a way to go."""
UNSET = "unknown"
Floats = npt.NDArray[np.float64]
_COLOURS = (
    Column("control", "control", None), Column("change", "change", None), Column("faces", "faces", 0),
    Column("way", "median way to the asked colour", 1, "CIELAB"), Column("obeyed", "moved the asked way"),
    Column("amount", "median move, share of the way", 2),
)  # fmt: skip
_COLOUR_NOTE = (
    "Every pair of settings of a control, and from unknown to each. The region's mean CIELAB (fixed places of the "
    "aligned face: skin, hair above the forehead, eyes) must move along the difference of the two asked colours, or "
    "from the colour of the face with unknown towards the asked one: the product of way and move is above 0. A face "
    f"that nearly has the asked colour has no way to go: from unknown, those with more than {FAR:g} before them count. "
    "By about as much fixed places differ from the whole regions that colours are named after."
)
_MOVE_NOTE = (
    "The largest of the five points' moves, px at 256 x 256, between a face without and with a control set. "
    f"{NOISE_NOTE} Photos recoloured: the same people's photos, the region's colour moved by as much as the control "
    "moves it; no pixel moves, so all of it is the detector's."
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
    """What one pair of settings did to all faces; the first of the two may be `UNSET`."""

    control: str
    pair: tuple[str, str]
    asked: Floats  # (3,) for all faces, or (N, 3)
    moved: Floats  # (N, 3)

    @property
    def from_unknown(self) -> bool:
        return self.pair[0] == UNSET

    @property
    def counted(self) -> npt.NDArray[np.bool_]:
        """(N,) faces that had a way to go."""
        return np.asarray(self._ways > (FAR if self.from_unknown else 0))

    @property
    def share(self) -> float:
        """Of the counted faces, those that moved the asked way."""
        return float((self._along[self.counted] > 0).mean())

    @property
    def amount(self) -> float:
        """Of the way to the asked colour, the share that the middle counted face goes."""
        return float(np.median((self._along / self._ways**2)[self.counted]))

    def __str__(self) -> str:
        return f"{self.pair[0]} to {self.pair[1]}"

    def row(self) -> Row:
        row: Row = {"control": self.control, "change": str(self), "faces": int(self.counted.sum())}
        if not self.counted.any():
            return row
        way = float(np.median(self._ways[self.counted]))
        return row | {"obeyed": self.share, "way": way, "amount": self.amount}

    @property
    def _along(self) -> Floats:
        """(N,) how far each face moved the asked way, times the length of the way."""
        return np.asarray((self.moved * self.asked).sum(-1))

    @property
    def _ways(self) -> Floats:
        """(N,) lengths."""
        return np.asarray(np.linalg.norm(np.broadcast_to(self.asked, self.moved.shape), axis=1))


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
                moves.append(largest_moves(points, bench.detector.points(faces)))
        changes += list(_changes(control, names, colours, mean_lab(plain, control)))
    noise = detector_noise(bench.detector, plain, bench.seed) if bench.detector else None
    by_colour = (
        moves_by_colour(bench, bench.detector, controlled.choices(), _shares(changes)) if bench.detector else None
    )
    return _section(changes, moves, noise, by_colour)


def _changes(
    control: str, names: Mapping[str, tuple[float, float, float]], colours: Mapping[str, Floats], unset: Floats
) -> Iterator[Change]:
    for a, b in combinations(names, 2):
        asked = np.array(names[b], np.float64) - np.array(names[a], np.float64)
        yield Change(control, (a, b), asked, colours[b] - colours[a])
    for name, colour in names.items():
        yield Change(control, (UNSET, name), np.array(colour, np.float64) - unset, colours[name] - unset)


def _shares(changes: Sequence[Change]) -> dict[str, float]:
    """By control, how far from one setting to another."""
    pairs = [change for change in changes if not change.from_unknown]
    controls = {change.control for change in pairs}
    return {name: float(np.median([c.amount for c in pairs if c.control == name])) for name in controls}


def _figure(control: str, changes: Sequence[Change]) -> Figure:
    """The worst row decides: a mean over all would let one setting fail unseen."""
    name, aim = f"Control {control}: colour moves as asked", f"at least {OBEYED:.0%} of faces for every change"
    changes = [change for change in changes if change.counted.any()]
    if not changes:
        return Figure(name, "no face has a way to go", aim, None)
    worst = min(changes, key=lambda change: change.share)
    kinds = {"of all pairs": False, "from unknown": True}
    means = [
        f"{np.mean(shares):.1%} {kind}"
        for kind, unset in kinds.items()
        if (shares := [change.share for change in changes if change.from_unknown == unset])
    ]
    value = f"{', '.join(means)}; worst {worst.share:.1%} ({worst})"
    return Figure(name, value, aim, worst.share >= OBEYED)


def _section(
    changes: Sequence[Change], moves: Sequence[Floats], noise: Floats | None, by_colour: Floats | None = None
) -> Section:
    figures: list[Figure] = []
    rows: list[Row] = []
    for control in dict.fromkeys(change.control for change in changes):
        own = [change for change in changes if change.control == control]
        figures.append(_figure(control, own))
        rows += [change.row() for change in own]
    tables = [Table("colours", "Colours", _COLOURS, rows, _COLOUR_NOTE)]
    if noise is not None and moves:
        moved = np.concatenate(moves)
        own_row, noise_row = spread("a control that is set", moved), spread("the detector's own noise", noise)
        photos = [] if by_colour is None else [spread("photos recoloured", by_colour)]
        tables.append(Table("moves", "Landmarks", COLUMNS, [own_row, noise_row, *photos], _MOVE_NOTE))
        p95, limit = float(own_row["p95"] or 0), float(noise_row["p95"] or 0)
        aim = f"95th percentile not above the detector's own noise, {limit:.2f} px"
        figures.append(Figure("Landmarks moved by a control", f"95th percentile {p95:.2f} px", aim, p95 <= limit))
    return Section("appearance", "Appearance controls", tables=tables, figures=figures)
