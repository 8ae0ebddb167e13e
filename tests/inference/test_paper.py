"""Paper becomes white and ink of one strength, whatever the scanner, the paper and the hand were."""

from typing import get_args

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from imaging.sketcher import Style
from inference.paper import fit_paper, normalise_ink
from inference.sketch import to_gray
from tests.inference.drawings import drawn
from tests.inference.papers import Light, corner_shadow, lit, side_shadow

SIDE = 256
PAPERS: dict[str, tuple[Light | float, tuple[float, float, float]]] = {
    "grey": (0.72, (1.0, 1.0, 1.0)),
    "yellow": (1.0, (0.96, 0.9, 0.72)),
    "yellow in poor light": (0.8, (0.96, 0.9, 0.72)),
    "shadow on one side": (side_shadow(SIDE), (1.0, 1.0, 1.0)),
    "shadow in a corner": (corner_shadow(SIDE), (1.0, 1.0, 1.0)),
}


def brightness(image: Image.Image) -> npt.NDArray[np.float64]:
    return normalise_ink(to_gray(image)).astype(np.float64)


@pytest.mark.parametrize("style", get_args(Style))
@pytest.mark.parametrize("paper", PAPERS)
def test_other_paper_and_light_hardly_matter(paper: str, style: Style) -> None:
    clean = drawn(2, SIDE, style, 0.8).image
    other = lit(clean, *PAPERS[paper])
    assert np.abs(to_gray(other).astype(np.float64) - to_gray(clean)).mean() > 8  # it was another picture
    difference = np.abs(brightness(other) - brightness(clean))
    assert difference.mean() < 2.0
    assert np.percentile(difference, 95) < 9.0


@pytest.mark.parametrize("paper", PAPERS)
def test_bare_paper_becomes_white(paper: str) -> None:
    clean = drawn(2, SIDE, "pencil", 0.8).image
    page = brightness(lit(clean, *PAPERS[paper]))
    bare = to_gray(clean) > 240
    assert page[bare].mean() > 252


def test_faint_pencil_is_strengthened() -> None:
    clean = drawn(2, SIDE).image
    faint = Image.fromarray((255 - 0.35 * (255 - np.asarray(clean, np.float64))).astype(np.uint8))
    assert np.percentile(to_gray(faint), 3) > 165
    assert np.percentile(brightness(faint), 3) < 80
    assert np.abs(brightness(faint) - brightness(clean)).mean() < 12


@pytest.mark.parametrize("noise", [0.0, 2.0, 4.0])
@pytest.mark.parametrize("level", [255, 200, 150])
def test_a_blank_page_stays_white(level: int, noise: float) -> None:
    grain = np.random.default_rng(1).normal(0, noise, (SIDE, SIDE))
    page = normalise_ink(np.clip(level + grain, 0, 255).astype(np.uint8))
    assert page.mean() > 250


@pytest.mark.parametrize("side", [64, 200, 1500])
def test_large_black_hair_is_not_washed_out(side: int) -> None:
    image = Image.new("L", (side, side), 235)
    pen = ImageDraw.Draw(image)
    pen.ellipse((0.05 * side, -0.2 * side, 0.95 * side, 0.6 * side), fill=30)  # nearly half of the sheet
    pen.ellipse((0.25 * side, 0.2 * side, 0.75 * side, 0.85 * side), fill=235, outline=60, width=max(1, side // 100))
    page = normalise_ink(np.asarray(image))
    hair = page[int(0.05 * side) : int(0.15 * side), int(0.4 * side) : int(0.6 * side)]
    face = page[int(0.4 * side) : int(0.6 * side), int(0.4 * side) : int(0.6 * side)]
    assert hair.max() < 40
    assert face.min() > 245


def test_a_sheet_without_bare_paper_is_still_a_picture() -> None:
    dark = np.random.default_rng(2).integers(0, 60, (128, 128), dtype=np.uint8)
    page = normalise_ink(dark)
    assert page.shape == dark.shape
    assert page.std() > 5


@pytest.mark.parametrize("level", [255, 190, 120])
def test_more_ink_is_never_lighter(level: int) -> None:
    """On even paper the answer falls with the ink, over its whole range."""
    page = np.full((256, 256), level, np.uint8)
    steps = np.linspace(level, 0, 128).astype(np.uint8)
    page[100:140, 64:192] = steps
    answer = normalise_ink(page)[120, 64:192].astype(int)
    assert (np.diff(answer) <= 0).all()
    assert answer[0] > 250
    assert answer[-1] < 30


@pytest.mark.parametrize("shape", [(64, 64), (64, 2000), (3000, 64), (1, 1)])
def test_sheets_of_any_shape_come_through(shape: tuple[int, int]) -> None:
    page = np.full(shape, 200, np.uint8)
    assert normalise_ink(page).shape == shape
    assert fit_paper(page) == pytest.approx(np.full(shape, 200.0), abs=0.5)
