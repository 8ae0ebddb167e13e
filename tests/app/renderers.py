"""Renderers for tests: quick, deterministic, and each telling which process it ran in."""

import functools
import os
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageChops, ImageOps

from app.handlers import Compared, Found, Made, Wish
from imaging.encode import encode_png
from models import EyePair

EYES: EyePair = [[100.0, 120.0], [160.0, 120.0]]
HAIR = ("black", "brown", "blond")
CAPABILITIES: dict[str, Any] = {
    "device": "cpu",
    "engines": [
        {
            "name": "pix2pix",
            "title": "pix2pix",
            "description": "For tests",
            "demonstration": True,
            "default_strength": 0.25,
            "controls": ["skin", "hair", "eyes", "seed", "strength"],
            "choices": {
                "skin": [{"name": "light", "colour": "#d5ab93"}, {"name": "dark", "colour": "#674637"}],
                "hair": [{"name": name, "colour": "#1f1d1c"} for name in HAIR],
                "eyes": [{"name": "blue", "colour": "#636e78"}],
            },
        }
    ],
    "weights": [],
}


class QuickRenderer:
    """Turns a sketch upside down, a little darker with every seed and candidate. Candidates have other hair; where
    the hair is asked for, or there is no other, they have other seeds."""

    def describe(self) -> dict[str, Any]:
        return CAPABILITIES

    def align(self, image: Image.Image) -> Found:
        assert image.mode == "RGB"
        return Found(EYES, "landmarks", "")

    def render(self, image: Image.Image, wish: Wish) -> Made:
        others = wish.candidate - 1
        coloured = 0 < others <= len(HAIR) and "hair" not in wish.appearance
        appearance = wish.appearance | ({"hair": HAIR[others - 1]} if coloured else {})
        seed = wish.seed + (0 if coloured else others)
        darker = wish.seed + 10 * others
        face = ImageOps.flip(image.resize((512, 512))).point(lambda value: max(0, value - darker))
        facts = {"input": {"sha256": wish.sketch_sha256}, "seed": seed, "process": os.getpid()}
        return Made(encode_png(face), facts, wish.eyes or EYES, seed, appearance, ["hair"] if coloured else [])

    def compare(self, photo: Image.Image, likeness: Image.Image, eyes: EyePair | None) -> Compared:
        """As like as the pictures are equal; alike to a matcher that is not there."""
        placed = photo.resize((512, 512))
        same = float(placed.tobytes() == likeness.convert("RGB").tobytes())
        return Compared(eyes or EYES, "", encode_png(placed), same)

    def morph(self, likenesses: Sequence[Image.Image]) -> Image.Image:
        """The darkest of all at each place."""
        return functools.reduce(ImageChops.darker, likenesses)
