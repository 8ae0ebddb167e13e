"""Enlarging and convolving in one convolution at the smaller size: the same function, without the large tensor."""

import torch
from torch import Tensor, nn

# Bilinear enlargement by 2, [phase, tap, offset]: the pixel that a tap of a 3-wide kernel sees, as a mix of its three
# small neighbours. Phase 0 is the even pixel of the large picture, 1 the odd one.
_MIX = torch.tensor(
    [
        [[0.75, 0.25, 0.0], [0.25, 0.75, 0.0], [0.0, 0.75, 0.25]],
        [[0.25, 0.75, 0.0], [0.0, 0.75, 0.25], [0.0, 0.25, 0.75]],
    ]
)


def fold_enlargement(block: nn.Sequential) -> nn.Sequential:
    """`nn.Upsample(2, "bilinear")` and a 3 x 3 convolution that repeats the edge -> one convolution with four times the
    channels, and pixel shuffle (Shi et al. 2016). Both steps are linear, so their product is a kernel."""
    _, convolution = block
    assert isinstance(convolution, nn.Conv2d)
    folded = nn.Conv2d(
        convolution.in_channels, 4 * convolution.out_channels, 3, padding=0, bias=convolution.bias is not None
    )
    with torch.no_grad():
        folded.weight.copy_(_folded(convolution.weight))
        if folded.bias is not None and convolution.bias is not None:
            folded.bias.copy_(convolution.bias.repeat_interleave(4))
    return nn.Sequential(nn.ReplicationPad2d(1), folded, nn.PixelShuffle(2))


def _folded(weight: Tensor) -> Tensor:
    outputs, inputs = weight.shape[:2]
    kernels = torch.einsum("oikl,pky,qlx->opqiyx", weight, _MIX, _MIX)
    return kernels.reshape(4 * outputs, inputs, 3, 3)
