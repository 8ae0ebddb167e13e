"""A perceptual hash of the inner face of a published picture: 256 bits by which a copy is known again of which much was
cut off, or that is a small part of a screenshot.

When a picture is published its five points are known, and the hash is of a square around them. In somebody's picture
the cascade tells roughly where a face is: squares are tried around there, and those that come near to something known
are moved and scaled until they fit it best.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
import numpy.typing as npt
from PIL import Image

from imaging import faces
from imaging.face_waves import Square, hashes
from imaging.faces import Face, Gray
from imaging.fingerprint import Bits, distances_to
from imaging.template import SIDE, Box

NEAR = 20
"""Bits of 256: what differs by no more is taken for the same face. `benchmarks.perceptual` measures it."""
MIDDLE, ACROSS = (256.5, 290.0), 200.0
"""Of the square, in pixels of the template: brows, eyes, nose and mouth, clear of the mark below them."""
_USUAL = Face(256.0, 277.0, 330.0)
"""What the cascade says of a face on the template, on the mean."""
_STEPS = (0.04, 5.0, 5.0)
"""Of what is tried: a share of the size, and pixels of the template across and down."""
_TRIED = np.array(list(product(range(-5, 6), range(-1, 2), range(-2, 3))), np.float64)
_MOVES = np.array(list(product((-1, 0, 1), repeat=3)), np.float64)
_ROUNDS = 3
"""Of fitting, each by half the steps of the one before."""
_FITTED = 8
"""Of what is known, how many are fitted to a face: those that come nearest without."""
_WORKED_ON = 1024

Place = npt.NDArray[np.float64]
"""(3,): steps from where the cascade says, of size, across and down."""


def face_hash(picture: Image.Image, crop: Box) -> str | None:
    """64 hexadecimal digits of a picture, without the band, that shows ``crop`` of a likeness, in shares of it; None
    where the crop left out a part of the square."""
    square = square_in(picture.width, crop)
    return None if square is None else _text(np.asarray(picture.convert("L"), np.uint8), square)


def found_face_hash(picture: Image.Image) -> str | None:
    """The same where the crop is not known any more: of the square around the face that the cascade finds, if any."""
    gray = np.asarray(picture.convert("L"), np.uint8)
    found = faces.find(gray)
    return _text(gray, _square(found[0], np.zeros(3))) if found else None


def square_in(width: int, crop: Box) -> Square | None:
    """Where the square is in a picture of this width that shows ``crop``."""
    left, top, right, bottom = (share * SIDE for share in crop)
    (x, y), scale = MIDDLE, width / (right - left)
    if min(x - left, right - x, y - top, bottom - y) < ACROSS / 2:
        return None
    return Square((x - left) * scale, (y - top) * scale, ACROSS * scale)


def near(known: Bits, picture: Image.Image) -> dict[int, int]:
    """By their places among the known hashes (N, 32), the bits in which those differ that may be of this picture's
    faces: a few, whether or not they are within NEAR."""
    if not len(known):
        return {}
    small = picture.convert("L")
    small.thumbnail((_WORKED_ON, _WORKED_ON), Image.Resampling.BOX, reducing_gap=None)
    gray = np.asarray(small, np.uint8)
    least: dict[int, int] = {}
    for face in faces.find(gray):
        for row, distance in _of_face(known, gray, face):
            least[row] = min(distance, least.get(row, distance))
    return least


def _of_face(known: Bits, gray: Gray, face: Face) -> Iterator[tuple[int, int]]:
    distance, which = distances_to(known, hashes(gray, [_square(face, place) for place in _TRIED]))
    for row in np.argsort(distance, kind="stable")[:_FITTED].tolist():
        yield row, _fitted(known[row], gray, face, _TRIED[which[row]], int(distance[row]))


def _fitted(known: Bits, gray: Gray, face: Face, place: Place, least: int) -> int:
    """The fewest bits that differ from a known hash (32,) when the square is moved about its place."""
    for number in range(1, _ROUNDS + 1):
        places = place + _MOVES / 2**number
        differ = np.bitwise_count(hashes(gray, [_square(face, one) for one in places]) ^ known).sum(axis=1)
        if differ.min() < least:
            place, least = places[differ.argmin()], int(differ.min())
    return least


def _square(face: Face, place: Place) -> Square:
    """Where the square of a face lies if the cascade is off by these steps."""
    size, across, down = place * _STEPS
    pixel = face.side / _USUAL.side * float(np.exp(size))
    x, y = MIDDLE[0] - _USUAL.x + across, MIDDLE[1] - _USUAL.y + down
    return Square(face.x + x * pixel, face.y + y * pixel, ACROSS * pixel)


def _text(gray: Gray, square: Square) -> str:
    return bytes(hashes(gray, [square])[0]).hex()
