"""From the bytes that somebody sent to what is kept of them: the original, a clean image, a thumbnail."""

import hashlib
import threading
from dataclasses import dataclass

from imaging.clean import clean_picture
from imaging.encode import encode_png, thumbnail_webp

THUMBNAIL_SIDE = 320
# 40 megapixels take half a gigabyte while they are decoded.
_at_once = threading.BoundedSemaphore(2)


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


def take_in(data: bytes, *, drawing: bool = True) -> Intake:
    """Check the bytes and make what is worked on. The original stays as it came, byte for byte.

    Raises imaging.decode.ImageRefused with a sentence for the person.
    """
    with _at_once:
        return _take_in(data, drawing)


def _take_in(data: bytes, drawing: bool) -> Intake:
    picture = clean_picture(data, drawing=drawing)
    clean = picture.image
    return Intake(
        original=data,
        sha256=hashlib.sha256(data).hexdigest(),
        mime=picture.mime,
        clean_png=encode_png(clean),
        width=clean.width,
        height=clean.height,
        thumbnail_webp=thumbnail_webp(clean, THUMBNAIL_SIDE),
    )
