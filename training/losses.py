"""Losses by name; each takes batches and returns a scalar mean."""

import torch
from torch import Tensor
from torch.nn import functional as F

# sRGB -> CIE XYZ, each row divided by D65's white.
_XYZ = torch.tensor([[0.43395, 0.37622, 0.18983], [0.21264, 0.71517, 0.07219], [0.01775, 0.10947, 0.87291]])


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


def region_colours(image: Tensor, regions: Tensor) -> Tensor:
    """Mean CIELAB colour (N, R, 3), in hundreds, of (N, 3, H, W) in [-1, 1] under soft masks (N, R, H, W)."""
    mass = regions.sum((2, 3)).clamp_min(1.0)
    return torch.einsum("nchw,nrhw->nrc", lab(image), regions) / mass.unsqueeze(2)


def colour(fake: Tensor, real: Tensor, regions: Tensor, known: Tensor) -> Tensor:
    """Mean distance between the colours of regions, where they were asked for: `known` (N, R), 0 or 1."""
    apart = (region_colours(fake, regions) - region_colours(real, regions).detach()).abs().mean(2)
    return (apart * known).sum() / known.sum().clamp_min(1.0)


def lab(image: Tensor) -> Tensor:
    """(N, 3, H, W) sRGB in [-1, 1] -> CIELAB (D65) in hundreds, so that a unit of any loss is the same size."""
    rgb = (image.float() + 1) / 2
    linear = torch.where(rgb > 0.04045, ((rgb.clamp_min(0.04045) + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    xyz = torch.einsum("nchw,kc->nkhw", linear, _XYZ.to(linear))
    cubic = torch.where(xyz > 0.008856, xyz.clamp_min(0.008856) ** (1 / 3), 7.787 * xyz + 16 / 116)
    x, y, z = cubic.unbind(1)
    return torch.stack([1.16 * y - 0.16, 5 * (x - y), 2 * (y - z)], 1)
