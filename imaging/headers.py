"""Reads size, kind and end of a picture from its bytes, without decoding one pixel.

The sizes found here decide whether a decoder is ever started, so nothing is allocated by what a header
says. A file whose structure does not hold together raises ``DamagedHeader``.
"""

import re
import struct
from dataclasses import dataclass

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_JPEG_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOFn without DHT, JPG, DAC
_JPEG_MOST_SCANS = 100
"""Progressive pictures have about ten scans; each costs a pass over all pixels, so thousands are an attack."""
_JPEG_FILL = re.compile(rb"\xff*")
# In entropy-coded data FF00 is a stuffed byte, FFD0-FFD7 are restarts and FFFF is fill: all else is a marker.
_JPEG_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


class DamagedHeader(ValueError):
    """The container's structure ends early or contradicts itself."""


@dataclass(frozen=True)
class Header:
    """What a container says: size in stored pixels, whether it moves, and where the picture's bytes end."""

    kind: str
    """``PNG``, ``JPEG`` or ``WEBP``: Pillow's names."""
    width: int
    height: int
    animated: bool
    end: int
    """Offset just after the picture; what follows is no part of it."""


def read_header(data: bytes) -> Header | None:
    """The header of a PNG, JPEG or WebP, or None when the first bytes are none of these."""
    if data.startswith(PNG_SIGNATURE):
        return _read_png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _read_jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _read_webp(data)
    return None


def _unpack(layout: str, data: bytes, offset: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(layout, data, offset)
    except struct.error as error:
        raise DamagedHeader("the file ends inside its header") from error


def _read_png(data: bytes) -> Header:
    if data[12:16] != b"IHDR":
        raise DamagedHeader("the PNG does not begin with its header")
    width, height = _unpack(">II", data, 16)
    animated, offset = False, len(PNG_SIGNATURE)
    while True:
        (length,) = _unpack(">I", data, offset)
        name = data[offset + 4 : offset + 8]
        offset += 12 + length
        if len(name) < 4 or offset > len(data):
            raise DamagedHeader("the PNG ends inside a chunk")
        animated = animated or name == b"acTL"
        if name == b"IEND":
            return Header("PNG", width, height, animated, offset)


def _read_jpeg(data: bytes) -> Header:
    size: tuple[int, int] | None = None
    offset, scans, in_scan = 2, 0, False
    while True:
        offset, marker = _next_jpeg_marker(data, offset, in_scan)
        if marker == 0xD9:
            if size is None:
                raise DamagedHeader("the JPEG holds no picture")
            return Header("JPEG", size[1], size[0], False, offset)
        (length,) = _unpack(">H", data, offset)
        if marker in _JPEG_FRAME_MARKERS:
            if size is not None:  # a second frame header could be the one that a decoder believes
                raise DamagedHeader("the JPEG states its size twice")
            height, width = _unpack(">HH", data, offset + 3)
            size = (height, width)
        in_scan = marker == 0xDA
        scans += in_scan
        if scans > _JPEG_MOST_SCANS or length < 2:
            raise DamagedHeader("the JPEG's segments make no picture")
        offset += length


def _next_jpeg_marker(data: bytes, offset: int, in_scan: bool) -> tuple[int, int]:
    """(offset after the marker, marker); inside a scan, pixels' codes are skipped to find it."""
    if in_scan:
        found = _JPEG_MARKER_IN_SCAN.search(data, offset)
        if found is None:
            raise DamagedHeader("the JPEG ends before its last line")
        return found.end(), data[found.end() - 1]
    fill = _JPEG_FILL.match(data, offset)
    after = fill.end() if fill else offset
    if after == offset or after >= len(data) or data[after] in (0x00, 0x01, *range(0xD0, 0xD9)):
        raise DamagedHeader("the JPEG's segments do not join")
    return after + 1, data[after]


def _read_webp(data: bytes) -> Header:
    (riff_length,) = _unpack("<I", data, 4)
    end = 8 + riff_length
    if end > len(data):
        raise DamagedHeader("the WebP ends before its stated length")
    canvas: tuple[int, int] | None = None
    frames: list[tuple[int, int]] = []
    animated, offset = False, 12
    while offset + 8 <= end:
        name = data[offset : offset + 4]
        (length,) = _unpack("<I", data, offset + 4)
        body, offset = offset + 8, offset + 8 + length + (length & 1)
        if name == b"VP8X":
            canvas = _webp_canvas(data, body)
            animated = animated or bool(data[body] & 0x02)
        elif name in (b"VP8 ", b"VP8L"):
            frames.append(_webp_frame(data, body, lossless=name == b"VP8L"))
        animated = animated or name in (b"ANIM", b"ANMF")
    if animated and canvas is not None:
        return Header("WEBP", canvas[0], canvas[1], True, end)
    if len(frames) != 1 or canvas not in (None, frames[0]):
        raise DamagedHeader("the WebP's canvas and picture do not agree")
    return Header("WEBP", frames[0][0], frames[0][1], animated, end)


def _webp_canvas(data: bytes, body: int) -> tuple[int, int]:
    _unpack("<10B", data, body)
    width = int.from_bytes(data[body + 4 : body + 7], "little") + 1
    height = int.from_bytes(data[body + 7 : body + 10], "little") + 1
    return width, height


def _webp_frame(data: bytes, body: int, *, lossless: bool) -> tuple[int, int]:
    if lossless:
        signature, bits = _unpack("<BI", data, body)
        if signature != 0x2F:
            raise DamagedHeader("the WebP's picture does not begin with its signature")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if data[body + 3 : body + 6] != b"\x9d\x01\x2a":
        raise DamagedHeader("the WebP's picture does not begin with its signature")
    width, height = _unpack("<HH", data, body + 6)
    return width & 0x3FFF, height & 0x3FFF
