"""A small fully convolutional U-Net that tells wall, skin and hair apart; used on training photos only."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CLASSES = ("wall", "skin", "hair", "rest")


class Segmenter(nn.Module):
    """(N, 3, S, S) RGB in [-1, 1], S a multiple of 16 -> (N, 4, S, S) logits of the classes in `CLASSES`."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        widths = [width, 2 * width, 4 * width, 4 * width, 8 * width]
        self.encoder = nn.ModuleList(
            _block(i, o, stride=1 if k == 0 else 2)
            for k, (i, o) in enumerate(zip([3, *widths[:-1]], widths, strict=True))
        )
        self.decoder = nn.ModuleList(_block(a + b, b) for a, b in zip(widths[:0:-1], widths[-2::-1], strict=True))
        self.head = nn.Conv2d(width, len(CLASSES), 1)

    def forward(self, image: Tensor) -> Tensor:
        skips: list[Tensor] = []
        x = image
        for block in self.encoder:
            x = block(x)
            skips.append(x)
        for block, skip in zip(self.decoder, skips[-2::-1], strict=True):
            x = block(torch.cat([F.interpolate(x, scale_factor=2.0), skip], dim=1))
        logits: Tensor = self.head(x)
        return logits


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
        nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
    )  # fmt: skip
