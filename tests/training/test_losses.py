"""Losses on cases worked out by hand."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from training import losses
from training.patchgan import PatchGAN, build_discriminator
from training.pix2pix import Pix2PixConfig, random_squares


def maps(*values: float) -> list[Tensor]:
    return [torch.tensor(values).view(-1, 1, 1, 1)]


def test_hinge_asks_the_discriminator_for_a_margin_and_no_more() -> None:
    gan = losses.GANS["hinge"]
    assert float(gan.discriminator(maps(2.0, 0.5), maps(-3.0, 0.0))) == pytest.approx(0.5 * (0.25 + 0.5))
    assert float(gan.generator(maps(1.0, -3.0))) == pytest.approx(1.0)


def test_cross_entropy_is_of_logits() -> None:
    gan = losses.GANS["bce"]
    real, fake = 1.5, -0.5
    expected = -0.5 * (math.log(1 / (1 + math.exp(-real))) + math.log(1 - 1 / (1 + math.exp(-fake))))
    assert float(gan.discriminator(maps(real), maps(fake))) == pytest.approx(expected)
    assert float(gan.generator(maps(fake))) == pytest.approx(-math.log(1 / (1 + math.exp(-fake))))
    assert float(gan.generator(maps(-200.0))) == pytest.approx(200.0)  # and not infinite


def test_least_squares_has_targets_1_and_0() -> None:
    gan = losses.GANS["lsgan"]
    assert float(gan.discriminator(maps(3.0), maps(2.0))) == pytest.approx(0.5 * (4 + 4))
    assert float(gan.generator(maps(3.0))) == pytest.approx(4.0)


@pytest.mark.parametrize("name", sorted(losses.GANS))
def test_scales_count_alike_whatever_their_size(name: str) -> None:
    gan = losses.GANS[name]
    small, large = torch.full((1, 1, 2, 2), 0.3), torch.full((1, 1, 9, 9), -0.8)
    both = gan.discriminator([small, large], [large, small])
    one, other = gan.discriminator([small], [large]), gan.discriminator([large], [small])
    assert float(both) == pytest.approx(float(one + other) / 2)


def test_r1_is_half_the_squared_gradient_at_real_pictures() -> None:
    weight = torch.tensor(0.5, requires_grad=True)
    real = torch.ones(2, 3, 4, 4)
    penalty = losses.gradient_penalty(lambda x: [(weight * x).mean(1, keepdim=True)], real)
    # The score is the mean over 48 numbers of weight x: its gradient is weight / 48 everywhere.
    assert penalty.item() == pytest.approx(0.5 * 48 * (0.5 / 48) ** 2)
    torch.autograd.backward(penalty)
    assert weight.grad is not None
    assert float(weight.grad) == pytest.approx(0.5 / 48)
    assert not real.requires_grad


def test_rows_that_nothing_is_asked_of_count_0() -> None:
    a, b = torch.tensor([1.0, 5.0]).view(2, 1, 1, 1), torch.zeros(2, 1, 1, 1)
    rows = torch.tensor([True, False])
    assert float(losses.l1(a, b)) == pytest.approx(3.0)
    assert float(losses.l1(a, b, rows)) == float(losses.feature_matching([a], [b], rows)) == pytest.approx(0.5)
    assert float(losses.l1(a, b, rows)) + float(losses.l1(a, b, ~rows)) == pytest.approx(3.0)


def test_luma_kl_is_the_divergence_of_two_pictures_taken_as_distributions() -> None:
    real, fake = -torch.ones(1, 3, 1, 2), -torch.ones(1, 3, 1, 2)
    real[..., 0], real[..., 1] = 0.5, -0.5  # luma .75 and .25
    fake[..., 0], fake[..., 1] = 0.0, 0.0
    assert losses.luma_kl(fake, real).item() == pytest.approx(0.75 * math.log(1.5) + 0.25 * math.log(0.5), rel=1e-4)
    darker = (real + 1) * 0.5 - 1
    assert losses.luma_kl(darker, real).item() == pytest.approx(0.0, abs=1e-6)  # blind to brightness


def test_luma_kl_of_black_pictures_is_a_number_with_a_gradient() -> None:
    fake = torch.full((2, 3, 8, 8), -1.0, requires_grad=True)
    loss = losses.luma_kl(fake, torch.full((2, 3, 8, 8), -1.0))
    torch.autograd.backward(loss)
    assert loss.item() == pytest.approx(0.0)
    assert fake.grad is not None
    assert bool(fake.grad.isfinite().all())


def test_contextual_is_mechrez_formula() -> None:
    generator = torch.Generator().manual_seed(1)
    x, y = torch.randn(1, 5, 2, 3, generator=generator), torch.randn(1, 5, 2, 3, generator=generator)
    a, b = (t[0].reshape(5, 6).numpy().astype(np.float64) for t in (x, y))
    centre = b.mean(1, keepdims=True)
    a, b = a - centre, b - centre
    distance = 1 - (a / np.linalg.norm(a, axis=0)).T @ (b / np.linalg.norm(b, axis=0))
    weight = np.exp((1 - distance / (distance.min(1, keepdims=True) + 1e-5)) / 0.5)
    likeness = weight / weight.sum(1, keepdims=True)
    assert losses.contextual(x, y).item() == pytest.approx(-math.log(likeness.max(0).mean() + 1e-5), rel=1e-3)


def test_contextual_does_not_ask_where_a_feature_lies() -> None:
    y = torch.randn(2, 16, 4, 4, generator=torch.Generator().manual_seed(2))
    moved = y.roll((1, 2), (2, 3))
    assert losses.contextual(moved, y).item() == pytest.approx(losses.contextual(y, y).item(), abs=1e-4)
    assert losses.contextual(y.flip(1), y).item() > losses.contextual(y, y).item() + 0.5


def test_contextual_of_large_and_flat_pictures_stays_small_and_finite() -> None:
    fake = torch.zeros(1, 3, 64, 64, requires_grad=True)
    loss = losses.contextual(losses.patches(fake), losses.patches(torch.zeros(1, 3, 64, 64)), positions=50)
    torch.autograd.backward(loss)
    assert bool(loss.isfinite())
    assert fake.grad is not None
    assert bool(fake.grad.isfinite().all())
    assert losses.patches(torch.zeros(2, 3, 64, 64)).shape == (2, 75, 14, 14)


def test_the_colours_of_parts_count_alike() -> None:
    torch.manual_seed(3)
    fake, real = torch.rand(4, 3, 8, 8), torch.rand(4, 3, 8, 8)
    regions = torch.ones(4, 3, 8, 8)
    known = torch.tensor([[1.0, 0, 0], [0, 0, 0], [1, 1, 1], [0, 0, 0]])
    halves = [losses.colour(fake[s], real[s], regions[s], known[s]) for s in (slice(0, 2), slice(2, 4))]
    assert losses.colour(fake, real, regions, known, parts=2).item() == pytest.approx(float(sum(halves)) / 2)
    assert losses.colour(fake, real, regions, torch.zeros(4, 3)).item() == 0.0


def test_ink_compares_the_last_two_faces_of_every_part() -> None:
    fake = torch.rand(6, 3, 8, 8, generator=torch.Generator().manual_seed(4))
    skin, photo = torch.ones(6, 1, 8, 8), torch.zeros(6, 3, 8, 8)
    fake[2], fake[5] = fake[1], fake[4]
    assert losses.ink(fake, photo, skin, parts=2).item() == pytest.approx(0.0)
    assert losses.ink(fake, photo, skin, parts=3).item() > 0.0
    fake[5] = 1.0
    assert losses.ink(fake, photo, skin, 2).item() == pytest.approx(losses.ink(fake, photo, skin, 1).item() / 2)


def test_twins_of_other_colours_must_differ_as_their_photos_do() -> None:
    photo = torch.rand(4, 3, 8, 8, generator=torch.Generator().manual_seed(4))
    skin = torch.ones(4, 1, 8, 8)
    assert losses.ink(photo, photo, skin, parts=2).item() == pytest.approx(0.0)
    assert losses.ink(photo[[0, 0, 2, 2]], photo, skin, parts=2).item() > 0.01


def unit(*rows: tuple[float, float]) -> Tensor:
    return torch.nn.functional.normalize(torch.tensor(rows, dtype=torch.float32), dim=1)


def test_contrast_is_the_chance_of_being_told_from_the_crowd() -> None:
    who, true, crowd = unit((1, 0)), unit((1, 1)), unit((-1, 1), (0, -1))
    logits = [10 * math.sqrt(0.5), -10 * math.sqrt(0.5), 0.0]
    expected = -math.log(math.exp(logits[0]) / sum(math.exp(x) for x in logits))
    assert losses.contrast(who, true, crowd).item() == pytest.approx(expected, rel=1e-4)


def test_contrast_does_not_hold_a_person_against_another_photo_of_theirs() -> None:
    who, true, other = unit((1, 0)), unit((1, 0.2)), unit((-1, 0.5))
    with_own = losses.contrast(who, true, torch.cat([other, true])).item()
    assert with_own == pytest.approx(losses.contrast(who, true, other).item())


@pytest.mark.parametrize("wrong", [{"gan": "wasserstein"}, {"weights": {"l1": 1.0, "vgg": 1.0}}])
def test_a_loss_that_is_not_there_is_refused_with_those_that_are(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no loss called (wasserstein|vgg)\. Choose from: "):
        Pix2PixConfig(**wrong)


def test_every_scale_has_a_patchgan_that_sees_a_smaller_picture() -> None:
    torch.manual_seed(0)
    network = build_discriminator(width=2, scales=2)
    sketch, image = torch.zeros(1, 3, 64, 64), torch.rand(1, 3, 64, 64)
    scores, features = network(sketch, image)
    assert [tuple(score.shape) for score in scores] == [(1, 1, 6, 6), (1, 1, 2, 2)]
    assert len(features) == 8
    assert isinstance(build_discriminator(width=2), PatchGAN)


def test_the_papers_discriminator_has_batch_norm_inside_and_no_spectral_norm() -> None:
    paper, own = PatchGAN(4, "batch"), PatchGAN(4)
    assert [isinstance(norm, nn.BatchNorm2d) for norm in paper.norms] == [False, True, True, True, False]
    assert not any("parametrizations" in name for name in paper.state_dict())
    assert not any(isinstance(norm, nn.BatchNorm2d) for norm in own.norms)
    assert all("parametrizations" in name or name.endswith("bias") for name in own.state_dict())


def test_the_discriminator_sees_the_same_square_of_sketch_and_photo_and_of_every_face_another() -> None:
    torch.manual_seed(3)
    place = torch.arange(64.0 * 64).view(1, 1, 64, 64).expand(6, 3, 64, 64)
    sketch, photo = random_squares(24, place, place + 1)
    assert sketch.shape == photo.shape == (6, 3, 24, 24)
    assert torch.equal(photo, sketch + 1)
    assert len(set(sketch[:, 0, 0, 0].tolist())) > 3
    whole = random_squares(64, place)[0]
    assert torch.equal(whole, place)
