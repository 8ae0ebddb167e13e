"""The label of published pictures: where it is, that it is read, that it is the same every time."""

import functools
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.notices import pictures
from benchmarks.marks import WHOLE, likenesses, measure
from imaging import fonts
from imaging.card import card
from imaging.label import WORDINGS, caption_height, labelled, mark_box, put_mark, wording
from imaging.sketcher import draw_sketch
from imaging.template import FIVE_POINTS, SIDE, face_region
from tests.servers import tesseract


@functools.cache
def face() -> Image.Image:
    return draw_sketch(7, SIDE, "pencil").image.convert("RGB")


def test_the_mark_is_inside_every_crop_that_keeps_the_face() -> None:
    left, top, right, bottom = mark_box(WHOLE)
    region = face_region()
    assert (region[0], region[1]) <= (left, top)
    assert (right, bottom) == pytest.approx((region[2], region[3]))
    mouth = max(y for _, y in FIVE_POINTS) / SIDE
    assert mouth + 0.05 < top < bottom < mouth + 0.11


def test_it_follows_a_crop_and_is_there_where_the_chin_is_not() -> None:
    cropped = mark_box((0.1, 0.1, 0.9, 0.9))
    assert cropped == pytest.approx([(number - 0.1) / 0.8 for number in mark_box(WHOLE)])
    for crop in ((0.0, 0.0, 1.0, 0.7), (0.5, 0.0, 1.0, 1.0), (0.0, 0.9, 1.0, 0.96)):
        left, top, right, bottom = mark_box(crop)
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1


def test_nothing_else_of_the_picture_is_touched() -> None:
    shown = pictures.show(face(), WHOLE, ())
    marked = np.asarray(put_mark(shown.image, shown.crop, wording("en")))
    rows, columns = np.nonzero((marked != np.asarray(shown.image)).any(axis=2))
    left, top, right, bottom = mark_box(shown.crop)
    height, width = marked.shape[:2]
    assert rows.min() >= round(top * height)
    assert rows.max() < round(bottom * height)
    assert columns.min() >= round(left * width)
    assert columns.max() < round(right * width)


def test_what_is_covered_or_cut_off_is_gone() -> None:
    secret = face().copy()
    secret.paste((255, 0, 255), (100, 100, 150, 150))
    secret.paste((0, 255, 255), (0, 0, 40, 512))
    box = (100.4 / 512, 100.4 / 512, 149.6 / 512, 149.6 / 512)
    shown = pictures.show(secret, (40.2 / 512, 0.0, 1.0, 1.0), (box,))
    for file in pictures.files(shown, "en"):
        pixels = np.asarray(Image.open(io.BytesIO(file.data)).convert("RGB"), np.int16)
        magenta = (pixels[..., 0] > 150) & (pixels[..., 1] < 90) & (pixels[..., 2] > 150)
        cyan = (pixels[..., 0] < 90) & (pixels[..., 1] > 150) & (pixels[..., 2] > 150)
        assert not magenta.any()
        assert not cyan.any()


@pytest.mark.parametrize("language", sorted(WORDINGS))
def test_the_same_bytes_every_time(language: str) -> None:
    shown = pictures.show(face(), (0.05, 0.0, 1.0, 1.0), ())
    first, second = (
        [hashlib.sha256(file.data).hexdigest() for file in pictures.files(shown, language)] for _ in range(2)
    )
    assert first == second


def test_without_a_font_for_thai_the_label_is_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (str(tmp_path),))
    fonts.thai_file.cache_clear()
    try:
        assert wording("th") == WORDINGS["en"]
    finally:
        fonts.thai_file.cache_clear()
    assert wording("fr") == WORDINGS["en"]


def test_a_card_is_what_other_sites_ask_for() -> None:
    shown = pictures.show(face(), WHOLE, ())
    made = card(shown.image, shown.crop, wording("en"))
    assert made.size == (1200, 630)
    whole = labelled(shown.image, shown.crop, wording("en"))
    assert whole.height == shown.image.height + caption_height(whole.width)


@pytest.mark.parametrize("language", sorted(WORDINGS))
def test_the_mark_is_read_after_crops_and_changes(language: str) -> None:
    """Four crops of one likeness; `benchmarks.marks` does all sixteen with fifty."""
    tesseract()
    with ThreadPoolExecutor(2) as pool:
        found = measure(next(likenesses(1)), wording(language), pool, {"ltrb", "LTRB", "LTrb", "ltRB"})
    assert len(found) == 4 * 3
    assert [tried for tried, read in found.items() if not read] == []
