"""A perceptual hash of published pictures: 256 bits that hardly change when a picture is compressed, shrunk or made
lighter, so that it is known again without its credentials.

It is of the picture with its mark and without the band below, which every picture has. Of somebody's picture nobody
knows whether the band is still there or what stands around it, so several guesses are made and the nearest counts.
"""

from collections.abc import Iterable, Iterator

import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

from imaging.card import SIZE, room
from imaging.label import caption_height

BITS = 256
NEAR = 12
"""Bits of BITS: what differs by no more is taken for the same picture. `benchmarks.perceptual` measures it."""
_EVEN = 14
"""Levels of grey within which a line at an edge belongs to a page and not to the picture on it."""
_LOST = (0.02, 0.04, 0.06)
"""Shares of a picture's width and height that may have been cut off around it."""
_WORKED_ON = 640

Bits = npt.NDArray[np.uint8]


def fingerprint(picture: Image.Image) -> str:
    """64 hexadecimal digits: whether each of the lowest 16 x 16 frequencies is above their median (a DCT of 64 x 64
    pixels; Zauner 2010)."""
    return str(imagehash.phash(picture.convert("L"), hash_size=16))


def guesses(picture: Image.Image) -> list[str]:
    """The hashes that the published picture would have which this may show."""
    grey = picture.convert("L")
    grey.thumbnail((_WORKED_ON, _WORKED_ON), Image.Resampling.LANCZOS)
    return list(dict.fromkeys(fingerprint(part) for part in _parts(grey)))


def packed(hashes: Iterable[str]) -> Bits:
    """(N, 32): 100,000 of them are 3.2 MB."""
    joined = bytes.fromhex("".join(hashes))
    return np.frombuffer(joined, np.uint8).reshape(-1, BITS // 8)


def distances(known: Bits, sought: Bits) -> npt.NDArray[np.int64]:
    """(N,): for each of the known hashes the bits that differ from the nearest of those sought."""
    return distances_to(known, sought)[0]


def distances_to(known: Bits, sought: Bits) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(N,) and (N,): beside the distances, which of those sought is the nearest."""
    found, which = np.full(len(known), BITS + 1, np.uint16), np.zeros(len(known), np.int64)
    words = np.ascontiguousarray(np.ascontiguousarray(known).view(np.uint64).T)  # eight bytes at once, hash by hash
    for number, one in enumerate(np.ascontiguousarray(sought).view(np.uint64)):
        differ = np.zeros(len(known), np.uint16)
        for word, its in zip(words, one, strict=True):
            differ += np.bitwise_count(word ^ its)
        nearer = differ < found
        found[nearer], which[nearer] = differ[nearer], number
    return found.astype(np.int64), which


def _parts(grey: Image.Image) -> Iterator[Image.Image]:
    whole = [grey, _trimmed(grey)]
    if abs(grey.width / grey.height - SIZE[0] / SIZE[1]) < 0.02:
        whole.append(_trimmed(grey.crop((0, 0, grey.width, round(grey.height * room() / SIZE[1])))))
    for part in whole:
        yield part
        without = part.height - caption_height(part.width)
        face = part.crop((0, 0, part.width, without)) if without >= part.width / 4 else part
        yield face
        for share in _LOST:
            yield _padded(part, share)
            yield _padded(face, share)


def _padded(grey: Image.Image, share: float) -> Image.Image:
    """As if it were cut out of the middle of a picture that went on as it ends."""
    down, across = (round(length * share / (1 - share) / 2) for length in (grey.height, grey.width))
    return Image.fromarray(np.pad(np.asarray(grey), ((down, down), (across, across)), mode="edge"))


def _trimmed(grey: Image.Image) -> Image.Image:
    """Without the even page around it."""
    levels = np.asarray(grey, np.int16)
    busy = np.abs(levels - levels[0, 0]) > _EVEN
    rows, columns = np.flatnonzero(busy.any(axis=1)), np.flatnonzero(busy.any(axis=0))
    if not len(rows) or not len(columns):
        return grey
    return grey.crop((int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1))
