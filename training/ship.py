"""A run's averaged weights -> `weights/<name>.safetensors` and its entry in the manifest."""

import hashlib
import tomllib
from pathlib import Path

import torch

from inference.weights import MANIFEST, SHIPPED
from inference.weights_import import to_safetensors, toml_entry
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
    target.write_bytes(data)
    manifest = folder / MANIFEST
    entries = tomllib.loads(manifest.read_text()) if manifest.exists() else {}
    entries[recipe.name] = {
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
    manifest.write_text("\n".join(toml_entry(name, entry) for name, entry in sorted(entries.items())))
    return target
