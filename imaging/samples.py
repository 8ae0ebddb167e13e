"""Draws the sample sketches of ``static/samples/``: ``python -m imaging.samples [folder]``.

They show what comes in by post and phone: clean paper, a sheet laid crooked, yellowed paper, a photograph
with a shadow on it.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imaging.encode import encode_png
from imaging.sketcher import Placement, Style, draw_sketch, imagine
from imaging.words import N_

FOLDER = Path(__file__).parent.parent / "static" / "samples"
SIZE = 560
_FEW, _MANY = 20, 56
"""Paper grain does not compress: a small palette keeps a sample under 120 kB and its lines sharp. Paper with
shadows needs more colours, or they would show as bands."""

Light = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """One sample: who, drawn with what, on which sheet."""

    file: str
    title: str
    seed: int
    traits: dict[str, Any]
    style: Style = "pencil"
    placement: Placement = field(default_factory=lambda: Placement(scale=0.68, shift=(0.0, -0.03)))
    sheet: Callable[[Image.Image], Image.Image] = lambda image: image
    colours: int = _FEW


def _times(image: Image.Image, light: Light) -> Image.Image:
    pixels = np.asarray(image, np.float64) * light
    return Image.fromarray(np.clip(np.round(pixels), 0, 255).astype(np.uint8))


def _across(image: Image.Image) -> tuple[Light, Light]:
    x, y = np.meshgrid(np.linspace(0.0, 1.0, image.width), np.linspace(0.0, 1.0, image.height))
    return x, y


def yellowed(image: Image.Image) -> Image.Image:
    """Old paper: yellow, browner towards the edges."""
    x, y = _across(image)
    edge = np.clip(1.0 - 4.0 * np.minimum(np.minimum(x, 1 - x), np.minimum(y, 1 - y)), 0.0, 1.0)[..., None]
    tint = np.array([0.955, 0.905, 0.765]) - edge**2 * np.array([0.05, 0.08, 0.13])
    return _times(image, tint)


def photographed(image: Image.Image) -> Image.Image:
    """A phone's picture of paper: grey, warm light, and the soft shadow of who took it."""
    x, y = _across(image)
    shadow = 1.0 / (1.0 + np.exp(-(0.9 * x + 0.55 * y - 0.92) / 0.07))
    light = (0.93 - 0.12 * y - 0.27 * shadow)[..., None] * np.array([1.0, 0.985, 0.955])
    return _times(image, light)


_CROOKED = Placement(scale=0.64, angle=-9.0, shift=(0.01, -0.02))
_SHORT = {"hair": "short", "beard": "stubble"}
_CURLS = {"hair": "curly", "hair_dark": 0.85}
_BEARDED = {"hair": "side", "beard": "full", "glasses": True, "age": 48.0}
_OLDER = {"beard": "moustache", "age": 64.0}

SAMPLES = (
    Sample("short-hair.png", N_("Young man with short hair"), 5, _SHORT),
    Sample("long-hair.png", N_("Woman with long hair"), 10, {"hair": "long"}),
    Sample("crooked-sheet.png", N_("Woman with curls, sheet laid crooked"), 6, _CURLS, placement=_CROOKED),
    Sample(
        "yellowed-paper.png",
        N_("Bearded man with glasses, yellowed paper"),
        13,
        _BEARDED,
        sheet=yellowed,
        colours=_MANY,
    ),
    Sample(
        "phone-picture.png", N_("Older man, photographed with a shadow"), 9, _OLDER, sheet=photographed, colours=_MANY
    ),
    Sample("pen-drawing.png", N_("Woman with a bob, drawn with a pen"), 3, {"hair": "bob"}, style="pen"),
)


def draw_sample(sample: Sample) -> Image.Image:
    """The sample as a palette image of SIZE x SIZE pixels."""
    person = replace(imagine(sample.seed), **sample.traits)
    drawn = draw_sketch(sample.seed, SIZE, sample.style, person=person, placement=sample.placement)
    return sample.sheet(drawn.image).quantize(sample.colours, dither=Image.Dither.NONE)


def main(folder: Path = FOLDER) -> None:
    """Write every sample and ``samples.json`` (a list of file and title) into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        (folder / sample.file).write_bytes(encode_png(draw_sample(sample)))
    listing = [{"file": sample.file, "title": sample.title} for sample in SAMPLES]
    (folder / "samples.json").write_text(json.dumps(listing, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
