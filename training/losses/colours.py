"""Colours in CIELAB: of regions that were asked for, and of one face drawn with two inks."""

import torch
from torch import Tensor

# sRGB -> CIE XYZ, each row divided by D65's white.
_XYZ = torch.tensor([[0.43395, 0.37622, 0.18983], [0.21264, 0.71517, 0.07219], [0.01775, 0.10947, 0.87291]])


def region_colours(image: Tensor, regions: Tensor) -> Tensor:
    """Mean CIELAB colour (N, R, 3), in hundreds, of (N, 3, H, W) in [-1, 1] under soft masks (N, R, H, W)."""
    mass = regions.sum((2, 3)).clamp_min(1.0)
    return torch.einsum("nchw,nrhw->nrc", lab(image), regions) / mass.unsqueeze(2)


def colour(fake: Tensor, real: Tensor, regions: Tensor, known: Tensor, parts: int = 1) -> Tensor:
    """Mean distance between the colours of regions, where they were asked for: `known` (N, R), 0 or 1.

    The mean of every part of the batch counts alike, however many parts a process learns.
    """
    apart = (region_colours(fake, regions) - region_colours(real, regions).detach()).abs().mean(2)
    asked, known = (apart * known).view(parts, -1).sum(1), known.view(parts, -1).sum(1)
    return (asked / known.clamp_min(1.0)).mean()


def ink(fake: Tensor, real: Tensor, skin: Tensor, parts: int = 1) -> Tensor:
    """How far the skin's colour follows the ink: the last two faces of every part are one face drawn twice.

    Their photos may have been given other colours; the faces' skin must differ by as much and no more. `skin`
    (N, 1, H, W) soft masks. Raises RuntimeError for parts of a single face.
    """
    masks = twins(skin, parts)
    made, true = (region_colours(twins(x, parts), masks).view(parts, 2, 3) for x in (fake, real.detach()))
    return ((made[:, 0] - made[:, 1]) - (true[:, 0] - true[:, 1])).abs().mean()


def twins(rows: Tensor, parts: int) -> Tensor:
    """(N, ...) -> (2 parts, ...): the last two rows of every part."""
    return rows.view(parts, len(rows) // parts, *rows.shape[1:])[:, -2:].flatten(0, 1)


def lab(image: Tensor) -> Tensor:
    """(N, 3, H, W) sRGB in [-1, 1] -> CIELAB (D65) in hundreds, so that a unit of any loss is the same size."""
    rgb = (image.float() + 1) / 2
    linear = torch.where(rgb > 0.04045, ((rgb.clamp_min(0.04045) + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    xyz = torch.einsum("nchw,kc->nkhw", linear, _XYZ.to(linear))
    cubic = torch.where(xyz > 0.008856, xyz.clamp_min(0.008856) ** (1 / 3), 7.787 * xyz + 16 / 116)
    x, y, z = cubic.unbind(1)
    return torch.stack([1.16 * y - 0.16, 5 * (x - y), 2 * (y - z)], 1)
