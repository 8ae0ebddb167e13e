"""Where the parts of a person's head lie, as curves in face units."""

from dataclasses import dataclass

import numpy as np

from imaging.sketcher.curves import MIDDLE, Points, mirrored, on_side, smooth
from imaging.sketcher.person import Person

LEFT_EYE, RIGHT_EYE = (193.0, 240.0), (319.0, 240.0)
"""The template's eyes, the viewer's left one first."""


@dataclass(frozen=True)
class Head:
    """The large shapes; curves run as an artist would draw them."""

    face: Points
    """Closed outline of skull and face."""
    contour: Points
    """Open: from the left temple round the chin to the right temple."""
    neck: Points
    """Closed outline of neck and shoulders."""
    ears: tuple[Points, Points]
    """Closed outlines, left and right."""
    chin: float
    """y of the chin."""
    half_width: float
    """Of the face at the height of the eyes."""


def head_of(person: Person) -> Head:
    half = _half_outline(person)
    right, left = mirrored(half, 1), mirrored(half[::-1], -1)
    face = smooth(np.vstack([right, left[1:-1]]), 200, closed=True)
    temple_right = half[3:]
    contour = smooth(np.vstack([mirrored(temple_right, -1), mirrored(temple_right[::-1], 1)[1:]]), 120)
    return Head(
        face=face,
        contour=contour,
        neck=_neck(person, half),
        ears=(_ear(person, half, -1), _ear(person, half, 1)),
        chin=float(half[-1, 1]),
        half_width=float(half[4, 0] - MIDDLE),
    )


def _half_outline(person: Person) -> Points:
    """The viewer's right half from the crown to the chin."""
    male, jaw, chin = person.male, person.jaw, person.chin
    full, drop = person.cheeks, 9.0 * person.chin + 5.0 * person.male - 4.0
    jowl = 4.0 * person.wrinkles * (0.6 + 0.4 * max(full, 0.0))
    half = np.array(
        [
            [0, 28],
            [64, 39],
            [111, 86],
            [127, 146],
            [131, 206],
            [131.5 + full, 252],
            [128 + 3 * full, 296],
            [119 + 5 * full + 4 * jaw, 340],
            [103 + 5 * full + 6 * jaw + 3 * male, 378 + 0.4 * drop],
            [78 + 4 * full + 6 * jaw + 4 * male + jowl, 410 + 0.8 * drop],
            [48 + 4 * jaw + 4 * male, 432 + drop],
            [21 + 2 * jaw + 4 * male, 442 + drop + 0.5 * chin],
            [0, 444 + drop + 0.5 * chin],
        ],
        dtype=np.float64,
    )
    half[:, 0] = half[:, 0] * (1.0 + 0.06 * person.face_width + 0.02 * male) + MIDDLE
    return half


def _neck(person: Person, half: Points) -> Points:
    wide = neck_width(person)
    shoulder = 24.0 * person.male
    side = [
        [wide + 3, float(half[7, 1])],
        [wide, 418.0],
        [wide + 3, 448.0],
        [wide + 20, 472.0],
        [wide + 64, 492.0],
        [wide + 130 + shoulder, 514.0],
        [wide + 186 + 1.5 * shoulder, 548.0],
        [wide + 216 + 2 * shoulder, 610.0],
        [wide + 222 + 2 * shoulder, 900.0],
    ]
    right = on_side(side, 1, 60)
    return np.vstack([right, mirrored(right[::-1], -1)])


def neck_width(person: Person) -> float:
    """Half the width of the neck under the jaw."""
    return 66.0 + 17.0 * person.male + 4.0 * person.cheeks


def _ear(person: Person, half: Points, side: int) -> Points:
    edge = float(half[4, 0])
    out = 1.0 + 0.25 * person.ears
    shape = np.array(
        [[-4, 222], [8, 213], [19, 219], [22, 242], [18, 268], [12, 290], [5, 305], [-3, 309], [-8, 298]],
        dtype=np.float64,
    )
    shape[:, 0] = shape[:, 0] * np.where(shape[:, 0] > 0, out, 1.0) + edge
    return mirrored(smooth(shape, 60), side)
