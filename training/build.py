"""Recipe -> trainee and batches. The only place that knows which section means what."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from inference.device import choose_device
from inference.engines.pix2pix import Pix2Pix
from inference.networks.unet import UNetConfig
from inference.weights import find, read_manifest
from training.batches import Batches, SketchPairs
from training.data import Prepared
from training.landmarks import LandmarkBatches, LandmarkTrainee
from training.loop import Trainee
from training.pix2pix import Pix2PixConfig, Pix2PixModel
from training.recipe import Recipe
from training.restorer import DegradedFaces, RestorerTrainee


@dataclass(frozen=True)
class Assembly:
    """What `Run.train` needs; `preview` is a fixed batch of validation faces."""

    trainee: Trainee[Any]
    batches: Batches[Any]
    preview: Any


def build(recipe: Recipe, data: Prepared, face_features: Path | None, device: torch.device) -> Assembly:
    """Raises ValueError for a kind of recipe that no trainer knows."""
    if recipe.kind == "pix2pix":
        return _pix2pix(recipe, data, face_features, device)
    if recipe.kind == "landmarks":
        trainee = LandmarkTrainee(recipe.section("network"), recipe.table["learning_rate"], device)
        train = LandmarkBatches(data, "train", recipe.batch, recipe.seed, pool=4000)
        val = LandmarkBatches(data, "val", recipe.batch, recipe.seed, pool=200)
        return Assembly(trainee, train, val.batch(0))
    if recipe.kind == "restorer":
        return _restorer(recipe, data, face_features, device)
    raise ValueError(f"Recipe {recipe.name}: there is no trainer of kind {recipe.kind!r}.")


def _pix2pix(recipe: Recipe, data: Prepared, face_features: Path | None, device: torch.device) -> Assembly:
    optimizer, discriminator = recipe.section("optimizer"), recipe.section("discriminator")
    config = Pix2PixConfig(
        network=UNetConfig(**recipe.section("network")),
        discriminator_width=discriminator["width"],
        gan_from=discriminator["from_step"],
        face_ramp=tuple(recipe.table["face_ramp"]),
        learning_rate=optimizer["learning_rate"],
        discriminator_rate=optimizer["discriminator_rate"],
        weights=recipe.section("weights"),
    )
    real_share = recipe.table["real_share"]
    return Assembly(
        Pix2PixModel(config, face_features, device),
        SketchPairs(data, "train", recipe.batch, real_share, recipe.seed),
        SketchPairs(data, "val", 12, real_share, recipe.seed).batch(0),
    )


def _restorer(recipe: Recipe, data: Prepared, face_features: Path | None, device: torch.device) -> Assembly:
    share = recipe.table["generator_share"]
    checkpoint = find(read_manifest(), "pix2pix") if share > 0 else None
    generator = Pix2Pix(checkpoint, choose_device("cpu")) if checkpoint else None
    architecture, weights = recipe.section("network"), recipe.section("weights")
    return Assembly(
        RestorerTrainee(architecture, weights, recipe.table["learning_rate"], face_features, device),
        DegradedFaces(data, "train", recipe.batch, share, recipe.seed, generator),
        DegradedFaces(data, "val", 6, share, recipe.seed, generator).batch(0),
    )
