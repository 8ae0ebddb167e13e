"""pix2pix (Isola et al. 2017), the generator of s2f."""

from typing import ClassVar, cast

import torch
from torch import Tensor, nn

from imaging.words import N_
from inference.appearance import UNKNOWN, Appearance
from inference.device import Device, channels_last
from inference.engines.base import EngineInfo
from inference.errors import BadControl
from inference.networks.folding import fold_enlargement
from inference.networks.unet import UNet256, UNetConfig
from inference.packing import pack_convolutions
from inference.weights import Checkpoint


def build_generator(checkpoint: Checkpoint) -> UNet256:
    """The U-Net of a checkpoint as it was trained, in float32 on the CPU. Raises WeightsError."""
    return checkpoint.build(lambda architecture: UNet256(UNetConfig(**architecture)))


def optimise(network: UNet256, device: Device) -> nn.Module:
    """The same function made fast for pictures one at a time; changes and moves `network`, which is done learning."""
    if network.config.upsample == "resize":
        network.output = fold_enlargement(cast(nn.Sequential, network.output))
    return pack_convolutions(channels_last(network, device.torch, device.dtype))


class Pix2Pix:
    """Seed 0 is the network's own answer; any other seed is a variation by the dropout of the inner decoder."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="pix2pix",
        title="pix2pix",
        description=N_("Draws the face that the strokes outline. Seed 0 is its best answer, other seeds vary it."),
        weights_kind="pix2pix",
        controls=("skin", "hair", "eyes", "seed", "strength"),
    )

    def __init__(self, checkpoint: Checkpoint, device: Device) -> None:
        self.checkpoint, self.device = checkpoint, device
        self.network = optimise(build_generator(checkpoint), device)

    @torch.inference_mode()
    def generate(self, sketches: Tensor, seed: int, appearance: Appearance = UNKNOWN) -> Tensor:
        generator = torch.Generator().manual_seed(seed) if seed else None
        inputs = sketches.to(self.device.torch, self.device.dtype).contiguous(memory_format=torch.channels_last)
        wishes = None if appearance == UNKNOWN else self._wishes(appearance, len(sketches))
        face: Tensor = self.network(inputs, wishes, generator)
        return face.float()

    def _wishes(self, appearance: Appearance, count: int) -> Tensor:
        if not self.checkpoint.architecture.get("appearance"):
            raise BadControl(
                "The weights %(name)s know no skin, hair or eye colour. Leave them unknown.", name=self.checkpoint.name
            )
        return torch.from_numpy(appearance.vector()).to(self.device.torch).expand(count, -1)
