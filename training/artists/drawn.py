"""The drawings that an artist's network made, as the trainers read them from the cache."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.data import Images
from training.handed import Handed
from training.history import Seen, seen_from
from training.recipe import Recipe

DRAWINGS, LIST = "drawn.npy", "drawn.json"
_HANDED = Handed(DRAWINGS, LIST, "drawn_share", "drawings by an artist's network", "artist", "draw")


@dataclass(frozen=True)
class Drawn:
    """`drawings` (N, S, 256, 256), of every training photo one a style; rows of other faces are empty. `saw` is what
    the network that drew them has learned from."""

    drawings: Images
    styles: tuple[str, ...]
    saw: Seen

    def one(self, k: int, rng: np.random.Generator) -> Images:
        """Of face k, in a style by chance."""
        return np.array(self.drawings[k, rng.integers(len(self.styles))])


def load_drawn(cache: Path, recipe: Recipe) -> Drawn | None:
    """None where the recipe asks for none. Raises FileNotFoundError and ValueError as `Handed.about` does."""
    about = _HANDED.about(cache, recipe)
    if about is None:
        return None
    return Drawn(np.load(cache / DRAWINGS, mmap_mode="r"), tuple(about["styles"]), seen_from(about["saw"]))
