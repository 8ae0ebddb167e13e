"""GFPGAN's network made fast for inference without changing what it computes.

Upstream's modulated convolution folds the batch into groups, with weights made anew for every picture. Scaling the
input by the style and the output by the demodulation factor is the same function (StyleGAN2, Karras et al. 2020,
section 2.2) with one dense convolution, which may then run in channels-last memory.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.device import channels_last


def make_dense(network: nn.Module) -> nn.Module:
    """Changes a `GFPGANv1Clean` in place to dense modulation and channels-last memory; returns it."""
    module: Any  # upstream annotates nothing
    for module in list(network.modules()):
        if isinstance(module, nn.Conv2d):
            channels_last(module)
        elif type(module).__name__ == "ModulatedConv2d":
            module.forward = _DenseModulation(module)
    # The 4 x 4 features are flattened by a view, which needs them channels-first.
    network.get_submodule("final_conv").register_forward_hook(lambda _module, _inputs, output: output.contiguous())
    return network


class _DenseModulation:
    """Stands in for `ModulatedConv2d.forward`; keeps the module's own parameters."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def __call__(self, x: Tensor, style: Tensor) -> Tensor:
        module = self.module
        scale: Tensor = module.modulation(style)
        if module.sample_mode == "upsample":
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        elif module.sample_mode == "downsample":
            x = F.interpolate(x, scale_factor=0.5, mode="bilinear", align_corners=False)
        weight: Tensor = module.weight[0]
        x = x * scale[:, :, None, None].to(x.dtype)
        out = F.conv2d(x, weight, padding=module.padding)
        if module.demodulate:
            energy = scale.float().square() @ weight.float().square().sum((2, 3)).T
            out = out * torch.rsqrt(energy + module.eps)[:, :, None, None].to(out.dtype)
        return out
