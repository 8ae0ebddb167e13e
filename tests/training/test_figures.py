"""Losses and figures on cases worked out by hand."""

import math

import numpy as np
import pytest
import torch

from tests.training import faces
from training import losses
from training.crops import RECOGNISER_POINTS
from training.evaluation.intervals import mean_of
from training.evaluation.judge import cosines, hits_by_person
from training.evaluation.similarity import psnr, raw_ssim
from training.face_features import FaceFeatures, MobileFaceNet
from training.patchgan import PatchGAN


def level(value: int, count: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.full((count, 256, 256, 3), value, np.uint8)


def test_feature_matching_is_the_mean_over_maps_of_any_size() -> None:
    fake = [torch.zeros(1, 2, 4, 4, requires_grad=True), torch.zeros(1, 8, 2, 2, requires_grad=True)]
    real = [torch.full((1, 2, 4, 4), 1.0, requires_grad=True), torch.full((1, 8, 2, 2), -3.0, requires_grad=True)]
    loss = losses.feature_matching(fake, real)
    assert loss.item() == pytest.approx(2.0)
    torch.autograd.backward(loss)
    assert all(map_.grad is not None for map_ in fake)
    assert all(map_.grad is None for map_ in real)


def test_cosine_distance_of_unit_vectors() -> None:
    a = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    b = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    assert float(losses.cosine_distance(a, a)) == pytest.approx(0.0)
    assert float(losses.cosine_distance(a, b)) == pytest.approx(0.5)
    assert float(losses.cosine_distance(a, -a)) == pytest.approx(2.0)


def test_raw_ssim_is_the_formula_and_not_s2fs_rescaling() -> None:
    photo = np.stack([faces.photo(1), faces.photo(2)])
    assert raw_ssim(photo, photo) == pytest.approx(1.0)
    c1 = (0.01 * 255) ** 2  # flat pictures: only the term of the means is left
    assert raw_ssim(level(50), level(100)) == pytest.approx((2 * 50 * 100 + c1) / (50**2 + 100**2 + c1), abs=1e-4)
    assert raw_ssim(level(0), level(255)) == pytest.approx(c1 / (255**2 + c1), abs=1e-5)
    mixed = raw_ssim(np.concatenate([level(0), photo[:1]]), np.concatenate([level(255), photo[:1]]))
    assert mixed == pytest.approx((1 + c1 / (255**2 + c1)) / 2, abs=1e-5)


def test_ssim_sees_brightness_and_not_colour() -> None:
    photo = faces.photo(1)[None]
    grey = np.repeat((photo @ np.array([0.299, 0.587, 0.114]))[..., None].round().astype(np.uint8), 3, -1)
    assert raw_ssim(photo, grey) > 0.99


def test_psnr_in_decibels() -> None:
    assert psnr(level(10), level(11)) == pytest.approx(20 * math.log10(255))
    assert psnr(level(0), level(255)) == pytest.approx(0.0)
    assert psnr(level(3), level(3)) > 100


def test_the_bootstrap_interval_holds_the_mean() -> None:
    flat = mean_of([0.4] * 10)
    assert (flat.value, flat.low, flat.high) == pytest.approx((0.4, 0.4, 0.4))
    values = np.random.default_rng(1).normal(0.3, 0.1, 400).tolist()
    figure = mean_of(values)
    low, high = figure.low, figure.high
    assert low < np.mean(values) < high
    assert high - low == pytest.approx(2 * 1.96 * 0.1 / 20, rel=0.2)
    assert mean_of(values) == figure


def test_rank_by_person_counts_any_photo_of_the_person() -> None:
    angles = np.radians([0.0, 10.0, 90.0, 180.0])
    photos = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    people = ["ann", "ann", "bob", "cem"]
    # Ann's first face is nearest to her other photo; Bob's is nearest to Cem's; Cem's to his own.
    turned = np.radians([8.0, 2.0, 140.0, 175.0])
    seen = np.stack([np.cos(turned), np.sin(turned)], 1).astype(np.float32)
    assert hits_by_person(seen, photos, people, 1).mean() == pytest.approx(3 / 4)
    assert hits_by_person(seen, photos, people, 2).mean() == pytest.approx(1.0)
    assert hits_by_person(photos, photos, people, 1).mean() == 1.0
    assert cosines(seen, photos).tolist() == pytest.approx(np.cos(turned - angles).tolist(), abs=1e-6)


def test_the_patchgan_looks_at_70_px_patches() -> None:
    torch.manual_seed(0)
    network = PatchGAN(width=4)
    image = torch.zeros(1, 3, 256, 256, requires_grad=True)
    [scores], maps = network(torch.zeros(1, 3, 256, 256), image)
    assert scores.shape == (1, 1, 30, 30)
    assert [tuple(map_.shape[1:]) for map_ in maps] == [(4, 128, 128), (8, 64, 64), (16, 32, 32), (32, 31, 31)]
    torch.autograd.backward(scores[0, 0, 15, 15])
    assert image.grad is not None
    rows, columns = torch.nonzero(image.grad[0].abs().sum(0), as_tuple=True)
    assert (int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1) == (70, 70)


@pytest.fixture(scope="module")
def features(tmp_path_factory: pytest.TempPathFactory) -> FaceFeatures:
    """The recogniser with random weights, from a file of the given format."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("nets") / "face-features.ckpt"
    torch.save({"net_state_dict": MobileFaceNet().state_dict()}, path)
    return FaceFeatures(path)


def test_a_recogniser_gives_maps_and_unit_embeddings(features: FaceFeatures) -> None:
    maps, who = features(torch.rand(2, 3, 256, 256) * 2 - 1)
    sizes = [(64, 56, 48), (64, 28, 24), (128, 14, 12), (128, 7, 6)]
    assert [tuple(map_.shape) for map_ in maps] == [(2, *size) for size in sizes]
    assert who.norm(dim=1).tolist() == pytest.approx([1.0, 1.0], abs=1e-5)


def test_a_recogniser_teaches_the_face_and_learns_nothing(features: FaceFeatures) -> None:
    before = {name: value.clone() for name, value in features.state_dict().items()}
    face = torch.rand(1, 3, 256, 256, requires_grad=True)
    torch.autograd.backward(features(face)[1].sum())
    assert face.grad is not None
    assert float(face.grad.abs().sum()) > 0
    assert all(torch.equal(before[name], value) for name, value in features.state_dict().items())
    assert not any(parameter.requires_grad for parameter in features.parameters())


def test_a_recogniser_looks_at_its_own_crop(features: FaceFeatures) -> None:
    """The template's points must be seen where the recogniser was trained to have them, 8 px further left."""
    x, y = np.meshgrid(np.arange(256.0), np.arange(256.0))
    places = torch.from_numpy(np.stack([x, y])[None]).float()
    grid = features.get_buffer("grid")
    seen = torch.nn.functional.grid_sample(places, grid, align_corners=False)[0].numpy()
    assert seen.shape == (2, 112, 96)
    template = np.array([(193, 240), (319, 240), (257, 314), (201, 371), (313, 371)]) / 2
    columns, rows = np.round(RECOGNISER_POINTS - (8, 0)).astype(int).T
    apart = seen[:, rows, columns].T - template
    assert np.abs(apart).max() < 5  # two templates never fit exactly
    assert np.abs(apart.mean(0)).max() < 1
