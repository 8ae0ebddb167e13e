"""Paper without a drawing is told from a faint drawing."""

import pytest
from PIL import Image

from imaging.decode import ImageRefused, decode_image, refuse_blank
from tests.imaging import corpus

WHITE, GREY, YELLOWISH = (255, 255, 255), (186, 187, 186), (236, 226, 188)


@pytest.mark.parametrize("tint", [WHITE, GREY, YELLOWISH, (0, 0, 0)])
@pytest.mark.parametrize("noise", [0.0, 2.0, 7.0])
@pytest.mark.parametrize("shadow", [0.0, 0.45])
def test_blank_paper_is_refused(tint: tuple[int, int, int], noise: float, shadow: float) -> None:
    with pytest.raises(ImageRefused, match="No drawing can be seen"):
        refuse_blank(corpus.paper(tint, noise, shadow))


def test_blank_paper_through_a_phones_jpeg_is_refused() -> None:
    data = corpus.saved(corpus.paper(YELLOWISH, 4.0, 0.4), "JPEG", quality=60)
    with pytest.raises(ImageRefused):
        refuse_blank(decode_image(data).image)


def test_dust_and_one_hair_on_the_glass_are_no_drawing() -> None:
    sheet = corpus.paper(GREY, 3.0)
    for x, y in ((100, 200), (400, 700), (650, 90)):
        sheet.paste((60, 60, 60), (x, y, x + 4, y + 4))
    sheet.paste((120, 120, 120), (300, 500, 302, 560))
    with pytest.raises(ImageRefused):
        refuse_blank(sheet)


@pytest.mark.parametrize("tint", [WHITE, GREY, YELLOWISH])
@pytest.mark.parametrize("shadow", [0.0, 0.45])
def test_a_faint_pencil_sketch_is_kept(tint: tuple[int, int, int], shadow: float) -> None:
    refuse_blank(corpus.pencilled(corpus.paper(tint, 2.0, shadow), 0.12))


@pytest.mark.parametrize("side", [64, 256, 3000])
def test_drawings_of_every_size_are_kept(side: int) -> None:
    refuse_blank(corpus.drawing(side, side))


def test_dense_shading_without_a_single_line_is_kept() -> None:
    refuse_blank(corpus.paper((150, 150, 150), 60.0, side=256))


def test_white_on_black_is_kept() -> None:
    refuse_blank(Image.eval(corpus.drawing(), lambda value: 255 - value))
