"""The drawings that an artist's network made, as the trainers read them from the cache."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training.data import Images
from training.data.manifest import NAME as MANIFEST
from training.engine.diary import digest
from training.history import Seen, seen_from
from training.recipe import Recipe

DRAWINGS, LIST = "drawn.npy", "drawn.json"


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
    """None where the recipe asks for none. Raises FileNotFoundError where nothing was drawn yet; ValueError where other
    faces were, or by an artist who learned what the recipe leaves out: that is in all that it draws."""
    if not recipe.table.get("drawn_share"):
        return None
    if not (cache / LIST).exists():
        raise FileNotFoundError(
            f"Recipe {recipe.name}: drawn_share asks for drawings by an artist's network, and {cache} has none: "
            "`python -m training train artist`, then `python -m training draw`."
        )
    about: dict[str, Any] = json.loads((cache / LIST).read_text())
    if about["manifest_sha256"] != digest(cache / MANIFEST):
        raise ValueError(
            f"{cache / DRAWINGS} is of other faces than are prepared now: `python -m training draw` again."
        )
    saw = seen_from(about["saw"])
    refused = [style for style in recipe.table.get("leave_out", ()) if saw.includes(style)]
    if recipe.table.get("terms") == "open" and not saw.open:
        refused.append("sets whose terms are not open")
    if refused:
        raise ValueError(
            f"Recipe {recipe.name} leaves out {', '.join(refused)}, and the artist who made {cache / DRAWINGS} learned "
            "from there. Train an artist that leaves out the same, and let it `draw` in a cache of its own."
        )
    return Drawn(np.load(cache / DRAWINGS, mmap_mode="r"), tuple(about["styles"]), saw)
