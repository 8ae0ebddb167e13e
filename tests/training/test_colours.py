"""Colours of photos: what is measured, and what a photo looks like with others."""

import cv2
import numpy as np
import pytest
import torch

from inference.template import EYES
from training import losses
from training.colours import iris_mask, measure, recolour, to_lab, to_rgb
from training.dataset import Images
from training.face_features import random_moves

SKIN, HAIR, IRIS = (210, 160, 130), (60, 40, 25), (60, 90, 120)


def portrait() -> tuple[Images, Images]:
    """Flat colours on the template, and the masks of person, skin and hair."""
    photo, regions = np.full((256, 256, 3), 90, np.uint8), np.zeros((3, 256, 256), np.uint8)
    photo[20:80, 60:200], photo[80:230, 60:200] = HAIR, SKIN
    photo[iris_mask(EYES, 256) > 0] = IRIS
    regions[0, 20:230, 60:200] = regions[1, 80:230, 60:200] = regions[2, 20:80, 60:200] = 255
    regions[1][iris_mask(EYES, 256) > 0] = 0
    return photo, regions


def lab_of(colour: tuple[int, int, int]) -> list[float]:
    return [float(value) for value in to_lab(np.array([[colour]], np.uint8))[0, 0]]


def test_colours_are_measured_where_they_are() -> None:
    photo, regions = portrait()
    skin, hair, iris = measure(photo, regions, EYES)
    assert skin.tolist() == pytest.approx(lab_of(SKIN), abs=0.5)
    assert hair.tolist() == pytest.approx(lab_of(HAIR), abs=0.5)
    assert iris.tolist() == pytest.approx(lab_of(IRIS), abs=0.5)


def test_what_cannot_be_told_is_not_a_number() -> None:
    photo, regions = portrait()
    regions[2] = 0
    assert np.isnan(measure(photo, regions, EYES)[1]).all()
    gray = np.repeat(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None], 3, -1)
    assert np.isnan(measure(gray, regions, EYES)).all()  # black and white: nobody knows


@pytest.mark.parametrize("wanted", [(40.0, 15.0, 20.0), (85.0, 5.0, 12.0)])
def test_a_recoloured_region_has_the_colour_and_the_rest_has_its_own(wanted: tuple[float, float, float]) -> None:
    photo, regions = portrait()
    before = measure(photo, regions, EYES)
    made = recolour(photo, regions[1], before[0], np.array(wanted, np.float32))
    after = measure(made, regions, EYES)
    assert after[0].tolist() == pytest.approx(wanted, abs=1.0)
    assert (made[regions[1] == 0] == photo[regions[1] == 0]).mean() > 0.999


def test_shading_survives_and_nothing_is_blown_out() -> None:
    lightness = np.linspace(5, 95, 256, dtype=np.float32)
    lab = np.stack([lightness, np.full(256, 10, np.float32), np.full(256, 10, np.float32)], -1)
    ramp = np.repeat(to_rgb(lab[None]), 256, 0)
    everywhere = np.full((256, 256), 255, np.uint8)
    for wanted in (20.0, 70.0):
        made = recolour(ramp, everywhere, np.array([45, 10, 10], np.float32), np.array([wanted, 10, 10], np.float32))
        light = to_lab(made)[0, :, 0]
        assert (np.diff(light) > -0.5).all()
        assert light.max() < 99.5


def test_lab_of_the_loss_is_opencvs() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    tensor = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 127.5 - 1
    ours = losses.lab(tensor)[0].permute(1, 2, 0).numpy() * 100
    assert np.abs(ours - to_lab(picture)).max() < 0.5


def test_the_colour_loss_counts_the_regions_that_were_asked_for() -> None:
    fake, real = torch.full((2, 3, 8, 8), -0.2), torch.full((2, 3, 8, 8), 0.4)
    regions = torch.ones(2, 3, 8, 8)
    known = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    apart = (losses.lab(fake) - losses.lab(real)).abs().mean()
    assert float(losses.colour(fake, real, regions, known)) == pytest.approx(float(apart), rel=1e-4)
    assert float(losses.colour(fake, real, regions, torch.zeros(2, 3))) == 0.0
    assert float(losses.colour(real, real, regions, known)) == pytest.approx(0.0, abs=1e-6)


def test_moves_are_small_and_half_of_them_mirror() -> None:
    torch.manual_seed(2)
    moves = random_moves(400, torch.device("cpu"))
    turned = torch.linalg.det(moves[:, :, :2])
    assert 0.4 < float((turned < 0).float().mean()) < 0.6
    assert 0.9 < float(turned.abs().sqrt().mean()) < 1.1
    assert float(moves[:, :, 2].abs().max()) < 0.15
