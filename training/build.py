"""Recipe -> trainee and batches. The only place that knows which section means what."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from inference.device import choose_device
from inference.engines.pix2pix import Pix2Pix
from inference.networks.unet import UNetConfig
from inference.weights import SHIPPED, find, read_manifest
from training.artists.batches import DrawingBatches
from training.artists.drawn import Drawn
from training.batches import Mix, SketchPairs
from training.crowd import embed_crowd
from training.data import Prepared
from training.engine.parts import InParts
from training.engine.ranks import Ranks
from training.engine.trainee import Batches, TensorBatch, Trainee
from training.landmarks import LandmarkBatches, LandmarkTrainee
from training.pix2pix import FACE_LOSSES, Pix2PixConfig, Pix2PixModel
from training.readers.folds import folds_of
from training.readers.readings import Readings
from training.readers.trainee import ReaderTrainee
from training.recipe import Recipe
from training.restorer import RestorerTrainee
from training.restorer_batches import Mixture, RestorerBatches

Seed = tuple[int, ...]


@dataclass(frozen=True)
class Assembly:
    """What `Run.train` needs; `preview` is a fixed batch of validation faces."""

    trainee: Trainee[Any]
    batches: Batches[Any]
    preview: Any


def build(
    recipe: Recipe, data: Prepared, face_features: Path | None, ranks: Ranks, in_use: Path = SHIPPED,
    drawn: Drawn | None = None, readings: Readings | None = None,
) -> Assembly:  # fmt: skip
    """`in_use` is the folder of the weights that draw a restorer's inputs; `drawn_share` is of `drawn`, `read_share` of
    `readings`.

    Raises ValueError for what the recipe asks for in vain, FileNotFoundError where a loss needs the recogniser and
    there is none."""
    face_features = recogniser(recipe, face_features)
    if recipe.kind == "pix2pix":
        return _pix2pix(recipe, data, face_features, ranks, drawn, readings)
    if recipe.kind == "artist":
        return _artist(recipe, data, ranks)
    if recipe.kind == "reader" and face_features:
        return _readers(recipe, data, face_features, ranks)
    if recipe.kind == "landmarks":
        trainee = LandmarkTrainee(recipe.section("network"), recipe.table["learning_rate"], ranks.device)
        train = _in_parts(recipe, ranks, lambda size, seed: LandmarkBatches(data, "train", size, seed, pool=4000))
        val = LandmarkBatches(data, "val", recipe.batch, recipe.seed, pool=200)
        return Assembly(trainee, train, val.batch(0))
    return _restorer(recipe, data, face_features, ranks, in_use)


def recogniser(recipe: Recipe, checkpoint: Path | None) -> Path | None:
    """The given checkpoint, None where no loss of the recipe looks through it. Raises FileNotFoundError."""
    weights = recipe.section("weights")
    asking = [name for name in FACE_LOSSES if weights.get(name)]
    if not asking and recipe.kind != "reader":
        return None
    if checkpoint is None or not checkpoint.exists():
        where = checkpoint or "nets/face-features.ckpt"
        if recipe.kind == "reader":
            raise FileNotFoundError(f"Recipe {recipe.name} teaches a recogniser to read, and there is none at {where}.")
        raise FileNotFoundError(
            f"Recipe {recipe.name}: {', '.join(asking)} of [weights] need a recogniser, and there is none at "
            f"{where}. Put it there (docs/training.md), or set them to 0."
        )
    return checkpoint


def pix2pix_config(recipe: Recipe) -> Pix2PixConfig:
    """What a recipe does not say is as in `Pix2PixConfig`."""
    optimizer, discriminator, table = recipe.section("optimizer"), recipe.section("discriminator"), recipe.table
    return Pix2PixConfig(
        network=UNetConfig(**recipe.section("network")),
        discriminator_width=discriminator["width"],
        discriminator_norm=discriminator.get("norm", "spectral"),
        discriminator_scales=discriminator.get("scales", 1),
        discriminator_crop=discriminator.get("crop", 0),
        gan=discriminator.get("gan", "hinge"),
        gan_from=discriminator.get("from_step", 0),
        r1_every=discriminator.get("r1_every", 16),
        face_ramp=tuple(table.get("face_ramp", (0, 1))),
        learning_rate=optimizer["learning_rate"],
        discriminator_rate=optimizer["discriminator_rate"],
        clip=optimizer.get("clip", Pix2PixConfig.clip),
        free_hand=table.get("free_hand", False),
        read_share=table.get("read_share", 0.0),
        accumulate=table.get("accumulate", 1),
        precision=table.get("precision", Pix2PixConfig.precision),
        compile=table.get("compile", Pix2PixConfig.compile),
        weights=recipe.section("weights"),
    )


def _pix2pix(
    recipe: Recipe, data: Prepared, face_features: Path | None, ranks: Ranks, drawn: Drawn | None,
    readings: Readings | None,
) -> Assembly:  # fmt: skip
    mix = Mix(**{key.name: recipe.table[key.name] for key in fields(Mix) if key.name in recipe.table})
    twins, augment = recipe.section("weights").get("ink", 0) > 0, recipe.table.get("augment", "auto")
    on_device = augment == "device" or (augment == "auto" and ranks.device.type == "cuda")

    def pairs(size: int, seed: Seed) -> SketchPairs:
        return SketchPairs(data, "train", size, mix, seed, twins, on_device, drawn)

    config = pix2pix_config(recipe)
    if config.read_share and readings is None:
        raise ValueError("read_share is of what readers say of the drawings, and there is nothing.")
    crowd = None
    if face_features and recipe.section("weights").get("contrast"):
        crowd = embed_crowd(data, face_features, recipe.seed, ranks.device)
    shown = Mix(mix.real_share, mix.recoloured)  # as an agency's drawings come, whatever they are learned with
    return Assembly(
        Pix2PixModel(config, face_features, ranks.device, crowd, readings.embeddings if readings else None),
        _in_parts(recipe, ranks, pairs),
        SketchPairs(data, _seen_split(data, mix.real_share), 12, shown, recipe.seed, twins=True).batch(0),
    )


def _artist(recipe: Recipe, data: Prepared, ranks: Ranks) -> Assembly:
    told = recipe.section("network").get("appearance", 0)
    return Assembly(
        Pix2PixModel(pix2pix_config(recipe), None, ranks.device),
        _in_parts(recipe, ranks, lambda size, seed: DrawingBatches(data, "train", size, told, seed)),
        DrawingBatches(data, _seen_split(data, 1.0), 12, told, recipe.seed).batch(0),
    )


def _readers(recipe: Recipe, data: Prepared, face_features: Path, ranks: Ranks) -> Assembly:
    folds, optimizer, real_share = recipe.table["folds"], recipe.section("optimizer"), recipe.table["real_share"]
    mix = Mix(real_share, recoloured=0.0, set_weights=recipe.table.get("set_weights", {}))
    precision = recipe.table.get("precision", "auto")
    return Assembly(
        ReaderTrainee(
            face_features, folds_of(data, folds), optimizer["learning_rate"], optimizer["decay"], precision,
            ranks.device,
        ),
        _in_parts(recipe, ranks, lambda size, seed: SketchPairs(data, "train", size, mix, seed)),
        SketchPairs(data, _seen_split(data, real_share), 12, mix, recipe.seed).batch(0),
    )  # fmt: skip


def _seen_split(data: Prepared, real_share: float) -> str:
    """Validation faces are looked at while a run goes on, where the chosen sets have any."""
    return "val" if len(data.rows("val", with_sketch=True if real_share > 0 else None)) else "train"


def _restorer(recipe: Recipe, data: Prepared, face_features: Path | None, ranks: Ranks, in_use: Path) -> Assembly:
    mixture = Mixture(**recipe.section("drawn"))
    checkpoint = find(read_manifest(in_use), "pix2pix") if mixture != Mixture() else None
    generator = Pix2Pix(checkpoint, choose_device("cpu")) if checkpoint else None
    architecture, weights = recipe.section("network"), recipe.section("weights")
    return Assembly(
        RestorerTrainee(architecture, weights, recipe.table["learning_rate"], face_features, ranks.device),
        _in_parts(recipe, ranks, lambda size, seed: RestorerBatches(data, "train", size, mixture, seed, generator)),
        RestorerBatches(data, "val", 6, mixture, recipe.seed, generator).batch(0),
    )


def _in_parts(recipe: Recipe, ranks: Ranks, make: Callable[[int, Seed], Batches[TensorBatch]]) -> Batches[Any]:
    """This process's parts; a batch of one part is seeded as ever. Raises ValueError where they make no equal shares
    to learn one after another: only whole parts have the rows that the ink loss compares."""
    size, shares = recipe.batch // recipe.parts, recipe.table.get("accumulate", 1)
    seeds = [(recipe.seed, part) if recipe.parts > 1 else (recipe.seed,) for part in ranks.parts(recipe.parts)]
    if len(seeds) % shares:
        raise ValueError(
            f"Recipe {recipe.name}: accumulate = {shares} needs parts to be a multiple of {shares * ranks.world} "
            f"that divides batch; parts is {recipe.parts}."
        )
    return InParts([make(size, seed) for seed in seeds])
