"""Renderers for tests: quick, deterministic, and each telling which process it ran in."""

import os
from typing import Any

from PIL import Image, ImageOps

from app.handlers import Found, Made, Wish
from imaging.encode import encode_png
from models import EyePair

EYES: EyePair = [[100.0, 120.0], [160.0, 120.0]]
CAPABILITIES: dict[str, Any] = {
    "device": "cpu",
    "engines": [
        {
            "name": "pix2pix",
            "title": "pix2pix",
            "description": "For tests",
            "demonstration": True,
            "default_strength": 0.25,
            "controls": ["seed", "strength"],
        }
    ],
    "weights": [],
}


class QuickRenderer:
    """Turns a sketch upside down, a little darker with every seed."""

    def describe(self) -> dict[str, Any]:
        return CAPABILITIES

    def align(self, image: Image.Image) -> Found:
        assert image.mode == "RGB"
        return Found(EYES, "landmarks", "")

    def render(self, image: Image.Image, wish: Wish) -> Made:
        face = ImageOps.flip(image.resize((512, 512))).point(lambda value: max(0, value - wish.seed))
        facts = {"input": {"sha256": wish.sketch_sha256}, "seed": wish.seed, "process": os.getpid()}
        return Made(encode_png(face), facts, wish.eyes or EYES)
