"""Damage, colours and drawing again, on pictures whose answer is known."""

import cv2
import numpy as np
import pytest

from inference.template import FIVE_POINTS
from tests.training import faces
from training.dataset import Images
from training.evaluation import damage
from training.evaluation.ink import summary
from training.evaluation.regions import REGIONS, lab_distance, mean_lab, region, to_lab
from training.evaluation.resketch import ink_agreement, resketch


def ramp() -> Images:
    """Column x has the level x."""
    return np.repeat(np.tile(np.arange(256, dtype=np.uint8), (256, 1))[..., None], 3, axis=-1)


def ink(*boxes: tuple[int, int, int, int]) -> Images:
    page = np.full((256, 256, 3), 240, np.uint8)
    for left, top, right, bottom in boxes:
        page[top:bottom, left:right] = 60
    return page


@pytest.mark.parametrize("amplitude", [2.0, 5.5])
def test_strokes_move_smoothly_and_as_far_as_asked(amplitude: float) -> None:
    moved = damage.deform(ramp(), amplitude, np.random.default_rng(3))[8:-8, 16:-16, 0].astype(float)
    shift = moved - ramp()[8:-8, 16:-16, 0]
    assert amplitude * 0.5 < np.abs(shift).max() <= amplitude + 1
    assert np.abs(np.diff(shift, axis=0)).max() <= 1 + amplitude / 6
    again = damage.deform(ramp(), amplitude, np.random.default_rng(3))[8:-8, 16:-16, 0]
    assert (again == moved).all()
    assert (damage.deform(ramp(), 0, np.random.default_rng(3)) == ramp()).all()


def test_the_asked_share_is_erased_to_bare_paper() -> None:
    page = np.full((256, 256, 3), 60, np.uint8)
    page[:40] = 240
    for share in (0.1, 0.3):
        erased = damage.erase(page, share, np.random.default_rng(1))
        gone = (erased != page).any(-1) | (np.arange(256) < 40)[:, None]
        assert share <= gone[32:224, 32:224].mean() < share + 0.15
        assert set(np.unique(erased)) == {60, 240}
    assert (damage.erase(page, 0, np.random.default_rng(1)) == page).all()


def test_named_parts_hold_the_templates_points() -> None:
    page = ink((0, 0, 256, 120))
    x, y = (FIVE_POINTS * 256).round().astype(int).T
    for part, points in {"both eyes": (0, 1), "one eye": (0,), "nose": (2,), "mouth": (3, 4)}.items():
        erased = damage.erase_part(np.zeros_like(page), part)
        held = erased[y, x, 0] > 0
        assert set(np.flatnonzero(held)) == set(points)


def test_a_turned_page_shows_paper_in_its_corners() -> None:
    page = ink((120, 20, 136, 60))
    turned = damage.rotate(page, 90)
    assert (turned[120:136, 20:60] < 100).all()  # what was above is now on the left
    assert (damage.rotate(page, 45)[0, 0] == 240).all()


def test_gamma_and_density_by_hand() -> None:
    assert damage.gamma(np.array([[[0, 51, 255]]], np.uint8), 2.0).tolist() == [[[0, 10, 255]]]
    page = ink((10, 10, 200, 100))
    assert damage.paper_of(page).tolist() == [240, 240, 240]
    faint, heavy = damage.density(page, 0.5), damage.density(page, 3.0)
    assert (faint[50, 50, 0], faint[0, 0, 0]) == (150, 240)  # ink of 3/4 becomes 3/8 of the paper
    assert (heavy[50, 50, 0], heavy[0, 0, 0]) == (0, 240)


def test_regions_lie_where_their_names_say() -> None:
    eyes, mouth = (FIVE_POINTS[:2] * 256).round().astype(int), (FIVE_POINTS[3:] * 256).mean(0).round().astype(int)
    assert all(region("eyes")[y, x] and not region("skin")[y, x] for x, y in eyes)
    assert region("lips")[mouth[1], mouth[0]]
    for name in REGIONS:
        assert 20 < region(name).sum() < 4000
        assert region(name, 512).mean() == pytest.approx(region(name).mean(), rel=0.1)
        assert not any((region(name) & region(other)).any() for other in REGIONS if other != name)


def test_colour_of_a_region_in_cielab() -> None:
    assert to_lab(np.full((1, 1, 3), 255, np.uint8))[0, 0].tolist() == pytest.approx([100, 0, 0], abs=0.1)
    red = to_lab(np.array([[[255, 0, 0]]], np.uint8))[0, 0]
    assert red.tolist() == pytest.approx([53.2, 80.1, 67.2], abs=0.2)
    face = np.full((1, 256, 256, 3), 255, np.uint8)
    face[0, region("skin")] = (255, 0, 0)
    face[0, region("lips")] = (0, 0, 255)
    assert mean_lab(face)[0].tolist() == pytest.approx(red.tolist())
    assert lab_distance(np.array([[1.0, 2, 3]]), np.array([[1.0, 5, 7]])).tolist() == [5.0]


def test_the_spread_of_skin_distances() -> None:
    row = summary("gamma 2", np.arange(0.0, 10.1, 0.1))
    assert (row["images"], row["median"], row["p95"], row["max"]) == pytest.approx((101, 5.0, 9.5, 10.0))
    assert row["within"] == pytest.approx(50 / 101)


def test_drawings_agree_wherever_their_ink_lies_and_however_strong_it_is() -> None:
    page = faces.photo(1)
    own, other = resketch(page), resketch(faces.photo(6))
    assert ink_agreement(own, own) == pytest.approx(1.0)
    assert ink_agreement(own, np.asarray(255 - (255 - own) // 2, np.uint8)) > 0.99
    assert ink_agreement(own, np.roll(own, 1, axis=1)) > 0.8
    assert ink_agreement(own, other) < ink_agreement(own, np.roll(own, 1, axis=1))
    assert ink_agreement(own, np.full_like(own, 255)) == 0


def test_a_face_is_drawn_again_without_its_wall() -> None:
    photo, person = faces.photo(1), cv2.dilate(faces.person(1) * 23, np.ones((3, 3)))
    drawing = resketch(photo, np.asarray(person, np.uint8))
    assert (drawing[:20, :20] > 250).all()
    assert (drawing[100:200, 60:196] < 128).any()
