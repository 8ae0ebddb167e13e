"""What readers said of the drawings, as the trainers read it from the cache."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.engine.diary import digest
from training.handed import Handed
from training.history import Seen, seen_from
from training.recipe import Recipe

READINGS, LIST = "readings.npy", "readings.json"
_HANDED = Handed(READINGS, LIST, "read_share", "what readers say of the drawings", "reader", "read")


@dataclass(frozen=True)
class Readings:
    """`embeddings` (N, 128) of the prepared faces, NaN where nothing was read. `saw` is what the readers have learned
    from."""

    embeddings: Tensor
    saw: Seen


def load_readings(cache: Path, recipe: Recipe, recogniser: Path | None) -> Readings | None:
    """None where the recipe asks for none. Raises FileNotFoundError and ValueError as `Handed.about` does, and
    ValueError where they speak of people as another recogniser does than the losses' `recogniser`."""
    about = _HANDED.about(cache, recipe)
    if about is None:
        return None
    if recogniser and about["recogniser_sha256"] != digest(recogniser):
        raise ValueError(
            f"{cache / READINGS} was read for another recogniser than {recogniser}: `python -m training train reader` "
            "and `python -m training read` again."
        )
    return Readings(torch.from_numpy(np.load(cache / READINGS)), seen_from(about["saw"]))
