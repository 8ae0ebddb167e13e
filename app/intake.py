"""From the bytes that somebody sent to what is kept of them: the original, a clean image, a thumbnail."""

import hashlib
from dataclasses import dataclass

from PIL import Image

from imaging.decode import decode_image, refuse_blank
from imaging.encode import encode_png, thumbnail_webp

CLEAN_SIDE = 2048
THUMBNAIL_SIDE = 320


@dataclass(frozen=True)
class Intake:
    """What an upload became. ``width`` and ``height`` are the clean image's, in pixels."""

    original: bytes
    sha256: str
    mime: str
    clean_png: bytes
    width: int
    height: int
    thumbnail_webp: bytes


def take_in(data: bytes) -> Intake:
    """Check the bytes and make what is worked on. The original stays as it came, byte for byte.

    Raises imaging.decode.ImageRefused with a sentence for the person.
    """
    decoded = decode_image(data)
    refuse_blank(decoded.image)
    clean = _within(decoded.image, CLEAN_SIDE)
    return Intake(
        original=data,
        sha256=hashlib.sha256(data).hexdigest(),
        mime=decoded.mime,
        clean_png=encode_png(clean),
        width=clean.width,
        height=clean.height,
        thumbnail_webp=thumbnail_webp(clean, THUMBNAIL_SIDE),
    )


def _within(image: Image.Image, side: int) -> Image.Image:
    """The image, its longer side at most ``side`` pixels: most of a phone's 40 megapixels is paper."""
    longer = max(image.size)
    if longer <= side:
        return image
    size = (max(1, round(image.width * side / longer)), max(1, round(image.height * side / longer)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
