"""The sketch maker: styles by chance, what stands behind the person, deformations."""

import cv2
import numpy as np
import pytest

from tests.training import faces
from training.sketches import STYLES, Deformation, SketchMaker, Style, make_sketch
from training.sketches.base import Gray

STYLE_NAMES: list[Style] = list(STYLES)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def mask(seed: int) -> Gray:
    return (faces.person(seed) > 0).astype(np.uint8) * 255


def test_the_same_generator_state_draws_the_same_sketch() -> None:
    first, again, other = (make_sketch(faces.photo(2), mask(2), rng(seed)) for seed in (5, 5, 6))
    assert (first == again).all()
    assert (first != other).any()


def test_seeds_cover_many_styles() -> None:
    means = [float(make_sketch(faces.photo(2), mask(2), rng(seed)).mean()) for seed in range(24)]
    assert np.ptp(means) > 25


def test_mostly_the_wall_is_not_drawn() -> None:
    photo = faces.photo(1).copy()
    photo[:, :40:4] = 255 - photo[:, :40:4]  # a striped curtain beside the person
    maker = SketchMaker()
    bare = sum(float(maker.make(photo, mask(1), rng(seed))[:, 4:36].min()) > 150 for seed in range(20))
    assert bare >= 14
    with_wall = SketchMaker(bare_wall=0.0)
    assert all(float(with_wall.make(photo, mask(1), rng(seed))[:, 4:36].min()) < 150 for seed in range(4))


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_a_style_can_be_asked_for_and_be_the_only_one(style: Style) -> None:
    asked = SketchMaker(shading=0.0).make(faces.photo(1), mask(1), rng(3), style)
    gray = cv2.cvtColor(faces.photo(1), cv2.COLOR_RGB2GRAY)
    dice = rng(3)
    dice.random()
    alpha = mask(1) / np.float32(255)
    wall = dice.uniform(200, 255)
    drawn = STYLES[style](np.asarray(gray * alpha + wall * (1 - alpha), np.uint8), dice)
    if style != "pencil":
        dice.random()
    strength = float(np.exp(dice.uniform(-0.7, 0.7)))
    assert (asked == np.asarray(255 * (1 - (1 - drawn / 255.0) ** strength), np.uint8)).all()
    only = SketchMaker(styles={style: 1.0}, shading=0.0)
    assert any((only.make(faces.photo(1), mask(1), rng(seed)) != asked).any() for seed in range(3))


def test_styles_come_by_their_shares() -> None:
    """Outlines leave nearly all of the page white, XDoG fills dark hair: shares of either tell."""
    photo = np.full((64, 64, 3), 30, np.uint8)
    photo[16:48, 16:48] = 220
    person = np.full((64, 64), 255, np.uint8)
    for share in (0.0, 0.25, 1.0):
        maker = SketchMaker(styles={"outlines": 1 - share, "xdog": share}, shading=0.0)
        dark = [float((maker.make(photo, person, rng(seed)) < 128).mean()) > 0.3 for seed in range(60)]
        assert abs(np.mean(dark) - share) < 0.2


def test_without_a_deformation_none_happens_and_with_all_all_do() -> None:
    sketch = SketchMaker().make(faces.photo(1), mask(1), rng(1))
    assert (Deformation().apply(sketch, rng(2)) == sketch).all()
    for name in ("jitter", "elastic", "missing", "smudge", "paper", "scanner"):
        certain = Deformation(**{name: 1.0})
        assert (certain.apply(sketch, rng(2)) != sketch).any(), name
        assert (certain.apply(sketch, rng(2)) == certain.apply(sketch, rng(2))).all(), name
