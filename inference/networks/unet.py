"""The pix2pix generator: a U-Net over 256 x 256 images (Isola et al. 2017, "Image-to-Image
Translation with Conditional Adversarial Networks"; encoder and decoder counted as in s2f)."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Norm = Literal["instance", "batch"]
Upsample = Literal["transposed", "resize"]


@dataclass(frozen=True)
class UNetConfig:
    """`width` is the channel count of the first block; "paper" is 64 with transposed convolutions; `appearance` the
    length of a vector of wishes that the decoder takes besides the sketch, 0 for none."""

    width: int = 64
    norm: Norm = "batch"
    upsample: Upsample = "transposed"
    dropout: float = 0.5
    appearance: int = 0


PAPER = UNetConfig()
SMALL = UNetConfig(width=32, norm="instance", upsample="resize", dropout=0.25)

_ENCODER = (1, 2, 4, 8, 8, 8, 8)  # channels of e1..e7 in widths: 128 px down to 2 px
_DECODER = (8, 8, 8, 8, 4, 2, 1)  # d1..d7: 2 px up to 128 px
_DROPPED = 3  # dropout only in d1..d3
_EPSILON = 1e-5  # of the norms


class UNet256(nn.Module):
    """Seven encoder blocks, a bottleneck, seven decoder blocks with skips, and a tanh output."""

    def __init__(self, config: UNetConfig = PAPER) -> None:
        super().__init__()
        self.config = config
        encoder = [config.width * n for n in _ENCODER]
        decoder = [config.width * n for n in _DECODER]
        inputs = [3, *encoder[:-1]]
        self.encoder = nn.ModuleList(
            _down(i, o, config, normalised=k > 0) for k, (i, o) in enumerate(zip(inputs, encoder, strict=True))
        )
        # 1 x 1 px: nothing to normalise over, so the bottleneck has no norm.
        self.bottleneck = nn.Sequential(nn.Conv2d(encoder[-1], encoder[-1], 4, 2, 1), nn.ReLU())
        inputs = [encoder[-1]] + [d + e for d, e in zip(decoder[:-1], reversed(encoder), strict=False)]
        self.decoder = nn.ModuleList(_up(i, o, config) for i, o in zip(inputs, decoder, strict=True))
        self.output = _upsampler(decoder[-1] + encoder[0], 3, config.upsample, bias=True, edge="replicate")
        self.apply(_initialise)
        self.appearance = Modulation(config.appearance, decoder) if config.appearance else None

    def forward(
        self, sketch: Tensor, appearance: Tensor | None = None, generator: torch.Generator | None = None
    ) -> Tensor:
        """(N, 3, 256, 256) in [-1, 1], RGB, and (N, `config.appearance`) wishes, None and 0 for none -> a face of the
        sketch's shape and range.

        In evaluation the result is a function of these alone, unless a seeded `generator` asks for a
        variation: it then drives the dropout that pix2pix uses as its only source of noise.
        """
        wishes = self.appearance(appearance, sketch) if self.appearance else None
        skips: list[Tensor] = []
        x = sketch
        for block in self.encoder:
            x = block(x)
            skips.append(x)
        x = self.bottleneck(x)
        for k, (block, skip) in enumerate(zip(self.decoder, reversed(skips), strict=True)):
            x = block(x)
            if wishes is not None:
                gain, offset = wishes[k]
                x = torch.addcmul(offset, x, 1 + gain)
            if k < _DROPPED:
                x = self._drop(x, generator)
            # s2f applies the ReLU after the concatenation, so it clips the skip as well.
            x = torch.relu(torch.cat([x, skip], dim=1))
        return torch.tanh(self.output(x))

    def _drop(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        if generator is None:
            return F.dropout(x, self.config.dropout, training=self.training)
        # Drawn on the CPU, so that a seed means the same variation on every device.
        kept = torch.rand(x.shape, generator=generator) >= self.config.dropout
        return x * kept.to(x) / (1 - self.config.dropout)


class Modulation(nn.Module):
    """Wishes -> a gain and an offset for every channel of every decoder block (FiLM, Perez et al. 2018; as conditional
    instance norm in Dumoulin et al. 2017). Begins as no change at all, so that a network without it can be taught."""

    def __init__(self, inputs: int, channels: list[int], width: int = 64) -> None:
        super().__init__()
        self.inputs = inputs
        self.shared = nn.Sequential(nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU())
        self.heads = nn.ModuleList(nn.Linear(width, 2 * n) for n in channels)
        for head in self.heads:
            assert isinstance(head, nn.Linear)
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)

    def forward(self, wishes: Tensor | None, like: Tensor) -> list[tuple[Tensor, Tensor]]:
        """(N, inputs) or None -> of every block two (N, C, 1, 1) in `like`'s dtype."""
        if wishes is None:
            wishes = like.new_zeros(len(like), self.inputs)
        shared = self.shared(wishes.to(like.dtype))
        pairs = [head(shared)[..., None, None].chunk(2, dim=1) for head in self.heads]
        return [(gain, offset) for gain, offset in pairs]


class InstanceNorm(nn.Module):
    """Instance norm with a learned gain and offset (Ulyanov et al. 2016) for channels-last tensors.

    `nn.InstanceNorm2d` copies them to channels-first and back: forward and backward of the whole network took 1.5
    times as long with it on a CPU.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        # Over a batch of one a batch norm is the same, in one pass: on a CPU 4 times as fast. An export needs
        # the batch's length to stay free, so it has what follows.
        if len(x) == 1 or (self.training and x.device.type == "cpu"):
            return torch.cat([self._norm_one(row) for row in x.chunk(len(x))])
        variance, mean = torch.var_mean(x.float(), (2, 3), keepdim=True, correction=0)
        gain = self.weight.view(1, -1, 1, 1) * torch.rsqrt(variance + _EPSILON)
        offset = self.bias.view(1, -1, 1, 1) - mean * gain
        return torch.addcmul(offset.to(x.dtype), x, gain.to(x.dtype))

    def _norm_one(self, row: Tensor) -> Tensor:
        return F.batch_norm(row, None, None, self.weight, self.bias, training=True, eps=_EPSILON)


class EdgeUpsampler(nn.Sequential):
    """Twice as large and convolved, with the edge repeated beyond the picture."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(inputs, outputs, 3))

    def forward(self, x: Tensor) -> Tensor:
        enlarge, convolve = self
        if not self.training:
            face: Tensor = convolve(F.pad(enlarge(x), (1, 1, 1, 1), mode="replicate"))
            return face
        # Repeated before it is enlarged: the same but for rounding, a quarter of the pixels, and without torch's own
        # padding, which autocast does in fp32.
        x = torch.cat([x[:, :, :1], x, x[:, :, -1:]], 2)
        made: Tensor = convolve(enlarge(torch.cat([x[..., :1], x, x[..., -1:]], 3)))
        return made[..., 1:-1, 1:-1]


def _norm(channels: int, norm: Norm) -> nn.Module:
    return nn.BatchNorm2d(channels) if norm == "batch" else InstanceNorm(channels)


def _down(inputs: int, outputs: int, config: UNetConfig, normalised: bool) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=not normalised)]
    if normalised:
        layers.append(_norm(outputs, config.norm))
    return nn.Sequential(*layers, nn.LeakyReLU(0.2))


def _upsampler(
    inputs: int, outputs: int, upsample: Upsample, bias: bool, edge: Literal["zeros", "replicate"] = "zeros"
) -> nn.Module:
    """`edge` is what a resizing one sees beyond the picture."""
    if upsample == "transposed":
        return nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=bias)
    # Odena et al. 2016: resize, then convolve, against checkerboards. Bilinear: nearest still lets a weave through.
    if edge == "replicate":
        return EdgeUpsampler(inputs, outputs)
    return nn.Sequential(nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(inputs, outputs, 3, 1, 1, bias=bias))


def _up(inputs: int, outputs: int, config: UNetConfig) -> nn.Sequential:
    return nn.Sequential(_upsampler(inputs, outputs, config.upsample, bias=False), _norm(outputs, config.norm))


def _initialise(module: nn.Module) -> None:
    """pix2pix: convolutions N(0, 0.02), norm gains N(1, 0.02)."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm2d | InstanceNorm):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
