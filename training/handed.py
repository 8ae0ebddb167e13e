"""What one network wrote into the cache for another to learn from, and which recipes may."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.data.manifest import NAME as MANIFEST
from training.engine.diary import digest
from training.history import Seen, seen_from
from training.recipe import Recipe


@dataclass(frozen=True)
class Handed:
    """An array of the cache, the list that says whose it is, and what a recipe that asks for it is told: `key` asks
    for it, `what` it is, made by the runs of `recipe` and the command `command`."""

    array: str
    list: str
    key: str
    what: str
    recipe: str
    command: str

    def about(self, cache: Path, recipe: Recipe) -> dict[str, Any] | None:
        """The list; None where the recipe asks for nothing of it. Raises FileNotFoundError where there is nothing yet;
        ValueError where it is of other faces, or by a network that learned what the recipe leaves out: that is in all
        that it makes."""
        if not recipe.table.get(self.key):
            return None
        if not (cache / self.list).exists():
            raise FileNotFoundError(
                f"Recipe {recipe.name}: {self.key} asks for {self.what}, and {cache} has none: "
                f"`python -m training train {self.recipe}`, then `python -m training {self.command}`."
            )
        about: dict[str, Any] = json.loads((cache / self.list).read_text())
        if about["manifest_sha256"] != digest(cache / MANIFEST):
            raise ValueError(
                f"{cache / self.array} is of other faces than are prepared now: "
                f"`python -m training {self.command}` again."
            )
        refused = left_out(recipe, seen_from(about["saw"]))
        if refused:
            raise ValueError(
                f"Recipe {recipe.name} leaves out {', '.join(refused)}, and the {self.recipe} who made "
                f"{cache / self.array} learned from there. Train one that leaves out the same, and let it "
                f"`{self.command}` in a cache of its own."
            )
        return about


def left_out(recipe: Recipe, saw: Seen) -> list[str]:
    """What a recipe leaves out and a network has seen."""
    refused = [style for style in recipe.table.get("leave_out", ()) if saw.includes(style)]
    return refused + (["sets whose terms are not open"] if recipe.table.get("terms") == "open" and not saw.open else [])
