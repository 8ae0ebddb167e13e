"""GFPGAN's network made fast for inference without changing what it computes.

Upstream's modulated convolution folds the batch into groups, with weights made anew for every picture. Scaling the
input by the style and the output by the demodulation factor is the same function (StyleGAN2, Karras et al. 2020,
section 2.2) with one dense convolution, which may then run in channels-last memory.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def make_dense(network: nn.Module) -> nn.Module:
    """Changes a `GFPGANv1Clean` in place to dense modulation and channels-last memory; returns it."""
    for module in list(network.modules()):
        if isinstance(module, nn.Conv2d):
            module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        elif type(module).__name__ == "ModulatedConv2d":
            module.forward = _DenseModulation(module)  # type: ignore[method-assign]
    # The 4 x 4 features are flattened by a view, which needs them channels-first.
    network.final_conv.register_forward_hook(lambda _module, _inputs, output: output.contiguous())  # type: ignore[union-attr, operator]
    return network


class _DenseModulation:
    """Stands in for `ModulatedConv2d.forward`; keeps the module's own parameters."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module

    def __call__(self, x: Tensor, style: Tensor) -> Tensor:
        module = self.module
        scale: Tensor = module.modulation(style)  # type: ignore[operator]
        if module.sample_mode == "upsample":
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        elif module.sample_mode == "downsample":
            x = F.interpolate(x, scale_factor=0.5, mode="bilinear", align_corners=False)
        weight: Tensor = module.weight[0]  # type: ignore[index, assignment]
        x = x * scale[:, :, None, None].to(x.dtype)
        out = F.conv2d(x, weight, padding=module.padding)  # type: ignore[arg-type]
        if module.demodulate:
            energy = scale.float().square() @ weight.float().square().sum((2, 3)).T
            out = out * torch.rsqrt(energy + module.eps)[:, :, None, None].to(out.dtype)  # type: ignore[operator]
        return out
