"""Candidates of one sketch: does a witness get to see different faces?"""

from collections.abc import Sequence
from itertools import combinations
from typing import Protocol

import numpy as np
import numpy.typing as npt

from training.data import Images
from training.evaluation.bench import Bench
from training.evaluation.judge import cosines
from training.evaluation.regions import to_lab
from training.evaluation.report import Column, Row, Section, Table

COUNT = 4
Floats = npt.NDArray[np.float64]
_COLUMNS = (
    Column("distance", "smallest pairwise distance", None), Column("sketches", "sketches", 0),
    Column("min", "smallest of all"), Column("median", "median"), Column("max", "largest of all"),
)  # fmt: skip
_NOTE = (
    "Of the pairs of one sketch's candidates the two that are most alike, so two equal candidates show as 0. Colour: "
    "mean CIELAB distance of the pixels. Identity: 1 - cosine by the judge; beside it the same between two people's "
    "photos."
)


class Varied(Protocol):
    """Anything that offers several faces of a sketch."""

    def candidates(self, sketches: Images, count: int) -> Sequence[Images]:
        """`count` stacks (N, 256, 256, 3), one candidate of every sketch each."""
        ...


def measure_candidates(bench: Bench) -> Section:
    """On the fixed subset."""
    varied: Varied = bench.renderer
    sketches = np.stack([test.sketches[k] for test, k in bench.drawn])
    faces = varied.candidates(sketches, COUNT)
    seen = [bench.embed(stack) for stack in faces]
    colour = np.array([_least_colour(likenesses) for likenesses in zip(*faces, strict=True)], np.float64)
    identity = smallest([1 - cosines(a, b).astype(np.float64) for a, b in combinations(seen, 2)])
    photos = np.concatenate([test.seen["photo"] for test in bench.sets])
    strangers = 1 - cosines(photos, np.roll(photos, len(photos) // 2, axis=0)).astype(np.float64)
    rows = [_row("colour", colour), _row("identity", identity), _row("identity, two photos for comparison", strangers)]
    table = Table("distances", f"{COUNT} candidates a sketch", _COLUMNS, rows, _NOTE)
    return Section("candidates", "Candidates", tables=(table,))


def smallest(pairs: Sequence[Floats]) -> Floats:
    """Distances (N,) of every pair of candidates -> (N,) of the two that are most alike."""
    return np.asarray(np.min(pairs, axis=0))


def _least_colour(likenesses: Sequence[Images]) -> float:
    """Of one sketch's candidates (S, S, 3)."""
    colours = [to_lab(likeness) for likeness in likenesses]
    return min(float(np.linalg.norm(a - b, axis=-1).mean()) for a, b in combinations(colours, 2))


def _row(name: str, distances: Floats) -> Row:
    low, median, high = (float(value) for value in np.percentile(distances, [0, 50, 100]))
    return {"distance": name, "sketches": len(distances), "min": low, "median": median, "max": high}
