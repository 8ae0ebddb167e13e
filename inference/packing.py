"""Convolutions whose weights are laid out for the CPU once, and not anew for every picture.

oneDNN convolves blocked weights. Eager torch reorders them on every call, which is a fifth of the small generator's
time at batch size 1; torch's own compiler packs them by the operators used here. The result is the same bytes.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class PackedConv2d(nn.Module):
    """Stands in for a convolution in inference; weights (O, I, K, K) are packed at the first picture."""

    def __init__(self, weight: Tensor, bias: Tensor | None, stride: int = 1, padding: int = 0) -> None:
        super().__init__()
        self.bias = None if bias is None else bias.detach()
        self.stride, self.padding = [stride, stride], [padding, padding]
        self._weight, self._packed = weight.detach(), False

    def forward(self, x: Tensor) -> Tensor:
        """(N, I, H, W), channels last, cast to the weights' dtype -> (N, O, H', W') in that dtype."""
        x = x.to(self._weight.dtype)
        if not can_pack(self._weight):
            return self._plain(x)
        if not self._packed:
            # oneDNN chooses the layout by the size of the picture; any other size still gives the right result.
            self._weight, self._packed = self._pack(list(x.shape)), True
        return self._convolve(x)

    def _plain(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self._weight, self.bias, self.stride, self.padding)

    def _pack(self, shape: list[int]) -> Tensor:
        pack: Any = torch.ops.mkldnn._reorder_convolution_weight
        packed: Tensor = pack(self._weight, self.padding, self.stride, [1, 1], 1, shape)
        return packed

    def _convolve(self, x: Tensor) -> Tensor:
        convolve: Any = torch.ops.mkldnn._convolution_pointwise
        made: Tensor = convolve(x, self._weight, self.bias, self.padding, self.stride, [1, 1], 1, "none", [], "")
        return made


class PackedConvTranspose2d(PackedConv2d):
    """The same for a transposed convolution, whose weights are (I, O, K, K)."""

    def _plain(self, x: Tensor) -> Tensor:
        return F.conv_transpose2d(x, self._weight, self.bias, self.stride, self.padding)

    def _pack(self, shape: list[int]) -> Tensor:
        pack: Any = torch.ops.mkldnn._reorder_convolution_transpose_weight
        packed: Tensor = pack(self._weight, self.padding, [0, 0], self.stride, [1, 1], 1, shape)
        return packed

    def _convolve(self, x: Tensor) -> Tensor:
        convolve: Any = torch.ops.mkldnn._convolution_transpose_pointwise
        made: Tensor = convolve(
            x, self._weight, self.bias, self.padding, [0, 0], self.stride, [1, 1], 1, "none", [], ""
        )
        return made


_PACKED: dict[type[nn.Module], type[PackedConv2d]] = {
    nn.Conv2d: PackedConv2d,
    nn.ConvTranspose2d: PackedConvTranspose2d,
}


def pack_convolutions(network: nn.Module) -> nn.Module:
    """Replaces in place every plain convolution of a network that is done learning; returns it."""
    for name, child in network.named_children():
        packed = _PACKED.get(type(child))
        if packed is not None and isinstance(child, nn.Conv2d | nn.ConvTranspose2d) and _is_plain(child):
            setattr(network, name, packed(child.weight, child.bias, int(child.stride[0]), int(child.padding[0])))
        else:
            pack_convolutions(child)
    return network


def can_pack(weight: Tensor) -> bool:
    """Packed weights are packed already; others need a CPU and a torch with oneDNN, those of bf16 a CPU for which
    oneDNN has such convolutions: on others torch makes them itself, slowly."""
    if weight.is_mkldnn:
        return True
    backend: Any = torch.backends.mkldnn
    if weight.device.type != "cpu" or not backend.is_available():
        return False
    return weight.dtype != torch.bfloat16 or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _is_plain(convolution: nn.Conv2d | nn.ConvTranspose2d) -> bool:
    square = len(set(convolution.stride)) == 1 and len(set(convolution.padding)) == 1
    return (
        square
        and convolution.padding_mode == "zeros"
        and convolution.groups == 1
        and set(convolution.dilation) == {1}
        and set(convolution.output_padding) == {0}
    )
