"""One face of several likenesses."""

import itertools

import numpy as np
import pytest
from PIL import Image

from imaging.sketcher import draw_sketch
from inference.morph import face_weight, morph, points_of, warp
from inference.pipeline import Pipeline
from inference.template import FIVE_POINTS

SIDE = 512


@pytest.fixture(scope="module")
def faces() -> list[Image.Image]:
    return [draw_sketch(seed, SIDE, "pencil").image.convert("RGB") for seed in (3, 5, 7)]


def test_the_points_land_where_they_should() -> None:
    own = (FIVE_POINTS * SIDE).astype(np.float32)
    target = own + np.array([(6, -4), (-5, 3), (2, 8), (-7, 5), (4, 6)], np.float32)
    picture = np.zeros((SIDE, SIDE, 3), np.float32)
    for x, y in own.round().astype(int):
        picture[y - 4 : y + 5, x - 4 : x + 5] = 255
    moved = warp(picture, own, target)[..., 0]
    for x, y in target.round().astype(int):
        spot = moved[y - 9 : y + 10, x - 9 : x + 10]
        down, across = np.mgrid[-9:10, -9:10]
        assert abs((spot * across).sum() / spot.sum()) < 1.0
        assert abs((spot * down).sum() / spot.sum()) < 1.0


def test_what_is_far_from_the_points_stays() -> None:
    own = (FIVE_POINTS * SIDE).astype(np.float32)
    picture = np.random.default_rng(0).uniform(0, 255, (SIDE, SIDE, 3)).astype(np.float32)
    moved = warp(picture, own, own + 6)
    assert np.abs(moved[:40] - picture[:40]).mean() < 0.1
    assert np.abs(moved[:, :10] - picture[:, :10]).mean() < 1
    assert np.array_equal(warp(picture, own, own), picture)


def test_hair_is_the_firsts_and_the_face_is_everybodys(shipped: Pipeline, faces: list[Image.Image]) -> None:
    made = {order: np.asarray(morph(shipped.landmarks, [faces[i] for i in order])) for order in ((0, 1, 2), (2, 1, 0))}
    inner, outer = face_weight(SIDE) == 1, face_weight(SIDE) == 0
    assert inner.mean() > 0.1
    assert np.array_equal(made[0, 1, 2][inner], made[2, 1, 0][inner])
    far = outer.copy()
    far[60:] = False
    for order, shown in made.items():
        assert np.abs(shown[far].astype(float) - np.asarray(faces[order[0]], float)[far]).mean() < 0.5


def test_it_is_the_same_every_time(shipped: Pipeline, faces: list[Image.Image]) -> None:
    assert morph(shipped.landmarks, faces).tobytes() == morph(shipped.landmarks, faces).tobytes()


def test_a_morph_is_nearer_to_each_than_they_are_to_each_other(shipped: Pipeline, faces: list[Image.Image]) -> None:
    inner = face_weight(SIDE) == 1
    pixels = [np.asarray(face, np.float64)[inner] for face in faces]
    mixed = np.asarray(morph(shipped.landmarks, faces), np.float64)[inner]
    apart = [np.abs(one - other).mean() for one, other in itertools.combinations(pixels, 2)]
    assert max(np.abs(mixed - one).mean() for one in pixels) < max(apart)


def test_where_no_face_is_found_the_template_is_taken(shipped: Pipeline) -> None:
    blank = Image.new("RGB", (SIDE, SIDE), "white")
    assert np.allclose(points_of(shipped.landmarks, blank), FIVE_POINTS * SIDE)


def test_what_cannot_be_morphed_is_refused(shipped: Pipeline, faces: list[Image.Image]) -> None:
    for wrong in ([faces[0]], [faces[0], faces[1].resize((256, 256))]):
        with pytest.raises(ValueError, match="two or more"):
            morph(shipped.landmarks, wrong)
