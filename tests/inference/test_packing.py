"""Inference runs packed and folded convolutions: the same function as the layers that were trained."""

import pytest
import torch
from torch import Tensor, nn

from inference.device import channels_last
from inference.networks.folding import fold_enlargement
from inference.packing import PackedConv2d, can_pack, pack_convolutions


def picture(side: int, channels: int = 8) -> Tensor:
    noise = torch.randn(1, channels, side, side, generator=torch.Generator().manual_seed(3))
    return noise.contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("kernel, stride, padding", [(3, 1, 1), (4, 2, 1), (1, 1, 0)])
def test_a_packed_convolution_gives_the_bytes_of_the_plain_one(
    dtype: torch.dtype, kernel: int, stride: int, padding: int
) -> None:
    plain = channels_last(nn.Conv2d(8, 12, kernel, stride, padding), dtype=dtype)
    packed = PackedConv2d(plain.weight, plain.bias, stride, padding)
    with torch.inference_mode():
        for side in (32, 16, 32):  # packed for the first size, right at any
            x = picture(side).to(dtype)
            assert torch.equal(packed(x), plain(x))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_packed_transposed_convolution_gives_the_bytes_of_the_plain_one(dtype: torch.dtype) -> None:
    network = nn.Sequential(channels_last(nn.ConvTranspose2d(8, 12, 4, 2, 1), dtype=dtype))
    with torch.inference_mode():
        pictures = [picture(side).to(dtype) for side in (32, 16, 32)]
        plain = [network(x) for x in pictures]
        packed = pack_convolutions(network)
        assert all(torch.equal(packed(x), y) for x, y in zip(pictures, plain, strict=True))


def test_it_takes_any_float_and_answers_in_its_own() -> None:
    packed = PackedConv2d(torch.randn(4, 8, 3, 3).bfloat16(), None, padding=1)
    assert packed(picture(16)).dtype == torch.bfloat16


def test_packing_replaces_plain_convolutions_alone() -> None:
    network = nn.Sequential(
        nn.Conv2d(8, 8, 3), nn.Sequential(nn.Conv2d(8, 8, 3, padding_mode="replicate")), nn.Conv2d(8, 8, 3, groups=2)
    )
    pack_convolutions(network)
    leaves = [type(module) for module in network.modules() if not isinstance(module, nn.Sequential)]
    assert leaves == [PackedConv2d, nn.Conv2d, nn.Conv2d]


def test_weights_off_the_cpu_are_not_packed() -> None:
    assert not can_pack(torch.empty(1, 1, 1, 1, device="meta"))


def test_a_folded_enlargement_is_the_same_function_up_to_the_edge() -> None:
    block = nn.Sequential(
        nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(8, 3, 3, 1, 1, padding_mode="replicate")
    )
    folded = fold_enlargement(block)
    with torch.inference_mode():
        torch.testing.assert_close(folded(picture(16)), block(picture(16)), atol=1e-5, rtol=0)
