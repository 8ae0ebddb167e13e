"""Candidates of one sketch: does a witness get to see different faces of one geometry?"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Protocol

import numpy as np
import numpy.typing as npt

from inference.appearance import UNKNOWN, Appearance, Lab
from inference.candidates import AREAS, MIN_DISTANCE, candidates, distance
from training.data import Images
from training.evaluation.bench import Bench
from training.evaluation.detector import Detector
from training.evaluation.judge import cosines
from training.evaluation.moves import COLUMNS, NOISE_NOTE, detector_noise, largest_moves, spread
from training.evaluation.regions import lab_distance, mean_lab, to_lab
from training.evaluation.report import Column, Figure, Row, Section, Table

COUNT = 4
IRISES_FREE = Appearance(skin="intermediate", hair="dark brown")
Floats = npt.NDArray[np.float64]
Distance = Callable[[Images, Images], Floats]
_DISTANCES = (
    Column("set", "set by the user", None), Column("distance", "smallest pairwise distance", None),
    Column("sketches", "sketches", 0), Column("wished", "of the wished colours", 1), Column("min", "smallest of all"),
    Column("median", "median"), Column("max", "largest of all"),
)  # fmt: skip
_NOTE = (
    "Of the pairs of one sketch's candidates the two that are most alike, so two equal candidates show as 0. Pixels: "
    "mean CIELAB distance of the pixels. Regions left free: the product's own distance between wished colours (root "
    "mean square of the regions' differences, weighted by their areas), of the colours that the faces have in fixed "
    "places; beside it that of the colours wished for. Identity: 1 - cosine by the judge; beside it the same between "
    "two people's photos."
)
_MOVE_NOTE = (
    "The largest of the five points' moves, px at 256 x 256, between any two candidates of a sketch. "
    f"{NOISE_NOTE} The detector is not blind to colour: see the controls' row of recoloured photos."
)


class Varied(Protocol):
    """Anything that offers several faces of a sketch."""

    def choices(self) -> Mapping[str, Mapping[str, Lab]]:
        """Empty where candidates are other seeds alone."""
        ...

    def candidates(self, sketches: Images, count: int, wished: Appearance = UNKNOWN) -> Sequence[Images]:
        """`count` stacks (N, 256, 256, 3), one candidate of every sketch each."""
        ...


def measure_candidates(bench: Bench) -> Section:
    """On the fixed subset."""
    varied: Varied = bench.renderer
    sketches = np.stack([test.sketches[k] for test, k in bench.drawn])
    faces = varied.candidates(sketches, COUNT)
    seen = [bench.embed(stack) for stack in faces]
    identity = smallest([1 - cosines(a, b).astype(np.float64) for a, b in combinations(seen, 2)])
    photos = np.concatenate([test.seen["photo"] for test in bench.sets])
    strangers = 1 - cosines(photos, np.roll(photos, len(photos) // 2, axis=0)).astype(np.float64)
    rows = _colour_rows("nothing", faces, UNKNOWN, bool(varied.choices()))
    figures = [_figure(rows[0], "Candidates: mean CIELAB distance of the two most alike")]
    rows += [_row("nothing", "identity", identity), _row("-", "identity, two photos for comparison", strangers)]
    if varied.choices():
        irises = varied.candidates(sketches, COUNT, IRISES_FREE)
        rows += _colour_rows("skin and hair", irises, IRISES_FREE, True)
        figures.append(_figure(rows[-1], "Candidates with skin and hair set: CIELAB distance of the irises"))
    tables = [Table("distances", f"{COUNT} candidates a sketch", _DISTANCES, rows, _NOTE)]
    if bench.detector:
        moves, figure = _geometry(bench.detector, faces, bench.seed)
        tables.append(moves)
        figures.append(figure)
    return Section("candidates", "Candidates", tables=tables, figures=figures)


def smallest(pairs: Sequence[Floats]) -> Floats:
    """Distances (N,) of every pair of candidates -> (N,) of the two that are most alike."""
    return np.asarray(np.min(pairs, axis=0))


def pixels_apart(one: Images, other: Images) -> Floats:
    """(N, S, S, 3) twice -> (N,) mean CIELAB distance of the pixels."""
    return np.array([lab_distance(to_lab(a), to_lab(b)).mean() for a, b in zip(one, other, strict=True)], np.float64)


def regions_apart(one: Images, other: Images, free: Sequence[str]) -> Floats:
    """(N,) as `inference.candidates.distance`, of the faces' own colours."""
    areas = np.array([AREAS[region] for region in free])
    apart = np.stack([lab_distance(mean_lab(one, region), mean_lab(other, region)) for region in free])
    return np.asarray(np.sqrt(areas @ apart**2 / areas.sum()))


def _colour_rows(given: str, faces: Sequence[Images], wished: Appearance, by_colour: bool) -> list[Row]:
    free = [region for region in AREAS if getattr(wished, region) is None]
    rows = [_row(given, "pixels", _least(faces, pixels_apart))]
    if by_colour:
        asked = candidates(wished, COUNT)
        between = min(distance(wished, one, other) for one, other in combinations(asked, 2))
        regions = _least(faces, lambda one, other: regions_apart(one, other, free))
        rows.append(_row(given, f"regions left free ({', '.join(free)})", regions) | {"wished": between})
    return rows


def _least(faces: Sequence[Images], measure: Distance) -> Floats:
    return smallest([measure(one, other) for one, other in combinations(faces, 2)])


def _row(given: str, name: str, distances: Floats) -> Row:
    low, median, high = (float(value) for value in np.percentile(distances, [0, 50, 100]))
    row: Row = {"set": given, "distance": name, "sketches": len(distances)}
    return row | {"min": low, "median": median, "max": high}


def _figure(row: Row, name: str) -> Figure:
    """Of the faces, not of the wish."""
    low = float(row["min"] or 0)
    value = f"{low:.1f} in the worst sketch, {row['median']:.1f} in the middle one"
    return Figure(name, value, f"at least {MIN_DISTANCE:g}, as between wished colours", low >= MIN_DISTANCE)


def _geometry(detector: Detector, faces: Sequence[Images], seed: int) -> tuple[Table, Figure]:
    points = [detector.points(stack) for stack in faces]
    moves = np.concatenate([largest_moves(one, other) for one, other in combinations(points, 2)])
    own = spread("another candidate", moves)
    noise = spread("the detector's own noise", detector_noise(detector, faces[0], seed))
    p95, limit = (float(row.get("p95") or np.nan) for row in (own, noise))
    aim = f"95th percentile not above the detector's own noise, {limit:.2f} px"
    figure = Figure("Landmarks moved between candidates", f"95th percentile {p95:.2f} px", aim, p95 <= limit)
    return Table("moves", "Landmarks", COLUMNS, [own, noise], _MOVE_NOTE), figure
