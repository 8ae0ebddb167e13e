"""Files as strangers send them: made here, byte by byte, so that none has to be kept in the repository."""

import io
import struct
import zlib
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Grey = NDArray[np.float32]


def drawing(width: int = 400, height: int = 480, mode: str = "RGB") -> Image.Image:
    """A few plain strokes on paper: enough to be no blank page."""
    image = Image.new(mode, (width, height), "white" if mode != "I;16" else 65535)
    pen = ImageDraw.Draw(image)
    ink = 0 if mode in ("L", "1", "I;16") else "black"
    pen.ellipse((width * 0.2, height * 0.1, width * 0.8, height * 0.9), outline=ink, width=3)
    pen.line((width * 0.35, height * 0.45, width * 0.45, height * 0.45), fill=ink, width=3)
    pen.line((width * 0.55, height * 0.45, width * 0.65, height * 0.45), fill=ink, width=3)
    return image


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def animated(kind: str) -> bytes:
    frames = [drawing(), drawing().transpose(Image.Transpose.FLIP_TOP_BOTTOM)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100, loop=0)


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_with_header(width: int, height: int, pixels: bytes, depth: int = 8, colour: int = 0) -> bytes:
    """A PNG whose header says whatever is wanted, over any compressed pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")


def true_bomb_png(side: int = 50_000) -> bytes:
    """A sound black PNG of side x side one-bit pixels: 312 MB once unpacked, some 300 kB on disk."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    pixels = b"".join(packer.compress(row * 100) for _ in range(side // 100)) + packer.flush()
    return png_with_header(side, side, pixels, depth=1)


def jpeg_with_size(width: int, height: int) -> bytes:
    """A small JPEG whose frame header claims another size."""
    data = bytearray(saved(drawing(), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def jpeg_with_two_sizes() -> bytes:
    data = saved(drawing(), "JPEG")
    at = data.index(b"\xff\xc0")
    length = 2 + struct.unpack_from(">H", data, at + 2)[0]
    second = bytearray(data[at : at + length])
    second[5:9] = struct.pack(">HH", 65_000, 65_000)
    return data[: at + length] + bytes(second) + data[at + length :]


def jpeg_with_scans(times: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: every one is a pass over the picture."""
    data = saved(drawing(), "JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    return data[:at] + data[at:-2] * times + data[-2:]


def png_with_text_bomb() -> bytes:
    """A sound PNG with a compressed comment of 200 MB."""
    packer = zlib.compressobj(9)
    text = b"".join(packer.compress(bytes(2**20)) for _ in range(200)) + packer.flush()
    data = saved(drawing(), "PNG")
    return data[:33] + png_chunk(b"zTXt", b"Comment\0\0" + text) + data[33:]


def webp_with_canvas(width: int, height: int) -> bytes:
    """An extended WebP whose canvas claims another size than the picture inside."""
    still = saved(drawing(), "WEBP")
    canvas = b"\x00\x00\x00\x00" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + canvas + still[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def zip_tail() -> bytes:
    """An empty ZIP archive: only its end record, which is what unpackers look for."""
    return b"PK\x05\x06" + bytes(18)


def with_exif(image: Image.Image, orientation: int) -> bytes:
    """A JPEG with an orientation and a place, as a phone writes it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A phone"
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 26.0), 3: "W", 4: (0.0, 7.0, 39.0)})
    return saved(image, "JPEG", exif=exif, quality=95, comment=b"made somewhere")


def paper(
    tint: tuple[int, int, int] = (255, 255, 255), noise: float = 0.0, shadow: float = 0.0, side: int = 800
) -> Image.Image:
    """Blank paper: a tint, scanner noise (sigma in grey levels) and a soft shadow (share of light)."""
    height, width = int(side * 1.3), side
    across = np.linspace(0.0, 1.0, width)[None, :] * np.linspace(0.4, 1.0, height)[:, None]
    light = (1.0 - shadow * across**1.5)[..., None]
    grain = np.random.default_rng(7).normal(0.0, 1.0, (height, width, 3)) * noise
    pixels = np.asarray(tint, dtype=np.float64) * light + grain
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def pencilled(sheet: Image.Image, darkness: float) -> Image.Image:
    """The same paper with thin pencil lines that take away ``darkness`` of its light."""
    mask = np.zeros((sheet.height, sheet.width), dtype=np.float32)
    centre = (sheet.width // 2, sheet.height // 2)
    cv2.ellipse(mask, centre, (sheet.width // 4, sheet.height // 4), 0, 0, 360, 1.0, 2, cv2.LINE_AA)
    for dx in (-90, 90):
        eye = (centre[0] + dx, centre[1] - 60)
        cv2.ellipse(mask, eye, (42, 18), 0, 0, 360, 1.0, 2, cv2.LINE_AA)
        cv2.line(mask, (eye[0] - 45, eye[1] - 45), (eye[0] + 45, eye[1] - 50), 1.0, 2, cv2.LINE_AA)
    cv2.ellipse(mask, (centre[0], centre[1] + 130), (70, 20), 0, 0, 180, 1.0, 2, cv2.LINE_AA)
    pixels = np.asarray(sheet, dtype=np.float32) * (1.0 - darkness * mask[..., None])
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
