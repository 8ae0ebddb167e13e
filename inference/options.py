"""The controls of one render."""

import math
from dataclasses import dataclass
from typing import Literal

from inference.appearance import UNKNOWN, Appearance
from inference.errors import BadControl
from inference.sketch import Eyes

MAX_SEED = 2**31 - 1


@dataclass(frozen=True)
class Candidate:
    """Which of several likenesses of one request this is, `number` from 1 to `count`, and what sets it apart: nothing,
    for the one that was asked for; colours of the regions in `varied`, which were left unknown; or another seed."""

    number: int = 1
    count: int = 1
    by: Literal["asked", "colour", "seed"] = "asked"
    varied: tuple[str, ...] = ()


@dataclass(frozen=True)
class RenderOptions:
    """`strength` of the restoration, 0 to 1, None = the restorer's default; `restore` False = 256 px, fast;
    `eyes` in pixels of the picture, None = by `align`: True finds the face, False takes the picture as it is;
    `appearance` what the sketch does not say; `candidate` is told in the provenance and changes no picture.

    Raises BadControl when a value is out of range.
    """

    engine: str = "pix2pix"
    seed: int = 0
    strength: float | None = None
    restore: bool = True
    eyes: Eyes | None = None
    align: bool = True
    appearance: Appearance = UNKNOWN
    candidate: Candidate = Candidate()

    def __post_init__(self) -> None:
        if not 0 <= self.seed <= MAX_SEED:
            raise BadControl("The seed must be a whole number from 0 to %(most)s.", most=MAX_SEED)
        if self.strength is not None and not 0 <= self.strength <= 1:
            raise BadControl("The strength must lie between 0 and 1.")
        if self.eyes is not None:
            (x1, y1), (x2, y2) = self.eyes
            if not all(map(math.isfinite, (x1, y1, x2, y2))):
                raise BadControl("The eyes must be given in pixels of the picture.")
            if x2 - x1 < 4 or (x2 - x1) ** 2 + (y2 - y1) ** 2 < 64:
                raise BadControl("The eyes must be at least 8 pixels apart, the left one in the picture first.")
