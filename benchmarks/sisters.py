"""Likenesses of drawn sketches, and others of the same people, which ought not to be taken for them."""

import io
from collections.abc import Iterator
from dataclasses import replace

from PIL import Image

from imaging.sketcher import Style, draw_sketch
from imaging.template import SIDE
from inference.appearance import Appearance, choices
from inference.candidates import variants
from inference.options import RenderOptions
from inference.pipeline import Pipeline


def drawn(count: int, first: int = 3000) -> Iterator[tuple[str, str, Image.Image]]:
    """Person, what sets it apart, and the likeness: for each the likeness itself, then of the same sketch one with
    another seed and one in other colours, and one of a sketch of the same person in another style."""
    pipeline = Pipeline.load(device="cpu")
    skins = [choice["name"] for choice in choices("skin")]

    def render(number: int, options: RenderOptions, style: Style = "pencil") -> Image.Image:
        made = pipeline.render(draw_sketch(first + number, SIDE, style).image, options)
        return Image.open(io.BytesIO(made.png)).convert("RGB")

    for number in range(count):
        base = RenderOptions(seed=number, appearance=Appearance(skin=skins[number % len(skins)]))
        yield str(number), "", render(number, base)
        yield str(number), "another seed", render(number, replace(base, seed=number + 777))
        yield str(number), "other colours of hair and eyes", render(number, variants(base, 2)[1])
        other = replace(base.appearance, skin=skins[(number + len(skins) // 2) % len(skins)])
        yield str(number), "another skin", render(number, replace(base, appearance=other))
        yield str(number), "sketch in charcoal", render(number, base, "charcoal")
