"""Sketches to work on: one that the project drew, shifted a little for every number."""

import functools
import io

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


def drawing_jpeg(number: int) -> bytes:
    """The same as a JPEG: unlike a clean PNG, no part of what is kept of it has the bytes of another."""
    file = io.BytesIO()
    ImageChops.offset(_drawn(), number, 0).save(file, "JPEG")
    return file.getvalue()
