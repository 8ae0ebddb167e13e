"""The PatchGAN discriminator of pix2pix (70 x 70 receptive field), alone or at several scales."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

Norm = Literal["spectral", "batch"]


class PatchGAN(nn.Module):
    """Scores (sketch, image) pairs patch by patch.

    Spectral norm (Miyato et al. 2018) in place of the paper's batch norm: feature statistics then cannot be matched by
    printing a fine dot pattern over the picture.
    """

    def __init__(self, width: int = 32, norm: Norm = "spectral") -> None:
        super().__init__()
        widths = [6, width, 2 * width, 4 * width, 8 * width, 1]
        strides = [2, 2, 2, 1, 1]
        wrap = spectral_norm if norm == "spectral" else _same
        self.layers = nn.ModuleList(
            wrap(nn.Conv2d(i, o, 4, s, 1)) for i, o, s in zip(widths[:-1], widths[1:], strides, strict=True)
        )
        self.norms = nn.ModuleList(
            nn.BatchNorm2d(n) if norm == "batch" and n not in (width, 1) else nn.Identity() for n in widths[1:]
        )
        if norm == "batch":
            self.apply(_initialise)

    def forward(self, sketch: Tensor, image: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """(N, 3, S, S) twice -> a map of patch scores (N, 1, S/8 - 2, S/8 - 2) and the four inner feature maps."""
        x = torch.cat([sketch, image], dim=1)
        features: list[Tensor] = []
        for layer, norm in zip(self.layers[:-1], self.norms[:-1], strict=True):
            x = F.leaky_relu(norm(layer(x)), 0.2)
            features.append(x)
        return [self.layers[-1](x)], features


class MultiScale(nn.Module):
    """A PatchGAN for the picture, one for its half, one for its quarter (pix2pixHD, Wang et al. 2018)."""

    def __init__(self, width: int, norm: Norm, scales: int) -> None:
        super().__init__()
        self.scales = nn.ModuleList(PatchGAN(width, norm) for _ in range(scales))

    def forward(self, sketch: Tensor, image: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Score and feature maps of all scales, the largest first."""
        scores: list[Tensor] = []
        features: list[Tensor] = []
        for k, network in enumerate(self.scales):
            if k:
                sketch, image = (F.avg_pool2d(x, 3, 2, 1, count_include_pad=False) for x in (sketch, image))
            score, maps = network(sketch, image)
            scores += score
            features += maps
        return scores, features


def build_discriminator(width: int, norm: Norm = "spectral", scales: int = 1) -> nn.Module:
    return PatchGAN(width, norm) if scales == 1 else MultiScale(width, norm, scales)


def _initialise(module: nn.Module) -> None:
    """pix2pix: convolutions N(0, 0.02), norm gains N(1, 0.02)."""
    if isinstance(module, nn.Conv2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
        assert module.bias is not None
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)


def _same(module: nn.Module) -> nn.Module:
    return module
