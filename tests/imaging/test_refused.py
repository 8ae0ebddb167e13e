"""Every file that must not come in, and what the person is told."""

import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, ImageFile

from imaging.decode import MAX_BYTES, ImageRefused, decode_image
from tests.imaging import corpus

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="500" height="500"/>'

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "empty"),
    "text": (lambda: b"a sketch of a man" * 20, "not an image"),
    "gif named png": (lambda: corpus.saved(corpus.drawing(mode="L"), "GIF"), "a GIF image"),
    "svg named png": (lambda: SVG, "an SVG drawing"),
    "tiff named png": (lambda: corpus.saved(corpus.drawing(), "TIFF"), "a TIFF image"),
    "bmp": (lambda: corpus.saved(corpus.drawing(), "BMP"), "a BMP image"),
    "pdf": (lambda: corpus.saved(corpus.drawing(), "PDF"), "a PDF document"),
    "avif": (lambda: b"\x00\x00\x00\x20ftypavif" + bytes(400), "an AVIF image"),
    "heic": (lambda: b"\x00\x00\x00\x18ftypheic" + bytes(400), "a HEIC image"),
    "png signature alone": (lambda: b"\x89PNG\r\n\x1a\n", "damaged"),
    "jpeg signature alone": (lambda: b"\xff\xd8\xff", "damaged"),
    "webp signature alone": (lambda: b"RIFF\x04\x00\x00\x00WEBP", "damaged"),
    "apng": (lambda: corpus.animated("PNG"), "animation"),
    "animated webp": (lambda: corpus.animated("WEBP"), "animation"),
    "63 px": (lambda: corpus.saved(corpus.drawing(63, 400), "PNG"), "only 63 x 400"),
    "too many pixels": (lambda: corpus.saved(Image.new("1", (8000, 5001)), "PNG"), "40 megapixels"),
    "true bomb": (corpus.true_bomb_png, "50000 x 50000"),
    "png that lies large": (
        lambda: corpus.png_with_header(2**31 - 1, 2**31 - 1, zlib.compress(b"")),
        "megapixels",
    ),
    "png that lies": (lambda: corpus.png_with_header(5000, 5000, zlib.compress(b"\0" * 99)), "damaged"),
    "png of no width": (lambda: corpus.png_with_header(0, 500, zlib.compress(b"")), "only 0 x 500"),
    "jpeg that lies": (lambda: corpus.jpeg_with_size(65_000, 65_000), "65000 x 65000"),
    "jpeg with two sizes": (corpus.jpeg_with_two_sizes, "damaged"),
    "jpeg with a thousand scans": (lambda: corpus.jpeg_with_scans(1000), "damaged"),
    "jpeg of markers alone": (lambda: b"\xff\xd8" + b"\xff\xd0" * 2**20, "damaged"),
    "jpeg of fill alone": (lambda: b"\xff" + b"\xd8" + b"\xff" * 2**22, "damaged"),
    "png with a comment that unpacks large": (corpus.png_with_text_bomb, "damaged"),
    "webp that lies large": (lambda: corpus.webp_with_canvas(2**24, 2**24), "damaged"),
    "webp that lies small": (lambda: corpus.webp_with_canvas(64, 64), "damaged"),
    "png and zip": (lambda: corpus.saved(corpus.drawing(), "PNG") + corpus.zip_tail(), "another file"),
    "jpeg and zip": (lambda: corpus.saved(corpus.drawing(), "JPEG") + corpus.zip_tail(), "another file"),
    "png and page": (
        lambda: corpus.saved(corpus.drawing(), "PNG") + b"<HTML><script>alert(1)</script>",
        "another file",
    ),
    "jpeg and pdf": (lambda: corpus.saved(corpus.drawing(), "JPEG", comment=b"%PDF-1.7"), "another file"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_one_sentence_that_says_what_to_do(name: str) -> None:
    make, words = REFUSED[name]
    with pytest.raises(ImageRefused) as caught:
        decode_image(make())
    sentence = str(caught.value)
    assert words in sentence
    assert "please" in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 220


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_truncated_anywhere_is_refused(kind: str, share: float) -> None:
    data = corpus.saved(corpus.pencilled(corpus.paper(noise=4.0), 0.5), kind)
    with pytest.raises(ImageRefused):
        decode_image(data[: int(len(data) * share)])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_only_the_last_byte_missing_is_refused(kind: str) -> None:
    with pytest.raises(ImageRefused, match="cut off"):
        decode_image(corpus.saved(corpus.drawing(), kind)[:-1])


def test_progressive_jpeg_cut_between_its_scans_is_refused() -> None:
    data = corpus.saved(corpus.pencilled(corpus.paper(noise=4.0), 0.5), "JPEG", progressive=True)
    with pytest.raises(ImageRefused, match="cut off"):
        decode_image(data[: data.rindex(b"\xff\xda")])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_any_flipped_byte_decodes_or_is_refused_and_never_crashes(kind: str) -> None:
    sound = corpus.saved(corpus.drawing(96, 96), kind)
    for at in range(0, len(sound), max(1, len(sound) // 150)):
        broken = bytearray(sound)
        broken[at] ^= 0xFF
        try:
            decoded = decode_image(bytes(broken))
        except ImageRefused:
            continue
        assert decoded.image.mode == "RGB"


def test_more_bytes_than_allowed_are_refused_without_reading_them() -> None:
    with pytest.raises(ImageRefused, match=r"20\.0 MB and the limit is 20 MB"):
        decode_image(b"\x89PNG\r\n\x1a\n" + bytes(MAX_BYTES))


@pytest.mark.parametrize("name", ["true bomb", "png that lies large", "jpeg that lies", "webp that lies large"])
def test_bombs_are_refused_before_a_pixel_is_decoded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    load = ImageFile.ImageFile.load

    def watched(image: ImageFile.ImageFile) -> object:
        loaded.append(name)
        return load(image)

    monkeypatch.setattr(ImageFile.ImageFile, "load", watched)
    data = REFUSED[name][0]()
    tracemalloc.start()
    try:
        with pytest.raises(ImageRefused):
            decode_image(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert loaded == []
    assert peak < 4 * 2**20
