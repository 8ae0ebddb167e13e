"""The sketcher draws people, the same ones every time."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from imaging.decode import refuse_blank
from imaging.sketcher import DrawnSketch, Placement, Style, draw_sketch, imagine
from imaging.sketcher.person import Beard, Collar, HairStyle


def _pixels(sketch: DrawnSketch) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.asarray(sketch.image.convert("L"), np.float64)


def test_the_same_seed_draws_the_same_pixels() -> None:
    assert draw_sketch(4, 256).image.tobytes() == draw_sketch(4, 256).image.tobytes()


def test_another_seed_draws_another_person() -> None:
    assert imagine(4) != imagine(5)
    assert np.abs(_pixels(draw_sketch(4, 256)) - _pixels(draw_sketch(5, 256))).mean() > 8


@pytest.mark.parametrize("size", [256, 512])
def test_without_placement_the_eyes_lie_as_in_the_template(size: int) -> None:
    sketch = draw_sketch(1, size)
    assert sketch.image.size == (size, size)
    assert sketch.image.mode == "RGB"
    expected = np.array([(193, 240), (319, 240)]) * size / 512
    assert np.allclose(sketch.eyes, expected)


def test_a_placement_moves_the_eyes_with_the_drawing() -> None:
    sketch = draw_sketch(1, 512, placement=Placement(scale=0.5, angle=90.0, shift=(0.1, 0.0)))
    left, right = sketch.eyes
    assert np.allclose(np.hypot(right[0] - left[0], right[1] - left[1]), 63.0)
    assert right[1] > left[1]  # clockwise by a quarter: the viewer's right eye is below
    assert np.isclose(left[0], right[0])


@pytest.mark.parametrize("placement", [Placement(), Placement(0.7, -15.0, (0.05, -0.05))])
def test_pupils_are_the_darkest_places_where_the_eyes_are_said_to_be(placement: Placement) -> None:
    sketch = draw_sketch(6, 512, placement=placement)
    pixels = _pixels(sketch)
    for x, y in sketch.eyes:
        pupil = pixels[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3]
        assert pupil.mean() < 75
        assert pixels.mean() > 150


@pytest.mark.parametrize("style", get_args(Style))
def test_every_medium_draws_on_bright_paper_with_dark_lines(style: Style) -> None:
    pixels = _pixels(draw_sketch(7, 256, style, placement=Placement(scale=0.7)))
    assert np.median(pixels[:12, :12]) > 225
    assert pixels.min() < 70
    refuse_blank(draw_sketch(7, 256, style).image)


@pytest.mark.parametrize("hair", get_args(HairStyle))
def test_every_hairstyle_leaves_the_face_free(hair: HairStyle) -> None:
    person = replace(imagine(6), hair=hair, hair_dark=0.9, skin=0.0, beard="none", glasses=False)
    pixels = _pixels(draw_sketch(2, 256, person=person))
    crown, cheek = pixels[8:30, 110:146], pixels[135:150, 78:92]
    assert crown.mean() < cheek.mean() - 10
    assert cheek.mean() > 200


@pytest.mark.parametrize("beard", [kind for kind in get_args(Beard) if kind != "none"])
def test_every_beard_darkens_the_lower_face(beard: Beard) -> None:
    shaved = replace(imagine(5), beard="none", hair_dark=0.9)
    lower = np.s_[170:215, 100:156]
    without = _pixels(draw_sketch(3, 256, person=shaved))[lower].mean()
    assert _pixels(draw_sketch(3, 256, person=replace(shaved, beard=beard)))[lower].mean() < without - 4


@pytest.mark.parametrize("collar", get_args(Collar))
def test_every_collar_is_drawn(collar: Collar) -> None:
    person = replace(imagine(5), collar=collar)
    pixels = _pixels(draw_sketch(3, 256, person=person, placement=Placement(scale=0.7)))
    assert pixels[215:, :].std() > 5


def test_glasses_and_years_add_lines() -> None:
    young = replace(imagine(5), glasses=False, age=25.0)
    plain = _pixels(draw_sketch(3, 256, person=young))
    with_glasses = _pixels(draw_sketch(3, 256, person=replace(young, glasses=True)))
    assert with_glasses[105:135, 70:190].mean() < plain[105:135, 70:190].mean() - 3
    old = _pixels(draw_sketch(3, 256, person=replace(young, age=75.0)))
    assert old[62:84, 100:156].std() > plain[62:84, 100:156].std()


def test_people_of_many_seeds_are_varied() -> None:
    people = [imagine(seed) for seed in range(200)]
    assert {person.hair for person in people} == set(get_args(HairStyle))
    assert {person.beard for person in people} == set(get_args(Beard))
    assert 60 < sum(person.male > 0.5 for person in people) < 150
    assert all(person.beard == "none" for person in people if person.male < 0.4)
