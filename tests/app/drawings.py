"""Sketches to work on: one that the project drew, shifted a little for every number."""

import functools

from PIL import Image, ImageChops

from app.settings import ROOT
from imaging.decode import decode_image
from imaging.encode import encode_png


@functools.cache
def _drawn() -> Image.Image:
    sample = min((ROOT / "static" / "samples").glob("*.png"))
    return decode_image(sample.read_bytes()).image.resize((256, 256))


@functools.cache
def drawing_png(number: int) -> bytes:
    """A PNG of 256 x 256 pixels, another for every number."""
    return encode_png(ImageChops.offset(_drawn(), number, 0))
