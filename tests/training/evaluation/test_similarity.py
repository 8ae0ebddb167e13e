"""SSIM, PSNR and FSIM on cases worked out by hand."""

import math

import cv2
import numpy as np
import pytest

from tests.training import faces
from training.dataset import Images
from training.evaluation.fsim import fsim, phase_congruency, structure_of
from training.evaluation.similarity import psnr_each, shifted, ssim_gaussian, ssim_uniform


def level(value: int, count: int = 1) -> Images:
    return np.full((count, 64, 64, 3), value, np.uint8)


def between(a: Images, b: Images) -> float:
    return fsim(structure_of(a), structure_of(b))


def noisy(image: Images, sigma: float) -> Images:
    noise = np.random.default_rng(1).normal(0, sigma, image.shape)
    return np.asarray(np.clip(image + noise, 0, 255), np.uint8)


def test_both_kinds_of_ssim_agree_on_flat_pictures_and_not_on_others() -> None:
    c1 = (0.01 * 255) ** 2  # of flat pictures only the term of the means is left
    expected = (2 * 50 * 100 + c1) / (50**2 + 100**2 + c1)
    for ssim in (ssim_uniform, ssim_gaussian):
        assert ssim(level(50, 2), level(100, 2)).tolist() == pytest.approx([expected] * 2, abs=1e-4)


def test_the_gaussian_ssim_is_the_papers() -> None:
    a, b = (cv2.cvtColor(noisy(faces.photo(k), 20), cv2.COLOR_RGB2GRAY).astype(np.float64) for k in (1, 2))
    ma, mb, aa, bb, ab = (cv2.GaussianBlur(x, (11, 11), 1.5) for x in (a, b, a * a, b * b, a * b))
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    values = (2 * ma * mb + c1) * (2 * (ab - ma * mb) + c2)
    values /= (ma**2 + mb**2 + c1) * (aa - ma**2 + bb - mb**2 + c2)
    pair = [np.repeat(x.astype(np.uint8)[None, ..., None], 3, axis=-1) for x in (a, b)]
    assert ssim_gaussian(*pair)[0] == pytest.approx(values[5:-5, 5:-5].mean(), abs=1e-3)
    assert abs(ssim_gaussian(*pair)[0] - ssim_uniform(*pair)[0]) > 0.005


def test_the_shifted_ssim_is_s2fs() -> None:
    assert shifted(np.array([-1.0, 0.0, 0.48, 1.0])).tolist() == pytest.approx([0.0, 0.5, 0.74, 1.0])


def test_psnr_of_each_picture() -> None:
    pictures = np.concatenate([level(11), level(255), level(3)])
    values = psnr_each(pictures, np.concatenate([level(10), level(0), level(3)]))
    assert values[:2].tolist() == pytest.approx([20 * math.log10(255), 0.0])
    assert values[2] > 100


def test_fsim_of_equal_pictures_is_one_and_it_is_symmetric() -> None:
    a, b = faces.photo(1), faces.photo(2)
    assert between(a, a) == pytest.approx(1.0)
    assert between(a, b) == pytest.approx(between(b, a))
    assert 0.3 < between(a, b) < 0.95
    assert between(level(50)[0], level(200)[0]) == pytest.approx(1.0, abs=1e-3)  # neither has any structure


def test_fsim_falls_with_noise_and_with_blur() -> None:
    photo = faces.photo(1)
    noise = [between(photo, noisy(photo, sigma)) for sigma in (2, 10, 40)]
    assert 1 > noise[0] > noise[1] > noise[2]
    blur = [between(photo, np.asarray(cv2.GaussianBlur(photo, (0, 0), sigma))) for sigma in (1, 3, 8)]
    assert 1 > blur[0] > blur[1] > blur[2]


def test_fsim_sees_neither_colour_nor_the_side_of_a_mirror() -> None:
    a, b = faces.photo(1), faces.photo(2)
    gray = np.repeat(cv2.cvtColor(a, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=-1)
    assert between(a, np.asarray(gray, np.uint8)) == pytest.approx(1.0, abs=1e-4)
    mirrored = between(np.ascontiguousarray(a[:, ::-1]), np.ascontiguousarray(b[:, ::-1]))
    assert mirrored == pytest.approx(between(a, b), abs=0.01)


def test_fsim_shrinks_pictures_to_256_px_first() -> None:
    assert structure_of(np.zeros((512, 512, 3), np.uint8)).congruency.shape == (256, 256)


def test_phase_congruency_finds_the_edge_and_does_not_feel_contrast() -> None:
    x = np.arange(128)
    faint = np.tile(np.where((x > 31) & (x < 96), 110.0, 100.0), (128, 1)).astype(np.float32)
    strong = (faint - 100) * 10 + 60
    for picture in (faint, strong):
        congruency = phase_congruency(picture)
        assert congruency.max() <= 1
        assert congruency[64, 31:33].max() > 0.5
        assert congruency[64, 40:88].max() < 0.3  # between them
    assert np.abs(phase_congruency(faint) - phase_congruency(np.asarray(strong))).max() < 0.01


def test_phase_congruency_finds_edges_of_every_direction() -> None:
    y, x = np.mgrid[:128, :128] - 63.5
    ring = np.where(np.hypot(x, y) < 40, 200.0, 50.0).astype(np.float32)
    congruency = phase_congruency(ring)
    directions = [(0, 40), (28, 28), (40, 0), (-28, 28)]
    assert all(congruency[64 + dy - 3 : 64 + dy + 3, 64 + dx - 3 : 64 + dx + 3].max() > 0.4 for dy, dx in directions)
