"""Bootstrap intervals (Efron 1979): how far a figure would move with other people of the same kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ROUNDS = 2000


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def row(self, key: str) -> dict[str, float]:
        """As the three cells of a table."""
        return {key: self.value, f"{key}_low": self.low, f"{key}_high": self.high}


def mean_of(values: npt.ArrayLike, people: Sequence[str] | None = None, seed: int = 0) -> Estimate:
    """The mean with its percentile interval. With `people`, one name a value, whole people are drawn: several pictures
    of one person are not several people."""
    array = np.asarray(values, np.float64)
    return _estimate([array, np.ones_like(array)], lambda sums: sums[0] / sums[1], people, seed)


def ratio_of(over: npt.ArrayLike, under: npt.ArrayLike, people: Sequence[str] | None = None, seed: int = 0) -> Estimate:
    """mean(over) / mean(under) of paired values, drawn together."""
    return _estimate(
        [np.asarray(over, np.float64), np.asarray(under, np.float64)], lambda sums: sums[0] / sums[1], people, seed
    )


def _estimate(
    columns: list[Floats], figure: Callable[[list[Floats]], Floats], people: Sequence[str] | None, seed: int
) -> Estimate:
    """Sums by person are drawn and added up, so that a round costs as much as there are people."""
    count = len(columns[0])
    if count == 0:
        return Estimate(float("nan"), float("nan"), float("nan"))
    names = np.arange(count) if people is None else np.unique(np.array(people), return_inverse=True)[1]
    sums = [np.bincount(names, column) for column in columns]
    drawn = np.random.default_rng(seed).integers(len(sums[0]), size=(ROUNDS, len(sums[0])))
    low, high = np.percentile(figure([by_person[drawn].sum(1) for by_person in sums]), [2.5, 97.5])
    return Estimate(float(figure([by_person.sum(keepdims=True) for by_person in sums])[0]), float(low), float(high))
