"""Losses by name; each takes batches and returns a scalar mean."""

import torch
from torch import Tensor
from torch.nn import functional as F


def hinge_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """Lim and Ye 2017, "Geometric GAN"."""
    return 0.5 * (F.relu(1 - real).mean() + F.relu(1 + fake).mean())


def hinge_generator(fake: Tensor) -> Tensor:
    return -fake.mean()


def feature_matching(fake: list[Tensor], real: list[Tensor]) -> Tensor:
    """Mean L1 between feature maps (pix2pixHD, Wang et al. 2018). `real` carries no gradient."""
    return torch.stack([F.l1_loss(f.float(), r.detach().float()) for f, r in zip(fake, real, strict=True)]).mean()


def cosine_distance(a: Tensor, b: Tensor) -> Tensor:
    """1 - cosine of unit vectors (N, D)."""
    return 1 - (a * b.detach()).sum(1).mean()
