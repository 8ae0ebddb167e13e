"""Sketches made from photos."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from tests.training import faces
from training import sketchmaker
from training.sketches import canny_lines, dodge, edges, elastic, hatch, make_sketch, vary_ink, xdog

Gray = npt.NDArray[np.uint8]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


STYLES: dict[str, Callable[[Gray], Gray]] = {
    "dodge": dodge,
    "xdog": xdog,
    "edges": edges,
    "canny": lambda gray: canny_lines(gray, 30, 90, 1.0),
    "hatch": lambda gray: hatch(gray, rng()),
}


@pytest.fixture(scope="module")
def gray() -> Gray:
    return np.asarray(faces.photo(1) @ np.array([0.299, 0.587, 0.114]), np.uint8)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_draws_dark_lines_on_white_where_the_photo_has_edges(style: str, gray: Gray) -> None:
    sketch = STYLES[style](gray)
    assert sketch.shape == gray.shape
    assert sketch.dtype == np.uint8
    assert np.percentile(sketch, 90) > 200
    assert sketch.min() < 130


def test_no_two_styles_are_alike(gray: Gray) -> None:
    drawn = {name: make(gray).astype(np.float64) for name, make in STYLES.items()}
    for one in drawn:
        for other in drawn:
            assert (one == other) == (np.abs(drawn[one] - drawn[other]).mean() < 1)


@pytest.mark.parametrize("style", ["dodge", "xdog", "edges", "canny"])
def test_an_even_wall_has_no_lines(style: str) -> None:
    assert STYLES[style](np.full((64, 64), 220, np.uint8)).min() >= 250


def test_dodge_is_s2fs_formula() -> None:
    """min(255, 256 g / (255 - blurred negative)) on a picture that the blur leaves as it is."""
    wide = np.full((64, 64), 100, np.uint8)
    wide[:, 32:] = 200
    sketch = dodge(wide, sigma=1.0)
    assert sketch[:, :20].min() == 255
    assert sketch[:, 44:].min() == 255
    assert sketch[30, 31] < 240  # the darker side of the edge


def test_the_same_generator_state_draws_the_same_sketch() -> None:
    photo, person = faces.photo(2), (faces.person(2) > 0).astype(np.uint8) * 255
    first, again, other = (make_sketch(photo, person, rng(seed)) for seed in (5, 5, 6))
    assert (first == again).all()
    assert (first != other).any()


def test_seeds_cover_many_styles() -> None:
    photo, person = faces.photo(2), (faces.person(2) > 0).astype(np.uint8) * 255
    means = [float(make_sketch(photo, person, rng(seed)).mean()) for seed in range(24)]
    assert np.ptp(means) > 25


def test_mostly_the_wall_is_not_drawn() -> None:
    photo = faces.photo(1).copy()
    photo[:, :40:4] = 255 - photo[:, :40:4]  # a striped curtain beside the person
    person = (faces.person(1) > 0).astype(np.uint8) * 255
    bare = sum(float(make_sketch(photo, person, rng(seed))[:, 4:36].min()) > 150 for seed in range(20))
    assert bare >= 14


@pytest.mark.parametrize("amplitude", [0.5, 4.0])
def test_elastic_moves_nothing_further_than_its_amplitude(amplitude: float) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (256, 1))
    moved = elastic(ramp, rng(3), amplitude, 24.0).astype(np.float64)
    shift = np.abs(moved - ramp)[:, 8:-8]
    assert shift.max() <= amplitude + 1
    assert shift.max() >= amplitude / 2 - 0.5


def test_other_hands_and_scanners_keep_the_drawing(gray: Gray) -> None:
    sketch = dodge(gray)
    varied = [vary_ink(sketch, rng(seed)) for seed in range(12)]
    assert all(v.shape == sketch.shape and v.dtype == np.uint8 for v in varied)
    assert (vary_ink(sketch, rng(3)) == varied[3]).all()
    alike = [float(np.corrcoef(v.ravel(), sketch.ravel())[0, 1]) for v in varied]
    assert np.median(alike) > 0.7
    assert len({float(v.mean()) for v in varied}) == 12


def test_makers_leave_their_input_alone(gray: Gray) -> None:
    before = gray.copy()
    for make in STYLES.values():
        make(gray)
    sketchmaker.vary_ink(gray, rng())
    sketchmaker.elastic(gray, rng(), 3.0, 20.0)
    assert (gray == before).all()
