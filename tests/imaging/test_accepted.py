"""What must come in, and how clean it is then."""

import numpy as np
import pytest
from PIL import Image

from imaging.decode import MAX_PIXELS, MIN_SIDE, decode_image
from tests.imaging import corpus


@pytest.mark.parametrize("kind,mime", [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_plain_pictures_come_in_as_rgb(kind: str, mime: str) -> None:
    decoded = decode_image(corpus.saved(corpus.drawing(), kind))
    assert (decoded.mime, decoded.width, decoded.height) == (mime, 400, 480)
    assert decoded.image.mode == "RGB"
    assert decoded.image.size == (400, 480)
    assert abs(decoded.image.convert("L").getpixel((0, 0)) - 255) <= 2  # type: ignore[operator]


@pytest.mark.parametrize("options", [{"progressive": True}, {"subsampling": 0}, {"restart_marker_rows": 1}])
def test_every_kind_of_jpeg_comes_in(options: dict[str, object]) -> None:
    assert decode_image(corpus.saved(corpus.drawing(), "JPEG", **options)).width == 400


def test_lossless_webp_with_alpha_comes_in() -> None:
    image = corpus.drawing().convert("RGBA")
    image.putalpha(128)
    decoded = decode_image(corpus.saved(image, "WEBP", lossless=True))
    assert decoded.image.getpixel((0, 0)) == (255, 255, 255)


def test_cmyk_jpeg_keeps_its_tones() -> None:
    decoded = decode_image(corpus.saved(corpus.drawing().convert("CMYK"), "JPEG", quality=95))
    original = np.asarray(corpus.drawing(), dtype=float)
    assert np.abs(np.asarray(decoded.image, dtype=float) - original).mean() < 4


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    ramp = np.tile(np.linspace(0, 65535, 200).astype(np.uint16), (200, 1))
    decoded = decode_image(corpus.saved(Image.fromarray(ramp), "PNG"))
    row = np.asarray(decoded.image)[0, :, 0].astype(int)
    assert (row[0], row[-1]) == (0, 255)
    assert np.abs(row - np.linspace(0, 255, 200)).max() < 1.5


def test_palette_with_transparency_lies_on_white_paper() -> None:
    image = corpus.drawing().convert("P", palette=Image.Palette.ADAPTIVE, colors=8)
    corner = image.getpixel((0, 0))
    decoded = decode_image(corpus.saved(image, "PNG", transparency=corner))
    assert decoded.image.getpixel((0, 0)) == (255, 255, 255)


def test_black_lines_on_nothing_are_black_on_white() -> None:
    alpha = Image.eval(corpus.drawing().convert("L"), lambda value: 255 - value)
    image = Image.merge("RGBA", (*Image.new("RGB", alpha.size).split(), alpha))
    decoded = decode_image(corpus.saved(image, "PNG"))
    assert decoded.image.getpixel((0, 0)) == (255, 255, 255)
    assert decoded.image.getextrema()[0] == (0, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P"])
def test_grey_and_palette_pictures_come_in(mode: str) -> None:
    assert decode_image(corpus.saved(corpus.drawing().convert(mode), "PNG")).image.mode == "RGB"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(orientation: int) -> None:
    image = Image.new("RGB", (120, 80), "white")
    image.paste("black", (0, 0, 40, 20))  # the mark stands at the stored picture's upper left
    decoded = decode_image(corpus.with_exif(image, orientation))
    assert decoded.image.size == ((120, 80) if orientation < 5 else (80, 120))
    pixels = np.asarray(decoded.image.convert("L")) < 128
    rows, columns = np.nonzero(pixels)
    corner = (bool(rows.mean() > decoded.height / 2), bool(columns.mean() > decoded.width / 2))
    expected = {1: (0, 0), 2: (0, 1), 3: (1, 1), 4: (1, 0), 5: (0, 0), 6: (0, 1), 7: (1, 1), 8: (1, 0)}
    assert corner == expected[orientation]


def test_place_device_and_comment_are_dropped() -> None:
    data = corpus.with_exif(corpus.drawing(), 6)
    assert b"A phone" in data
    decoded = decode_image(data)
    assert decoded.image.info == {}
    assert dict(decoded.image.getexif()) == {}
    assert b"A phone" not in corpus.saved(decoded.image, "PNG")


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")
def test_unreadable_metadata_does_not_refuse_a_sound_picture() -> None:
    data = corpus.saved(corpus.drawing(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff garbage")
    assert decode_image(data).image.size == (400, 480)


def test_what_phones_append_to_a_jpeg_is_left_out() -> None:
    data = corpus.saved(corpus.drawing(), "JPEG")
    film = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40
    assert decode_image(data + film).image.tobytes() == decode_image(data).image.tobytes()


def test_limits_themselves_are_allowed() -> None:
    assert decode_image(corpus.saved(corpus.drawing(MIN_SIDE, MIN_SIDE), "PNG")).width == MIN_SIDE
    largest = Image.new("1", (8000, MAX_PIXELS // 8000), 1)
    assert decode_image(corpus.saved(largest, "PNG")).height == MAX_PIXELS // 8000
