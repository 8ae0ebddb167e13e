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
from inference.packing import PackedConv2d, pack_convolutions


def make_dense(network: nn.Module) -> nn.Module:
    """Changes a `GFPGANv1Clean` in place to dense modulation and channels-last memory; returns it."""
    module: Any  # upstream annotates nothing
    for module in list(network.modules()):
        if isinstance(module, nn.Conv2d):
            channels_last(module)
        elif type(module).__name__ == "ModulatedConv2d":
            module.forward = _DenseModulation(module)
    return _flattening(network)


def pack_dense(network: nn.Module, dtype: torch.dtype) -> nn.Module:
    """Packs the convolutions of a `make_dense` network that is done learning, in `dtype`; returns it.

    The noise that styled convolutions add, its weight and their bias get the same type: or every sum would be float32.
    """
    network.get_submodule("stylegan_decoder.noises").to(dtype)
    for module in network.modules():
        if type(module).__name__ == "StyleConv":
            for parameter in module.parameters(recurse=False):
                parameter.data = parameter.data.to(dtype)
        if isinstance(module, nn.Conv2d):
            module.to(dtype)
        modulated = vars(module).get("forward")
        if isinstance(modulated, _DenseModulation):
            modulated.pack(dtype)
    return _flattening(pack_convolutions(network))


def _flattening(network: nn.Module) -> nn.Module:
    """The 4 x 4 features are flattened by a view, which needs them channels-first."""
    network.get_submodule("final_conv").register_forward_hook(lambda _module, _inputs, output: output.contiguous())
    return network


class _DenseModulation:
    """Stands in for `ModulatedConv2d.forward`; keeps the module's own parameters."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.packed: PackedConv2d | None = None
        self.energy: Tensor | None = None

    def __call__(self, x: Tensor, style: Tensor) -> Tensor:
        module = self.module
        scale: Tensor = module.modulation(style)
        if module.sample_mode == "upsample":
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        elif module.sample_mode == "downsample":
            x = F.interpolate(x, scale_factor=0.5, mode="bilinear", align_corners=False)
        x = x * scale[:, :, None, None].to(x.dtype)
        out = self.packed(x) if self.packed else F.conv2d(x, module.weight[0], padding=module.padding)
        if module.demodulate:
            energy = scale.float().square() @ (self._energy() if self.energy is None else self.energy).T
            out = out * torch.rsqrt(energy + module.eps)[:, :, None, None].to(out.dtype)
        return out

    def pack(self, dtype: torch.dtype) -> None:
        weight = self.module.weight[0].to(dtype, memory_format=torch.channels_last)
        self.packed = PackedConv2d(weight, None, padding=self.module.padding)
        self.energy = self._energy().detach()

    def _energy(self) -> Tensor:
        """(O, I): the squares of the weights, summed over the kernel."""
        weight: Tensor = self.module.weight[0].float()
        return weight.square().sum((2, 3))
