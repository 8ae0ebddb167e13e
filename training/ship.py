"""A run's averaged weights -> `weights/<name>.safetensors` and its entry in the manifest."""

import hashlib
from pathlib import Path

import torch

from inference.disk import write_whole
from inference.manifest import MANIFEST, add_entry
from inference.weights import SHIPPED
from inference.weights_import import to_safetensors
from training.engine import diary
from training.history import Beginning, Seen, beginning_of, seen_by_run
from training.recipe import Recipe

_IN_THE_PRODUCT = ("pix2pix", "restorer", "landmarks")
_SETS = {
    "fs2k": "FS2K",
    "cuhk": "CUHK students",
    "generated": "generated portraits",
    "celebamask": "CelebAMask-HQ",
    "webmorph": "webmorph (CC BY 4.0, Lisa DeBruine and Benedict Jones)",
    "faker": "faker (CC0)",
    "scut": "SCUT-FBP5500",
    "mebeauty": "MEBeauty",
}
_TERMS = "Learned from research data sets: a demonstration model, see its card. Train on your own photos for case work."
_OPEN_TERMS = "Learned from photos with open terms alone: still a demonstration model, see its card."


def ship(run: Path, recipe: Recipe, default_strength: float = 0.0, folder: Path = SHIPPED) -> Path:
    """Writes the checkpoint and its manifest entry, both named after the recipe; other entries stay.

    Its terms are open only where those of everything are that the run began with. Raises ValueError for what the
    product does not load.
    """
    if recipe.kind not in _IN_THE_PRODUCT:
        raise ValueError(
            f"A run of kind {recipe.kind} is for training others: the product does not load it, so it is not shipped."
        )
    state = torch.load(run / "ema.pt", map_location="cpu", weights_only=True)
    data, seen = to_safetensors(state), seen_by_run(run, recipe)
    target = folder / f"{recipe.name}.safetensors"
    folder.mkdir(exist_ok=True)
    write_whole({target: data})
    entry = {
        "kind": recipe.kind,
        "file": target.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "origin": f"python -m training train {recipe.name}{_beginning(beginning_of(run))}",
        "data": _said(_sets_of(run, seen)),
        "terms": _OPEN_TERMS if seen.open else _TERMS,
        "demonstration": True,
        "default_strength": default_strength,
        "architecture": recipe.section("network"),
    }
    add_entry(folder / MANIFEST, recipe.name, entry)
    return target


def _beginning(began: Beginning) -> str:
    if began.kind == "weights":
        return f" --fine-tune, from {began.name} (sha256 {began.sha256[:12]})"
    return f" --from {began.name}" if began.kind == "run" else ""


def _sets_of(run: Path, seen: Seen) -> list[str]:
    """What was learned from, in the order in which the run has them, those of what it began with last. What was
    prepared and not learned from is no data of the weights."""
    own = [name for name in diary.read(run).get("data", {}).get("photos", ()) if name in seen.photos]
    return list(dict.fromkeys([*own, *sorted(seen.photos)]))


def _said(sets: list[str]) -> str:
    return "train splits of " + ", ".join(_SETS.get(name, name) for name in sets) if sets else "not recorded"
