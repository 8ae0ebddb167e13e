"""A run's averaged weights -> `weights/<name>.safetensors` and its entry in the manifest."""

import hashlib
from pathlib import Path

import torch

from inference.disk import write_whole
from inference.manifest import MANIFEST, add_entry
from inference.weights import SHIPPED
from inference.weights_import import to_safetensors
from training.recipe import Recipe

_DATA = (
    "train splits of FS2K, CUHK students, generated portraits, CelebAMask-HQ, webmorph (CC BY 4.0, Lisa DeBruine and "
    "Benedict Jones), faker (CC0), SCUT-FBP5500, MEBeauty"
)
_TERMS = "Learned from research data sets: a demonstration model, see its card. Train on your own photos for case work."


def ship(run: Path, recipe: Recipe, default_strength: float = 0.0, folder: Path = SHIPPED) -> Path:
    """Writes the checkpoint and its manifest entry, both named after the recipe; other entries stay."""
    state = torch.load(run / "ema.pt", map_location="cpu", weights_only=True)
    data = to_safetensors(state)
    target = folder / f"{recipe.name}.safetensors"
    folder.mkdir(exist_ok=True)
    write_whole({target: data})
    entry = {
        "kind": recipe.kind,
        "file": target.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "origin": f"python -m training train {recipe.name}",
        "data": _DATA,
        "terms": _TERMS,
        "demonstration": True,
        "default_strength": default_strength,
        "architecture": recipe.section("network"),
    }
    add_entry(folder / MANIFEST, recipe.name, entry)
    return target
