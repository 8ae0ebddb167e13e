"""Five face points in a drawing: a small hourglass with soft-argmax heat maps (after Sun et al. 2018,
"Integral Human Pose Regression") and a face / no-face score."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SIDE = 128  # px of the input
_HEAT = 32  # px of the heat maps
_REACH = 1.25  # heat maps cover this much of the picture's half side, so that points may lie a little outside


class LandmarkNet(nn.Module):
    """(N, 1, 128, 128), ink 0 to 1 -> points (N, 5, 2) as x, y in [-1, 1] of the picture, and face logits (N,)."""

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        w = width
        self.stem = nn.Sequential(_conv(1, w, 2), _conv(w, 2 * w, 2))  # 32 px
        self.down1 = nn.Sequential(_conv(2 * w, 3 * w, 2), _conv(3 * w, 3 * w))  # 16 px
        self.down2 = nn.Sequential(_conv(3 * w, 4 * w, 2), _conv(4 * w, 4 * w))  # 8 px
        self.down3 = nn.Sequential(_conv(4 * w, 6 * w, 2), _conv(6 * w, 4 * w))  # 4 px: sees the whole picture
        self.up2 = _conv(8 * w, 3 * w)
        self.up1 = _conv(6 * w, 3 * w)
        self.up0 = nn.Sequential(_conv(5 * w, 3 * w), nn.Conv2d(3 * w, 5, 1))
        self.face = nn.Linear(4 * w, 1)
        axis = torch.linspace(-_REACH, _REACH, _HEAT)
        self.register_buffer("axis", axis, persistent=False)

    def forward(self, ink: Tensor) -> tuple[Tensor, Tensor]:
        fine = self.stem(ink)
        middle = self.down1(fine)
        coarse = self.down2(middle)
        whole = self.down3(coarse)
        x = self.up2(torch.cat([_grow(whole), coarse], 1))
        x = self.up1(torch.cat([_grow(x), middle], 1))
        heat = self.up0(torch.cat([_grow(x), fine], 1)).float()
        weights = heat.flatten(2).softmax(-1).view_as(heat)
        x_mean = (weights.sum(2) * self.axis).sum(-1)
        y_mean = (weights.sum(3) * self.axis).sum(-1)
        return torch.stack([x_mean, y_mean], -1), self.face(whole.mean((2, 3))).float().squeeze(1)


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


def _grow(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
