"""The generator: its shape, its range, and that it is a function of the sketch."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from imaging.sketcher import draw_sketch
from inference.networks.unet import PAPER, SMALL, InstanceNorm, UNet256, UNetConfig
from inference.pipeline import to_input
from inference.sketch import to_gray
from tests.inference.folders import tiny_generator

NARROW_PAPER = UNetConfig(width=4)
NARROW_SMALL = UNetConfig(width=4, norm="instance", upsample="resize", dropout=0.25)


def sketches(count: int = 2, seed: int = 0) -> Tensor:
    return torch.rand(count, 3, 256, 256, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def made(network: UNet256, batch: Tensor, generator: torch.Generator | None = None) -> Tensor:
    with torch.inference_mode():
        face: Tensor = network(batch, None, generator)
    return face


def test_paper_has_the_parameters_of_the_published_generator() -> None:
    network = UNet256(PAPER)
    count = sum(parameter.numel() for parameter in network.parameters())
    channels = [3, 64, 128, 256, 512, 512, 512, 512]
    encoder = 16 * sum(a * b for a, b in pairwise(channels)) + 64
    bottleneck = 16 * 512 * 512 + 512
    outputs = [512, 512, 512, 512, 256, 128, 64]
    inputs = [512, 1024, 1024, 1024, 1024, 512, 256]
    decoder = 16 * sum(a * b for a, b in zip(inputs, outputs, strict=True)) + 16 * 128 * 3 + 3
    norms = 2 * (sum(channels[2:]) + sum(outputs))
    assert count == encoder + bottleneck + decoder + norms == 54_414_531


def test_there_are_seven_blocks_each_way_and_the_middle_is_one_pixel() -> None:
    network = UNet256(NARROW_PAPER).eval()
    assert (len(network.encoder), len(network.decoder)) == (7, 7)
    sides: list[int] = []
    for block in [*network.encoder, network.bottleneck, *network.decoder]:
        block.register_forward_hook(lambda _block, _inputs, output: sides.append(output.shape[-1]))
    made(network, sketches(1))
    assert sides == [128, 64, 32, 16, 8, 4, 2, 1, 2, 4, 8, 16, 32, 64, 128]


def test_dropout_is_in_the_three_inner_decoder_blocks_alone() -> None:
    network = UNet256(UNetConfig(width=2, dropout=0.999999)).eval()
    held: list[Tensor] = []
    for block in network.decoder:
        block.register_forward_pre_hook(lambda _block, inputs: held.append(inputs[0]))
    generator = torch.Generator().manual_seed(3)
    made(network, sketches(1), generator)
    # With nearly everything dropped, the first half of the channels into d2, d3 and d4 is empty.
    empty = [bool((x[:, : x.shape[1] // 2] == 0).all()) for x in held[1:4]]
    assert empty == [True, True, True]
    assert bool((held[5][:, : held[5].shape[1] // 2] != 0).any())


@pytest.mark.parametrize("config", [NARROW_PAPER, NARROW_SMALL], ids=["paper", "small"])
def test_faces_have_the_sketches_shape_and_lie_in_the_range(config: UNetConfig) -> None:
    face = made(UNet256(config).eval(), 50 * sketches(3))
    assert face.shape == (3, 3, 256, 256)
    assert float(face.abs().max()) <= 1.0


def test_small_is_the_same_network_without_batch_statistics() -> None:
    network = UNet256(SMALL)
    assert (len(network.encoder), len(network.decoder)) == (7, 7)
    assert list(network.buffers()) == []


@pytest.mark.parametrize("config", [NARROW_PAPER, NARROW_SMALL], ids=["paper", "small"])
def test_evaluation_is_a_function_of_the_sketch_alone(config: UNetConfig) -> None:
    torch.manual_seed(0)
    network = UNet256(config).eval()
    alone = made(network, sketches(1, seed=4))
    made(network, sketches(2, seed=5))
    torch.manual_seed(99)
    again = made(network, sketches(1, seed=4))
    assert alone.numpy().tobytes() == again.numpy().tobytes()


def test_training_has_live_dropout() -> None:
    network = tiny_generator().train()
    one, other = network(sketches(1)), network(sketches(1))
    assert not torch.equal(one, other)


def test_a_seed_is_one_variation() -> None:
    network = tiny_generator()
    plain = made(network, sketches(1))
    five, again, six = (made(network, sketches(1), torch.Generator().manual_seed(s)) for s in (5, 5, 6))
    assert torch.equal(five, again)
    assert not torch.equal(five, plain)
    assert not torch.equal(five, six)


def test_variations_keep_the_strength_of_what_passes() -> None:
    """What is kept is scaled by 1 / (1 - p), so that variations are faces of the same contrast."""
    network = UNet256(UNetConfig(width=2, dropout=0.25))
    x = torch.ones(1, 64, 64, 64)
    kept = network._drop(x, torch.Generator().manual_seed(1))
    assert set(kept.flatten().tolist()) == {0.0, float(torch.tensor(1 / 0.75))}
    assert abs(float(kept.mean()) - 1.0) < 0.01


@pytest.mark.parametrize("pictures", [1, 2])
@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
def test_instance_norm_is_torchs(memory: torch.memory_format, pictures: int) -> None:
    torch.manual_seed(0)
    ours, theirs = InstanceNorm(6), nn.InstanceNorm2d(6, affine=True)
    with torch.no_grad():
        ours.weight.normal_(1, 0.5)
        ours.bias.normal_(0, 0.5)
    theirs.load_state_dict(ours.state_dict())
    x = (3 + 5 * torch.randn(pictures, 6, 16, 16)).contiguous(memory_format=memory)
    for network in (ours.train(), ours.eval()):
        torch.testing.assert_close(network(x), theirs(x), atol=1e-5, rtol=1e-5)


def test_the_short_ways_of_training_make_the_same_face() -> None:
    torch.manual_seed(0)
    network = UNet256(UNetConfig(width=4, norm="instance", upsample="resize", dropout=0.0))
    for memory in (torch.contiguous_format, torch.channels_last):
        batch = sketches().contiguous(memory_format=memory)
        torch.testing.assert_close(network.train()(batch), network.eval()(batch), atol=1e-5, rtol=1e-5)


@pytest.mark.slow
def test_learning_one_pair_halves_the_difference_within_64_steps() -> None:
    torch.manual_seed(0)
    network = UNet256(UNetConfig(width=4, norm="instance", upsample="resize", dropout=0.0))
    optimizer = torch.optim.Adam(network.parameters(), 4e-3, betas=(0.5, 0.999))
    sketch = to_input(to_gray(draw_sketch(1, 256).image))
    shades = torch.linspace(-0.9, 0.9, 256)
    photo = torch.stack([shades.expand(256, 256), shades.expand(256, 256).T, shades.flip(0).expand(256, 256)])[None]
    differences = []
    for _ in range(64):
        difference = F.l1_loss(network(sketch), photo)
        optimizer.zero_grad()
        torch.autograd.backward(difference)
        optimizer.step()
        differences.append(difference.item())
    assert differences[-1] < differences[0] / 2
