"""How a run begins: with random weights, with others', or where it stopped."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from inference.weights import find, read_manifest
from training.engine import diary
from training.engine.folder import RunFolder, average_of
from training.history import Beginning, Seen, seen_by_run, seen_by_weights
from training.recipe import Recipe, differences, own_recipe


@dataclass(frozen=True)
class Start:
    """`history` is for about.json; `weights` are another's, None where there are none to take over."""

    history: dict[str, Any]
    weights: dict[str, Tensor] | None = None


def anew(
    folder: Path, kind: str, saw: Seen, parent: Path | None = None, in_use: Path | None = None
) -> Start:  # fmt: skip
    """With the averaged weights of `parent`, with those in use in a weights folder, or at random; `saw` is what the run
    itself learns from. Raises ValueError where a run would be overwritten, FileNotFoundError where a parent has no
    weights yet."""
    if RunFolder(folder).has_state:
        raise ValueError(
            f"{folder} holds a run. Go on with it by --resume, start elsewhere by --run FOLDER, or move it away."
        )
    began, weights = Beginning(), None
    if parent:
        weights = average_of(parent)
        began = Beginning("run", parent.name, diary.digest(parent / "ema.pt"), seen_by_run(parent))
    elif in_use:
        began, weights = _with_weights(in_use, kind)
    return Start({"began": began.as_json(), "saw": (began.saw | saw).as_json()}, weights)


def resumed(folder: Path, recipe: Recipe, saw: Seen, manifest: str | None, other_data: bool) -> Start:
    """Raises ValueError where a run would go on by another recipe, or, unless that is meant, on data of which the list
    has another sha256 than `manifest`."""
    begun, then = own_recipe(folder), diary.last_manifest(folder)
    if begun:
        refuse_another_recipe(begun, recipe)
    if then and then != manifest and not other_data:
        raise ValueError(
            f"{folder} learned from other data than is prepared now. Resume it with the cache it had (--cache), or say "
            "`train ... --resume --other-data`: its about.json then names both."
        )
    return Start({"saw": (seen_by_run(folder, recipe) | saw).as_json()})


def refuse_another_recipe(begun: Recipe, now: Recipe) -> None:
    """A run may be made longer, and nothing else. Raises ValueError with the keys that differ."""
    changed = differences(begun, now)
    if now.schedule.steps >= begun.schedule.steps:
        changed = [key for key in changed if key != "schedule.steps"]
    if changed:
        raise ValueError(
            f"The run was begun by another recipe; these differ: {', '.join(changed)}. "
            "Resume with its own recipe.toml, or start elsewhere by --run FOLDER."
        )


def _with_weights(folder: Path, kind: str) -> tuple[Beginning, dict[str, Tensor]]:
    checkpoint = find(read_manifest(folder), kind)
    if checkpoint is None:
        raise ValueError(f"There are no weights of the kind {kind} to fine-tune; train without --fine-tune first.")
    return Beginning("weights", checkpoint.name, checkpoint.sha256, seen_by_weights(checkpoint)), checkpoint.load()
