"""Hostile bytes to a clean image, or one sentence that says why not.

The way: type by content, limits from the header alone, then Pillow decodes with that one format allowed,
and what leaves is plain RGB: orientation applied, transparency over white, and no metadata (no GPS).
Embedded colour profiles are dropped unapplied: a sketch is judged by its lines, and profile parsers are a
way in for attackers.
"""

import contextlib
import io
import threading
from dataclasses import dataclass

import numpy as np
from PIL import Image

from imaging.blank import refuse_blank
from imaging.errors import ImageRefused
from imaging.headers import DamagedHeader, Header, read_header
from imaging.sniff import carries_another_file, describe

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "MIN_SIDE",
    "DecodedImage",
    "ImageRefused",
    "decode_image",
    "refuse_blank",
]

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 40_000_000
MIN_SIDE = 64
_LARGE = 10_000_000
_ONE_AT_A_TIME = threading.Lock()
"""Held while more than _LARGE pixels are decoded: 40 megapixels take half a gigabyte on the way."""

_MIME = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_NAME = {"PNG": "PNG", "JPEG": "JPEG", "WEBP": "WebP"}
_EXIF_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class DecodedImage:
    """A picture that is safe to work on."""

    image: Image.Image
    """RGB, upright, transparency laid over white, without metadata."""
    mime: str
    """Type of the bytes it came from: image/png, image/jpeg or image/webp."""
    width: int
    """Pixels, after the orientation was applied; so is ``height``."""
    height: int


def decode_image(data: bytes) -> DecodedImage:
    """Decode a PNG, JPEG or WebP, told by its content alone.

    Raises ``ImageRefused`` for other types, animations, files of 0 bytes or beyond ``MAX_BYTES``, pictures
    beyond ``MAX_PIXELS`` (before any pixel is decoded) or under ``MIN_SIDE``, damaged and truncated files,
    and pictures that carry another file.
    """
    header = _accepted_header(data)
    with _ONE_AT_A_TIME if header.width * header.height > _LARGE else contextlib.nullcontext():
        clean = over_white(_upright(_load(data, header)))
    clean.info = {}
    return DecodedImage(clean, _MIME[header.kind], clean.width, clean.height)


def _accepted_header(data: bytes) -> Header:
    if not data:
        raise ImageRefused("This file is empty (0 bytes); please scan the sketch again and upload it.")
    if len(data) > MAX_BYTES:
        raise ImageRefused(
            "This file has %(size)s MB and the limit is %(limit)s MB; "
            "please save the sketch as a JPEG or scan it at 300 dpi.",
            size=round(len(data) / 2**20, 1),
            limit=MAX_BYTES // 2**20,
        )
    try:
        header = read_header(data)
    except DamagedHeader as error:
        raise _damaged() from error
    if header is None:
        raise ImageRefused(
            "This file is %(kind)s, whatever its name says; "
            "please save the sketch as PNG, JPEG or WebP and upload that.",
            kind=describe(data),
        )
    _check_limits(header)
    if carries_another_file(data, header.end):
        raise ImageRefused(
            "This %(kind)s carries another file inside it; "
            "please open it in a picture editor, save it as a new PNG and upload that.",
            kind=_NAME[header.kind],
        )
    return header


def _check_limits(header: Header) -> None:
    width, height = header.width, header.height
    if header.animated:
        raise ImageRefused(
            "This %(kind)s is an animation; please save the one frame that shows the sketch "
            "as a still PNG and upload that.",
            kind=_NAME[header.kind],
        )
    if width * height > MAX_PIXELS:
        raise ImageRefused(
            "This image claims %(width)s x %(height)s pixels and the limit is "
            "%(limit)s megapixels; please make it smaller or scan the sketch at 300 dpi.",
            width=width,
            height=height,
            limit=MAX_PIXELS // 1_000_000,
        )
    if min(width, height) < MIN_SIDE:
        raise ImageRefused(
            "This image has only %(width)s x %(height)s pixels; please scan or photograph the sketch larger: "
            "at least %(least)s pixels on each side, better 512.",
            width=width,
            height=height,
            least=MIN_SIDE,
        )


def _damaged() -> ImageRefused:
    return ImageRefused(
        "This file is damaged or was cut off while it was copied; please save or scan the sketch again and upload it."
    )


def _load(data: bytes, header: Header) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=[header.kind])
        if image.size != (header.width, header.height):
            raise DamagedHeader("two readers find two sizes")
        image.load()
    except Exception as error:
        # Decoders meet hostile bytes here and raise nearly anything (OSError, SyntaxError, struct.error,
        # zlib.error, ...); whatever it was, the person can only send a better file.
        raise _damaged() from error
    return image


def _upright(image: Image.Image) -> Image.Image:
    try:
        orientation = image.getexif().get(_EXIF_ORIENTATION, 1)
    except Exception:
        return image  # unreadable metadata turns nothing, and the picture itself is sound
    turn = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)


def over_white(image: Image.Image) -> Image.Image:
    """Of any mode to RGB, transparency laid over white, 16 bits scaled to 8."""
    if image.mode.startswith("I"):  # 16 bits of grey: Pillow's own conversion would clip instead of scale
        deep = np.asarray(image).astype(np.uint32)
        return Image.fromarray((np.clip(deep, 0, 65535) // 257).astype(np.uint8)).convert("RGB")
    if "A" in image.getbands() or "transparency" in image.info:
        drawing = image.convert("RGBA")
        paper = Image.new("RGB", drawing.size, "white")
        paper.paste(drawing, mask=drawing.getchannel("A"))
        return paper
    return image.convert("RGB") if image.mode != "RGB" else image.copy()
