"""Do the faces look like photos to the judge? Frechet distance and KID, between a floor and a ceiling."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from training.evaluation.bench import Bench, TestSet
from training.evaluation.distributions import frechet_distance, kernel_distance
from training.evaluation.judge import Embeddings
from training.evaluation.report import Column, Row, Section, Table

_HALVINGS = 40
_COLUMNS = (
    Column("set", "set", None), Column("against", "against", None), Column("images", "images", 0),
    Column("references", "photos", 0), Column("what", "what", None),
    Column("frechet", "Frechet distance on judge features", 4, interval=True),
    Column("frechet_share", "way from ceiling to floor", 2),
    Column("kid", "KID on judge features", 4, interval=True),
    Column("kid_share", "way from ceiling to floor", 2),
)  # fmt: skip
_NOTE = (
    f"Of the judge's unit embeddings (128 numbers), never Inception features. Against the other half: {_HALVINGS} "
    "random halvings of the people, the pictures of one half against the photos of the other; mean, and the 2.5th and"
    " 97.5th percentile over the halvings. Photos against photos are the floor, sketches against photos the ceiling; "
    "1 on the way means as photo-like as photos. The Frechet distance grows as samples shrink, so it is compared "
    "within one block only; KID does not, but several photos of one person in a set raise it. A small distance says "
    "that the faces look like photos, not that they look like the person."
)
_LABELS = {"photo": "photos (floor)", "sketch": "sketches (ceiling)", "made": "faces"}
Measure = Callable[[npt.ArrayLike, npt.ArrayLike], float]
_MEASURES: Mapping[str, Measure] = {"frechet": frechet_distance, "kid": kernel_distance}


def measure_realism(bench: Bench) -> Section:
    rows: list[Row] = []
    for test in bench.sets:
        rows += _against_other_half(test, bench.seed)
        training = bench.training_photos(test.name)
        rows += _against_training(test, bench.embed(training))
    marked = tuple(k for k, row in enumerate(rows) if row["what"] == _LABELS["made"])
    return Section(
        "realism", "Photo-likeness", tables=(Table("distances", "Distances", _COLUMNS, rows, _NOTE, marked),)
    )


def halves(people: list[str], rng: np.random.Generator) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Rows of a random half of the people, and of the rest: nobody is in both."""
    names = np.unique(people)
    chosen = set(names[rng.permutation(len(names))[: len(names) // 2]].tolist())
    inside = np.array([name in chosen for name in people])
    return np.flatnonzero(inside), np.flatnonzero(~inside)


def share_of_way(value: float, floor: float, ceiling: float) -> float:
    """0 at the ceiling, 1 at the floor."""
    return (ceiling - value) / (ceiling - floor) if ceiling != floor else float("nan")


def _against_other_half(test: TestSet, seed: int) -> list[Row]:
    rng = np.random.default_rng(seed)
    drawn: dict[tuple[str, str], list[float]] = {(what, name): [] for what in _LABELS for name in _MEASURES}
    size = 0
    for _ in range(_HALVINGS):
        one, other = halves(test.people, rng)
        if min(len(one), len(other)) < 2:
            return []
        size = len(one)
        for what in _LABELS:
            for name, measure in _MEASURES.items():
                drawn[what, name].append(measure(test.seen[what][one], test.seen["photo"][other]))
    head: Row = {
        "set": test.name,
        "against": "the other half's photos",
        "images": size,
        "references": len(test.faces) - size,
    }
    return _rows(head, {key: np.array(values) for key, values in drawn.items()})


def _against_training(test: TestSet, training: Embeddings) -> list[Row]:
    if min(len(training), len(test.faces)) < 2:
        return []
    values = {
        (what, name): np.array([measure(test.seen[what], training)])
        for what in _LABELS
        for name, measure in _MEASURES.items()
    }
    head: Row = {"set": test.name, "against": "training photos", "images": len(test.faces), "references": len(training)}
    return _rows(head, values)


def _rows(head: Row, values: dict[tuple[str, str], npt.NDArray[np.float64]]) -> list[Row]:
    rows: list[Row] = []
    for what, label in _LABELS.items():
        row: Row = head | {"what": label}
        for name in _MEASURES:
            own = values[what, name]
            low, high = np.percentile(own, [2.5, 97.5])
            row |= {name: float(own.mean())}
            if len(own) > 1:
                row |= {f"{name}_low": float(low), f"{name}_high": float(high)}
            floor, ceiling = float(values["photo", name].mean()), float(values["sketch", name].mean())
            row[f"{name}_share"] = share_of_way(float(own.mean()), floor, ceiling)
        rows.append(row)
    return rows
