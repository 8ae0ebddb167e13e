"""Pictures compared by what a network sees in them."""

import torch
from torch import Tensor
from torch.nn import functional as F


def feature_matching(fake: list[Tensor], real: list[Tensor]) -> Tensor:
    """Mean L1 between feature maps (pix2pixHD, Wang et al. 2018). `real` carries no gradient."""
    return torch.stack([F.l1_loss(f.float(), r.detach().float()) for f, r in zip(fake, real, strict=True)]).mean()


def cosine_distance(a: Tensor, b: Tensor) -> Tensor:
    """1 - cosine of unit vectors (N, D)."""
    return 1 - (a * b.detach()).sum(1).mean()
