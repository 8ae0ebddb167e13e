"""A frozen MobileFaceNet (Chen et al. 2018) as a loss: what a face recogniser sees, and who it thinks it is.

Its weights are given to the trainer by path and are never shipped; the judge of the evaluation is another net.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.template import FIVE_POINTS, similarity
from training.crops import RECOGNISER_POINTS

_CROP = (112, 96)  # height, width
_CROP_POINTS = RECOGNISER_POINTS - np.array([8, 0], np.float32)  # this net's crop is 16 px narrower
_BLOCKS = ((2, 64, 5, 2), (4, 128, 1, 2), (2, 128, 6, 1), (4, 128, 1, 2), (2, 128, 2, 1))
_TAPS = (4, 11, 14)  # blocks compared besides the stem: 56 px high, then 28, 14 and 7


class FaceFeatures(nn.Module):
    """Aligned faces (N, 3, 256, 256) in [-1, 1] -> feature maps and unit embeddings (N, 128). Frozen."""

    def __init__(self, checkpoint: Path) -> None:
        super().__init__()
        self.network = MobileFaceNet()
        self.network.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["net_state_dict"])
        self.requires_grad_(False).eval()
        self.register_buffer("grid", _crop_grid(), persistent=False)

    def forward(self, faces: Tensor, moves: Tensor | None = None) -> tuple[list[Tensor], Tensor]:
        """`moves` (N, 2, 3) are small affine maps of the crops, see `random_moves`."""
        grid = self.get_buffer("grid").expand(len(faces), -1, -1, -1)
        if moves is not None:
            with torch.autocast(faces.device.type, enabled=False):  # bf16 knows places in a picture to half a pixel
                grid = torch.einsum("nhwj,nij->nhwi", F.pad(grid, (0, 1), value=1.0), moves)
        crops = F.grid_sample(faces.float(), grid, align_corners=False) * (127.5 / 128)
        taps, embedding = self.network(crops)
        return taps, F.normalize(embedding.float(), dim=1)


def random_moves(count: int, device: torch.device) -> Tensor:
    """(count, 2, 3): every crop a little turned, scaled and shifted, half of them mirrored.

    A picture that pleases a recogniser at one exact crop only has learned the recogniser and not the face
    (expectation over transformation, Athalye et al. 2018).
    """
    angle, scale = 0.05 * torch.randn(count), torch.exp(0.05 * torch.randn(count))
    mirror = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    cos, sin, shift = scale * angle.cos(), scale * angle.sin(), 0.025 * torch.randn(count, 2)
    rows = torch.stack([torch.stack([cos * mirror, -sin], 1), torch.stack([sin * mirror, cos], 1)], 1)
    return torch.cat([rows, shift.unsqueeze(2)], 2).to(device)


class MobileFaceNet(nn.Module):
    """Its own crops (N, 3, 112, 96) -> four feature maps and embeddings (N, 128)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = _Conv(3, 64, 3, 2, 1)
        self.dw_conv1 = _Conv(64, 64, 3, 1, 1, groups=64)
        blocks: list[nn.Module] = []
        channels = 64
        for expansion, outputs, repeats, stride in _BLOCKS:
            for k in range(repeats):
                blocks.append(_Bottleneck(channels, outputs, stride if k == 0 else 1, expansion))
                channels = outputs
        self.blocks = nn.Sequential(*blocks)
        self.conv2 = _Conv(128, 512, 1, 1, 0)
        self.linear7 = _Conv(512, 512, (7, 6), 1, 0, groups=512, linear=True)
        self.linear1 = _Conv(512, 128, 1, 1, 0, linear=True)

    def forward(self, crops: Tensor) -> tuple[list[Tensor], Tensor]:
        x = self.dw_conv1(self.conv1(crops))
        taps = [x]
        for k, block in enumerate(self.blocks):
            x = block(x)
            if k in _TAPS:
                taps.append(x)
        return taps, self.linear1(self.linear7(self.conv2(x))).flatten(1)


class _Conv(nn.Module):
    def __init__(
        self, inputs: int, outputs: int, kernel: int | tuple[int, int], stride: int, padding: int,
        groups: int = 1, linear: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        if not linear:
            self.prelu = nn.PReLU(outputs)
        self.linear = linear

    def forward(self, x: Tensor) -> Tensor:
        x = self.bn(self.conv(x))
        if not self.linear:
            x = self.prelu(x)
        return x


class _Bottleneck(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = inputs * expansion
        self.residual = stride == 1 and inputs == outputs
        self.conv = nn.Sequential(
            nn.Conv2d(inputs, inner, 1, bias=False), nn.BatchNorm2d(inner), nn.PReLU(inner),
            nn.Conv2d(inner, inner, 3, stride, 1, groups=inner, bias=False), nn.BatchNorm2d(inner), nn.PReLU(inner),
            nn.Conv2d(inner, outputs, 1, bias=False), nn.BatchNorm2d(outputs),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        change: Tensor = self.conv(x)
        return x + change if self.residual else change


def _crop_grid() -> Tensor:
    """Sampling grid (1, 112, 96, 2) of the net's own crop out of an aligned 256 px face."""
    to_face = similarity(_CROP_POINTS, FIVE_POINTS * 256)
    y, x = np.mgrid[: _CROP[0], : _CROP[1]].astype(np.float64)
    points = np.stack([x, y, np.ones_like(x)], axis=-1) @ to_face.T
    return torch.from_numpy((points + 0.5) / 128 - 1).float().unsqueeze(0)
