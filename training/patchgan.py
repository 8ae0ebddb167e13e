"""The PatchGAN discriminator of pix2pix (70 x 70 receptive field), spectrally normalised."""

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


class PatchGAN(nn.Module):
    """Scores (sketch, image) pairs patch by patch.

    Spectral norm (Miyato et al. 2018) in place of batch or instance norm: feature statistics then cannot be
    matched by printing a fine dot pattern over the picture.
    """

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        widths = [6, width, 2 * width, 4 * width, 8 * width, 1]
        strides = [2, 2, 2, 1, 1]
        self.layers = nn.ModuleList(
            spectral_norm(nn.Conv2d(i, o, 4, s, 1)) for i, o, s in zip(widths[:-1], widths[1:], strides, strict=True)
        )

    def forward(self, sketch: Tensor, image: Tensor) -> tuple[Tensor, list[Tensor]]:
        """(N, 3, S, S) twice -> patch scores (N, 1, S/8 - 2, S/8 - 2) and the four inner feature maps."""
        x = torch.cat([sketch, image], dim=1)
        features: list[Tensor] = []
        for layer in self.layers[:-1]:
            x = nn.functional.leaky_relu(layer(x), 0.2)
            features.append(x)
        return self.layers[-1](x), features
