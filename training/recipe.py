"""Recipes: one-screen TOML files that say everything about a training run."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.loop import Schedule

RECIPES = Path(__file__).parent / "recipes"


@dataclass(frozen=True)
class Recipe:
    """`table` is the whole file; the trainer of `kind` reads its own sections from it."""

    name: str
    kind: str
    seed: int
    batch: int
    schedule: Schedule
    table: dict[str, Any]

    def section(self, name: str) -> dict[str, Any]:
        return dict(self.table.get(name, {}))


def load_recipe(name: str) -> Recipe:
    """By file path or by the name of a shipped recipe. Raises FileNotFoundError with the names there are."""
    path = Path(name) if name.endswith(".toml") else RECIPES / f"{name}.toml"
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in RECIPES.glob("*.toml")))
        raise FileNotFoundError(f"There is no recipe {name}. Name a .toml file or one of: {known}.")
    table = tomllib.loads(path.read_text())
    return Recipe(path.stem, table["kind"], table["seed"], table["batch"], Schedule(**table["schedule"]), table)
