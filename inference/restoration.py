"""The restorer: GFPGAN's clean network (Wang et al. 2021) on aligned faces, 512 x 512, once, with a strength."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.dense_modulation import make_dense, pack_dense
from inference.gfpgan_compat import clean_network_class

SIDE = 512
PUBLISHED: dict[str, Any] = {
    "out_size": SIDE, "num_style_feat": 512, "channel_multiplier": 2, "num_mlp": 8, "input_is_latent": True,
    "different_w": True, "narrow": 1, "sft_half": True,
}  # fmt: skip
NARROW: dict[str, Any] = PUBLISHED | {"num_style_feat": 128, "narrow": 0.25, "num_mlp": 2}


def build_restorer(architecture: Mapping[str, Any]) -> nn.Module:
    """A `GFPGANv1Clean` of the given arguments, with random weights."""
    network: nn.Module = clean_network_class()(decoder_load_path=None, fix_decoder=False, **architecture)
    return network


class Restorer:
    """A loaded restorer. `restore` is a pure function of its arguments."""

    def __init__(self, network: nn.Module, dtype: torch.dtype, device: torch.device) -> None:
        self.network = pack_dense(make_dense(network.eval()).to(device), dtype)
        self.dtype, self.device = dtype, device

    @torch.inference_mode()
    def restore(self, face: Tensor, strength: float, seed: int) -> Tensor:
        """(N, 3, 256 or 512, same) in [-1, 1] -> (N, 3, 512, 512): bicubic enlargement blended with the
        restoration by `strength`, 0 to 1. At 0 the network does not run."""
        enlarged = enlarge(face.to(self.device))
        if strength == 0:
            return enlarged
        set_noise(self.network, seed)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            inputs = enlarged.contiguous(memory_format=torch.channels_last)
            restored, _ = self.network(inputs, return_rgb=False, randomize_noise=False)
        return torch.lerp(enlarged, restored.float().clamp(-1, 1), strength)


def set_noise(network: nn.Module, seed: int) -> None:
    """The decoder's noise maps, drawn on the CPU so that a seed means the same everywhere."""
    generator = torch.Generator().manual_seed(seed)
    for name, buffer in network.named_buffers():
        if ".noises." in f".{name}":
            buffer.copy_(torch.randn(buffer.shape, generator=generator))


def enlarge(face: Tensor) -> Tensor:
    """Bicubic enlargement to 512 x 512, clipped to the range."""
    if face.shape[-1] == SIDE:
        return face
    return F.interpolate(face, size=(SIDE, SIDE), mode="bicubic", align_corners=False).clamp(-1, 1)
