"""A published face is known again after a crop and in a screenshot; another's is not."""

import functools

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps

from app.notices import pictures
from app.notices.pictures import Shown
from benchmarks import copies
from benchmarks.marks import WHOLE
from imaging import face_hash, faces
from imaging.face_hash import NEAR, near
from imaging.fingerprint import Bits, distances_to, packed
from imaging.label import labelled, without_band, wording
from imaging.sketcher import draw_sketch
from imaging.template import SIDE, Box

PEOPLE = range(40, 52)
MINE = 3
"""Its place among PEOPLE."""
CHANGES = copies.of_one(MINE)


@functools.cache
def likeness(number: int) -> Image.Image:
    """As soft as a likeness is, and no brighter."""
    return draw_sketch(number, SIDE).image.filter(ImageFilter.GaussianBlur(2.5)).point(lambda level: round(level * 0.8))


def published(number: int, crop: Box = WHOLE, language: str = "en") -> tuple[Shown, Image.Image]:
    shown = pictures.show(likeness(number), crop, ())
    return shown, labelled(shown.image, shown.crop, wording(language))


def hashed(number: int, crop: Box = WHOLE, language: str = "en") -> str:
    shown, whole = published(number, crop, language)
    return face_hash.face_hash(without_band(whole), shown.crop) or ""


@functools.cache
def known() -> Bits:
    return packed(hashed(number) for number in PEOPLE)


@pytest.mark.parametrize("name", [name for name in CHANGES if not name.startswith("30 %")])
def test_a_copy_is_known_and_is_nobody_elses(name: str) -> None:
    found = near(known(), CHANGES[name](published(PEOPLE[MINE])[1]))
    assert [row for row, bits in found.items() if bits <= NEAR] == [MINE]


def test_somebody_who_was_not_published_is_not_known() -> None:
    assert min(near(known(), published(99)[1]).values()) > NEAR


def test_a_notices_own_crop_and_language_change_no_more_than_a_little() -> None:
    cropped, thai = hashed(44, (0.15, 0.1, 0.85, 0.95)), hashed(44, WHOLE, "th")
    assert thai == hashed(44)
    assert distances_to(packed([hashed(44)]), packed([cropped]))[0][0] <= NEAR


def test_a_crop_that_leaves_out_a_part_of_the_face_has_no_hash() -> None:
    for crop in ((0.4, 0.0, 1.0, 1.0), (0.0, 0.5, 1.0, 1.0), (0.0, 0.0, 1.0, 0.6), (0.0, 0.0, 0.65, 1.0)):
        assert hashed(44, crop) == ""


def test_where_nobody_knows_the_crop_the_face_is_found() -> None:
    hashes = packed(face_hash.found_face_hash(without_band(published(number)[1])) or "" for number in PEOPLE)
    assert len(hashes) == len(PEOPLE)
    found = near(hashes, CHANGES["20 % around it"](published(PEOPLE[MINE])[1]))
    assert min(found, key=lambda row: found[row]) == MINE
    assert face_hash.found_face_hash(Image.new("RGB", (768, 737), "grey")) is None


def test_light_and_dark_are_no_difference() -> None:
    dull = ImageOps.autocontrast(published(PEOPLE[MINE])[1].convert("L"), cutoff=0).point(lambda level: level // 3 + 90)
    assert near(known(), dull)[MINE] <= NEAR


def test_several_faces_of_a_picture_are_sought() -> None:
    page = Image.new("RGB", (1600, 950), "white")
    for place, number in enumerate((41, 47)):
        page.paste(published(number)[1].resize((700, 800)), (50 + 800 * place, 70))
    found = near(known(), page)
    assert {PEOPLE[row] for row, bits in found.items() if bits <= NEAR + 8} >= {41, 47}


@pytest.mark.parametrize("size", [(64, 64), (1, 1), (64, 60_000), (60_000, 64), (6000, 6000)])
def test_pictures_of_any_size_and_content(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (size[1], size[0]), dtype=np.uint8)
    for picture in (Image.fromarray(noise), Image.new("RGB", size, "white")):
        assert all(bits > NEAR for bits in near(known(), picture).values())
    assert near(packed([]), Image.fromarray(noise)) == {}


def test_no_more_faces_are_looked_at_than_said() -> None:
    page = Image.new("L", (1200, 1200), 255)
    for number in range(9):
        page.paste(likeness(50).convert("L").resize((400, 400)), (number % 3 * 400, number // 3 * 400))
    assert len(faces.find(np.asarray(page))) == faces.MOST


def test_distances_are_counted_bit_by_bit() -> None:
    chance = np.random.default_rng(3)
    some, others = (chance.integers(0, 256, (count, 32), dtype=np.uint8) for count in (50, 7))
    each = np.unpackbits(some[:, None] ^ others[None], axis=2).sum(axis=2)
    found, which = distances_to(some, others)
    assert found.tolist() == each.min(axis=1).tolist()
    assert which.tolist() == each.argmin(axis=1).tolist()
