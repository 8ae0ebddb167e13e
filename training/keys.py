"""Every key that a recipe may have, by kind and section, with its values. What they mean: docs/training.md."""

import json
from collections.abc import Mapping
from typing import Any, Literal, Required, TypedDict

from inference.networks.unet import UNetConfig
from training.engine.schedule import Schedule
from training.engine.speed import Precision
from training.patchgan import Norm
from training.pix2pix import Loss
from training.restorer import Loss as RestorerLoss
from training.restorer_batches import Mixture
from training.shapes import Amount, Count, Share, Whole, check


class _Common(TypedDict, total=False):
    seed: Required[Whole]
    batch: Required[Count]
    parts: Count
    sets: list[str]
    terms: Literal["any", "open"]
    leave_out: list[str]
    schedule: Required[Schedule]


class _Discriminator(TypedDict, total=False):
    width: Required[Count]
    norm: Norm
    scales: Count
    crop: Whole
    gan: Literal["bce", "lsgan", "hinge"]
    from_step: Whole
    r1_every: Count


class _Optimizer(TypedDict, total=False):
    learning_rate: Required[Amount]
    discriminator_rate: Required[Amount]
    clip: Amount


class _Pix2Pix(_Common, total=False):
    kind: Required[Literal["pix2pix"]]
    real_share: Required[Share]
    recoloured: Share
    another_hand: Share
    set_weights: dict[str, Amount]
    drawn_share: Share
    free_hand: bool
    read_share: Share
    face_ramp: tuple[Whole, Whole]
    augment: Literal["auto", "cpu", "device"]
    accumulate: Count
    precision: Precision
    compile: bool
    network: Required[UNetConfig]
    discriminator: Required[_Discriminator]
    optimizer: Required[_Optimizer]
    weights: Required[dict[Loss, Amount]]


# What is asked of a drawing: neither colour nor a recogniser, which knows photos, has a say.
_OfDrawings = Literal["gan", "r1", "l1", "luma_kl", "contextual", "feature_matching"]


class _Artist(_Common, total=False):
    kind: Required[Literal["artist"]]
    precision: Precision
    compile: bool
    network: Required[UNetConfig]
    discriminator: Required[_Discriminator]
    optimizer: Required[_Optimizer]
    weights: Required[dict[_OfDrawings, Amount]]


class _Learner(TypedDict, total=False):
    learning_rate: Required[Amount]
    decay: Required[Amount]


class _Reader(_Common, total=False):
    kind: Required[Literal["reader"]]
    folds: Required[Count]
    real_share: Required[Share]
    set_weights: dict[str, Amount]
    precision: Precision
    optimizer: Required[_Learner]


class _Finder(TypedDict, total=False):
    width: Count


class _Landmarks(_Common, total=False):
    kind: Required[Literal["landmarks"]]
    learning_rate: Required[Amount]
    network: Required[_Finder]


class _Gfpgan(TypedDict, total=False):
    out_size: Required[Count]
    num_style_feat: Count
    channel_multiplier: Count
    num_mlp: Count
    input_is_latent: bool
    different_w: bool
    narrow: Amount
    sft_half: bool


class _Restorer(_Common, total=False):
    kind: Required[Literal["restorer"]]
    learning_rate: Required[Amount]
    drawn: Mixture
    network: Required[_Gfpgan]
    weights: Required[dict[RestorerLoss, Amount]]


_KINDS: Mapping[str, Any] = {
    "pix2pix": _Pix2Pix, "artist": _Artist, "reader": _Reader, "landmarks": _Landmarks, "restorer": _Restorer,
}  # fmt: skip


def check_recipe(table: Mapping[str, Any], name: str) -> None:
    """Raises ValueError for what no trainer of the recipe's kind would read, and for what it would miss."""
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ValueError(f"{name}: kind is {' or '.join(map(json.dumps, _KINDS))}, not {json.dumps(kind)}.")
    check(table, _KINDS[kind], name)
    if "weights" in table and not any(table["weights"].values()):
        raise ValueError(f"{name}, [weights]: nothing is asked for; give at least one loss a weight above 0.")
