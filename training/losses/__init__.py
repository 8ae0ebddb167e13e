"""Losses by family. Each takes batches and returns a scalar mean in fp32; recipes weigh them by name."""

from training.losses.colours import colour, ink, lab, region_colours
from training.losses.contextual import contextual, luma_kl, patches
from training.losses.features import contrast, cosine_distance, feature_matching, l1
from training.losses.gan import GANS, gradient_penalty

__all__ = [
    "GANS",
    "colour",
    "contextual",
    "contrast",
    "cosine_distance",
    "feature_matching",
    "gradient_penalty",
    "ink",
    "l1",
    "lab",
    "luma_kl",
    "patches",
    "region_colours",
]
