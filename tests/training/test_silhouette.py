"""The photo of a real pair is cut and filled to the head that was drawn."""

import cv2
import numpy as np

from training.batches import WALL, on_wall
from training.silhouette import Mask, drawn_silhouette, fit_photo


def head(radius: int) -> Mask:
    """A filled head on a neck that leaves the picture below."""
    page = np.zeros((256, 256), np.uint8)
    cv2.ellipse(page, (128, 130), (radius, radius + 20), 0, 0, 360, 255, -1)
    cv2.rectangle(page, (100, 180), (156, 255), 255, -1)
    return page


def outline(radius: int, gap: int = 0) -> Mask:
    """The same as one line on paper, with a gap of so many pixels in the crown."""
    page = np.full((256, 256), 255, np.uint8)
    contours, _ = cv2.findContours(head(radius), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(page, contours, -1, 0, 2)
    page[:100, 128 - gap // 2 : 128 + gap // 2] = 255
    return page


def share(a: Mask, b: Mask) -> float:
    """Intersection over union of the heads."""
    one, other = a[:190] > 127, b[:190] > 127
    return float((one & other).sum() / (one | other).sum())


def test_the_drawn_head_is_found_though_the_photos_is_smaller() -> None:
    found = drawn_silhouette(outline(80), head(66))
    assert share(found, head(80)) > 0.95
    assert share(head(66), head(80)) < 0.8


def test_small_gaps_between_strokes_are_closed() -> None:
    assert share(drawn_silhouette(outline(80, gap=6), head(70)), head(80)) > 0.95


def test_an_open_outline_leaves_the_photos_own_mask() -> None:
    photographed = head(70)
    assert drawn_silhouette(outline(80, gap=60), photographed) is photographed
    assert drawn_silhouette(np.full((256, 256), 255, np.uint8), photographed) is photographed


def test_paper_below_the_head_is_wall_until_a_stroke() -> None:
    person = head(70)
    person[195:] = 255
    found = drawn_silhouette(outline(70), person)
    assert found[240, 10] == 0
    assert found[240, 128] == 255


def test_the_photo_is_continued_to_a_wider_silhouette_in_the_persons_colours() -> None:
    person, silhouette = head(66), head(80)
    skin, wall = np.array([200, 120, 90]), np.array([20, 60, 250])
    photo = np.where(person[..., None] > 0, skin, wall).astype(np.uint8)
    fitted = fit_photo(photo, person, silhouette)
    between = (silhouette > 0) & (person == 0)
    assert np.abs(fitted[between].astype(int) - skin).max() < 12
    picture = on_wall(fitted, silhouette)
    assert (picture[silhouette == 0] == WALL).all()
