"""Styles: drawings made from photos."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from tests.training import faces
from training.sketches import STYLES as DRAWN
from training.sketches.base import Gray
from training.sketches.dodge import dodge
from training.sketches.edges import canny_lines, edges
from training.sketches.lines import coherent_lines
from training.sketches.shading import hatch, pencil, shade_region
from training.sketches.xdog import xdog


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


STYLES: dict[str, Callable[[Gray], Gray]] = {
    "dodge": dodge,
    "xdog": xdog,
    "edges": edges,
    "canny": lambda gray: canny_lines(gray, 30, 90, 1.0),
    "lines": coherent_lines,
    "pencil": lambda gray: pencil(gray, rng()),
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


@pytest.mark.parametrize("style", ["dodge", "xdog", "edges", "canny", "lines"])
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


def test_dodge_at_its_default_blurs_with_a_window_of_71_px(gray: Gray) -> None:
    blurred = cv2.GaussianBlur(255 - gray, (71, 71), 0)
    assert (dodge(gray) == cv2.divide(gray, np.maximum(255 - blurred, 1), scale=256)).all()


def test_coherent_lines_bridge_gaps_that_a_difference_of_gaussians_leaves() -> None:
    page = np.full((128, 128), 230, np.uint8)
    for start in range(0, 360, 45):
        cv2.ellipse(page, (64, 64), (40, 40), 0, start + 8, start + 45, 60, 2, cv2.LINE_AA)
    y, x = np.mgrid[:128, :128] - 64
    angle = np.rad2deg(np.arctan2(y, x)) % 45
    in_gaps = (np.abs(np.hypot(x, y) - 40) < 1) & (angle > 3) & (angle < 5)
    assert page[in_gaps].mean() > 200
    assert xdog(page, threshold=0.6)[in_gaps].mean() > 200
    assert coherent_lines(page)[in_gaps].mean() < 60


def test_a_heavy_pencil_lays_more_tone_than_a_light_one(gray: Gray) -> None:
    light, heavy = (cv2.GaussianBlur(pencil(gray, rng(), darkness), (0, 0), 3) for darkness in (0.0, 1.0))
    assert (light > 225).mean() > 2 * (heavy > 225).mean()


def test_hatching_has_a_direction(gray: Gray) -> None:
    """The grain is drawn out: along its strokes it changes less than across them."""
    shade = hatch(np.full((128, 128), 40, np.uint8), rng(3)).astype(np.float64)
    spectrum = np.abs(np.fft.fftshift(np.fft.fft2(shade - shade.mean()))) ** 2
    y, x = np.mgrid[-64:64, -64:64]
    xx, xy, yy = ((spectrum * part).sum() for part in (x * x, x * y, y * y))
    small, large = np.linalg.eigvalsh(np.array([[xx, xy], [xy, yy]]))
    assert large > 4 * small


@pytest.mark.parametrize("style", list(DRAWN))
def test_a_style_varies_with_its_generator_and_with_nothing_else(style: str, gray: Gray) -> None:
    before = gray.copy()
    draw = next(maker for name, maker in DRAWN.items() if name == style)
    first, again, other = (draw(gray, rng(seed)) for seed in (5, 5, 6))
    assert (first == again).all()
    assert (first != other).any()
    assert (gray == before).all()


def test_a_shaded_region_is_dark_and_shines_where_the_photo_does() -> None:
    page, photo, mask = (np.full((64, 64), value, np.uint8) for value in (255, 60, 0))
    mask[8:40], photo[8:40, 32:] = 255, 180
    shaded = shade_region(page, photo, mask, rng())
    assert (shaded[mask == 0] == 255).all()
    assert shaded[8:40, :32].mean() + 30 < shaded[8:40, 32:].mean() < 250
    assert (shaded == shade_region(page, photo, mask, rng())).all()
