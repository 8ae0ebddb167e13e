"""Recipes: one-screen TOML files that say everything about a training run."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.engine.schedule import Schedule
from training.keys import check_recipe

RECIPES = Path(__file__).parent / "recipes"
OWN = "recipe.toml"
"""The recipe that a run folder keeps."""


@dataclass(frozen=True)
class Recipe:
    """`table` is the whole file, `text` as it was written; the trainer of `kind` reads its own sections from it."""

    name: str
    kind: str
    seed: int
    batch: int
    schedule: Schedule
    table: dict[str, Any]
    text: str = ""

    @property
    def parts(self) -> int:
        return int(self.table.get("parts", 1))

    def section(self, name: str) -> dict[str, Any]:
        return dict(self.table.get(name, {}))


def load_recipe(name: str) -> Recipe:
    """By file path or by the name of a shipped recipe. Raises FileNotFoundError with the names there are, ValueError
    as `parse` does."""
    path = Path(name) if name.endswith(".toml") else RECIPES / f"{name}.toml"
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in RECIPES.glob("*.toml")))
        raise FileNotFoundError(f"There is no recipe {name}. Name a .toml file or one of: {known}.")
    return parse(path.read_text(), path.stem)


def own_recipe(run: Path) -> Recipe | None:
    """That a run folder keeps, None where it keeps none."""
    return load_recipe(str(run / OWN)) if (run / OWN).exists() else None


def parse(text: str, name: str) -> Recipe:
    """Raises ValueError for keys and values that the trainer does not know (`training/keys.py`), and for a batch that
    does not fall into equal parts."""
    table = tomllib.loads(text)
    check_recipe(table, f"Recipe {name}")
    schedule = Schedule(**table["schedule"])
    recipe = Recipe(name, table["kind"], table["seed"], table["batch"], schedule, table, text)
    if recipe.batch % recipe.parts:
        raise ValueError(f"Recipe {name}: a batch of {recipe.batch} does not fall into {recipe.parts} parts.")
    return recipe


def differences(one: Recipe, other: Recipe) -> list[str]:
    """Keys that differ, as `schedule.steps`, in order."""
    a, b = _flat(one.table), _flat(other.table)
    return sorted(key for key in a.keys() | b.keys() if a.get(key) != b.get(key))


def as_toml(table: dict[str, Any], change: Mapping[str, Any]) -> str:
    """A recipe's table as a file, with keys as `schedule.steps` changed or added. JSON's values are TOML's as well."""
    lines: dict[str, list[str]] = {"": []}  # by section; keys of none come first
    for key, value in (_flat(table) | dict(change)).items():
        section, _, name = key.rpartition(".")
        lines.setdefault(section, [f"[{section}]"]).append(f"{name} = {json.dumps(value)}")
    return "\n".join(line for section in lines.values() for line in section) + "\n"


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in table.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return flat
