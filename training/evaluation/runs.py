"""Run folders and weights: by which recipe, and without which styles, were they trained?"""

from dataclasses import dataclass
from pathlib import Path

from inference.weights import find, read_manifest
from training.recipe import Recipe, load_recipe


@dataclass(frozen=True)
class Model:
    """A model and the styles that its training left out, None where that is not recorded."""

    name: str
    left_out: frozenset[str] | None

    def saw(self, style: str) -> str:
        """`cuhk` is left out with the set, `fs2k/style1` alone or with `fs2k`."""
        if self.left_out is None:
            return "not recorded"
        return "no: unseen" if {style, style.split("/")[0]} & self.left_out else "yes"


def recipe_of(run: Path, recipe: str | None = None) -> Recipe:
    """The named recipe; else the `recipe.toml` of the run folder; else the shipped recipe that the folder is named
    after. Raises FileNotFoundError when there is none."""
    if recipe is not None:
        return load_recipe(recipe)
    own = run / "recipe.toml"
    return load_recipe(str(own) if own.exists() else run.name)


def left_out_of_run(run: Path, recipe: str | None = None) -> frozenset[str] | None:
    """The styles that the run never saw, as `fs2k/style0` or `cuhk`; None when its recipe is not known."""
    try:
        return _left_out(recipe_of(run, recipe))
    except FileNotFoundError:
        return None


def left_out_of_weights(weights: Path) -> frozenset[str] | None:
    """The same of the generator in a weights folder, by the recipe that it is named after."""
    checkpoint = find(read_manifest(weights), "pix2pix")
    try:
        return _left_out(load_recipe(checkpoint.name)) if checkpoint else None
    except FileNotFoundError:
        return None


def _left_out(recipe: Recipe) -> frozenset[str]:
    return frozenset(recipe.table.get("leave_out", ()))
