"""The picture that other sites show beside a link: 1200 x 630, the likeness in its middle and the label below.

Sites crop it to a square; everything that matters is inside the middle one.
"""

from PIL import Image

from imaging.label import PAPER, Wording, caption, caption_height, put_mark
from imaging.template import Box

SIZE = (1200, 630)
_BAND = round(SIZE[1] * 0.96)
GREY = (128, 128, 128)
"""Neutral, so that skin and hair are judged against no colour."""


def card(picture: Image.Image, crop: Box, words: Wording) -> Image.Image:
    """The card of a picture that shows ``crop`` of a likeness."""
    width, height = SIZE
    band, above = caption(_BAND, words), room()
    scale = min(above / picture.height, height / picture.width)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    small = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    whole = Image.new("RGB", SIZE, GREY)
    whole.paste(put_mark(small, crop, words), ((width - size[0]) // 2, (above - size[1]) // 2))
    whole.paste(PAPER, (0, above, width, height))
    whole.paste(band, ((width - band.width) // 2, above))
    return whole


def room() -> int:
    """Pixels of the card's height that are above its band."""
    return SIZE[1] - caption_height(_BAND)
