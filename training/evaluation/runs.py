"""Run folders and weights: by which recipe, and from which styles, were they trained?"""

from dataclasses import dataclass
from pathlib import Path

from inference.weights import find, read_manifest
from training.history import UNKNOWN, Seen, seen_by_run, seen_by_weights
from training.recipe import Recipe, load_recipe, own_recipe


@dataclass(frozen=True)
class Model:
    """A model and what it has learned from, with everything that it began with."""

    name: str
    seen: Seen

    def saw(self, style: str) -> str:
        if self.seen.includes(style):
            return "yes"
        return "no: unseen" if self.seen.whole else "not recorded"


def recipe_of(run: Path, recipe: str | None = None) -> Recipe:
    """The named recipe; else the `recipe.toml` of the run folder; else the shipped recipe that the folder is named
    after. Raises FileNotFoundError when there is none."""
    named = load_recipe(recipe) if recipe is not None else own_recipe(run)
    return named or load_recipe(run.name)


def seen_of_run(run: Path, recipe: str | None = None) -> Seen:
    try:
        return seen_by_run(run, recipe_of(run, recipe))
    except FileNotFoundError:
        return UNKNOWN


def seen_of_weights(weights: Path) -> Seen:
    """Of the generator in a weights folder."""
    return seen_by_weights(find(read_manifest(weights), "pix2pix"))
