"""Files made from clean pixels."""

import io

import numpy as np
import pytest
from PIL import Image

from imaging.encode import encode_png, thumbnail_webp
from tests.imaging import corpus


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_png_keeps_every_pixel(mode: str) -> None:
    image = corpus.drawing().convert(mode)
    back = Image.open(io.BytesIO(encode_png(image)))
    assert back.mode == mode
    assert back.tobytes() == image.tobytes()


def test_png_is_the_same_bytes_whatever_the_image_dragged_along() -> None:
    image = corpus.drawing()
    plain = encode_png(image, {"b": "2", "a": "1"})
    image.info["icc_profile"] = b"a profile"
    image.info["dpi"] = (300, 300)
    assert encode_png(image, {"a": "1", "b": "2"}) == plain
    assert image.info["dpi"] == (300, 300)


def test_png_carries_text_in_any_script() -> None:
    text = {"Title": "ภาพสเก็ตช์", "Comment": "Not a photograph."}
    back = Image.open(io.BytesIO(encode_png(corpus.drawing(), text)))
    back.load()
    assert {key: str(value) for key, value in back.text.items()} == text  # type: ignore[attr-defined]


@pytest.mark.parametrize("size,expected", [((800, 400), (320, 160)), ((300, 900), (107, 320)), ((90, 80), (90, 80))])
def test_thumbnail_fits_and_never_grows(size: tuple[int, int], expected: tuple[int, int]) -> None:
    back = Image.open(io.BytesIO(thumbnail_webp(corpus.drawing(*size))))
    assert back.format == "WEBP"
    assert back.size == expected


def test_thumbnail_of_a_strip_is_still_a_picture() -> None:
    back = Image.open(io.BytesIO(thumbnail_webp(Image.new("RGB", (64, 30_000), "white"))))
    assert back.size == (1, 320)


def test_thumbnail_looks_like_its_picture_and_carries_nothing() -> None:
    image = corpus.drawing(640, 640)
    image.info["exif"] = b"Exif\x00\x00 a place"
    data = thumbnail_webp(image)
    assert b"a place" not in data
    small = np.asarray(Image.open(io.BytesIO(data)).convert("L"), dtype=float)
    expected = np.asarray(image.resize((320, 320), Image.Resampling.LANCZOS).convert("L"), dtype=float)
    assert np.abs(small - expected).mean() < 3
