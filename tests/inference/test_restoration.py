"""The restorer: GFPGAN's clean network, as strong as asked for."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from inference.gfpgan_compat import clean_network_class
from inference.restoration import NARROW, PUBLISHED, SIDE, Restorer, build_restorer, enlarge
from tests.inference.folders import RESTORER, tiny_restorer


@pytest.fixture(scope="module")
def restorer() -> Restorer:
    return Restorer(tiny_restorer(), torch.float32, torch.device("cpu"))


@pytest.fixture(scope="module")
def face() -> Tensor:
    coarse = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(1)) * 2 - 1
    return F.interpolate(coarse, size=(256, 256), mode="bilinear")


def bicubic(face: Tensor) -> Tensor:
    return F.interpolate(face, size=(512, 512), mode="bicubic", align_corners=False).clamp(-1, 1)


def test_the_clean_network_is_gfpgans_own() -> None:
    network = clean_network_class()
    assert network.__module__ == "gfpgan.archs.gfpganv1_clean_arch"
    assert network is clean_network_class()


@pytest.mark.parametrize("architecture", [PUBLISHED, NARROW])
def test_both_architectures_are_of_512_px(architecture: dict[str, object]) -> None:
    assert architecture["out_size"] == SIDE == 512


def test_strength_0_is_bicubic_enlargement_and_does_not_run_the_network(face: Tensor) -> None:
    network = tiny_restorer()
    ran: list[object] = []
    network.register_forward_pre_hook(lambda _network, inputs: ran.append(inputs))
    restorer = Restorer(network, torch.float32, torch.device("cpu"))
    assert torch.equal(restorer.restore(face, 0.0, 0), bicubic(face))
    assert ran == []
    restorer.restore(face, 0.1, 0)
    assert len(ran) == 1


def test_strength_blends_linearly(restorer: Restorer, face: Tensor) -> None:
    none, half, whole = (restorer.restore(face, strength, 0) for strength in (0.0, 0.5, 1.0))
    assert half.shape == (1, 3, 512, 512)
    assert float((whole - none).abs().mean()) > 0.01
    torch.testing.assert_close(half, (none + whole) / 2, atol=1e-6, rtol=0)


def test_faces_stay_in_the_range_and_at_their_size(restorer: Restorer, face: Tensor) -> None:
    restored = restorer.restore(3 * face, 1.0, 0)
    assert float(restored.abs().max()) <= 1.0
    large = bicubic(face)
    assert torch.equal(enlarge(large), large)
    assert torch.equal(restorer.restore(large, 0.0, 0), large)


def test_a_seed_is_one_result(restorer: Restorer, face: Tensor) -> None:
    three, four, again = (restorer.restore(face, 1.0, seed).numpy().tobytes() for seed in (3, 4, 3))
    assert three == again
    assert three != four


def test_dense_modulation_computes_what_upstream_computes(face: Tensor) -> None:
    plain = tiny_restorer()
    ours = build_restorer(RESTORER)
    ours.load_state_dict(plain.state_dict())
    restorer = Restorer(ours, torch.float32, torch.device("cpu"))
    made = restorer.restore(face, 1.0, 0)
    plain.load_state_dict(dict(restorer.network.named_buffers()), strict=False)  # with the noise of the seed
    with torch.inference_mode():
        expected = plain(enlarge(face), return_rgb=False, randomize_noise=False)[0].clamp(-1, 1)
    assert float((expected - enlarge(face)).abs().mean()) > 0.01
    assert np.abs(made.numpy() - expected.numpy()).max() < 1e-4
