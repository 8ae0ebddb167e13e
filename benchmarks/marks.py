"""Whether the mark of published pictures survives what people do with pictures: cropping, compressing, shrinking.

``python -m benchmarks.marks`` draws sketches, renders them with the shipped weights, labels them as published pictures
are, and cuts each by every extreme crop that keeps the face: each edge is the picture's own, or as near to the five
points as MARGIN allows. Each crop is compressed (JPEG of quality 50), shrunk (its longer side 300 px) or photographed
from a screen (scaled, on a page); then tesseract looks for the mark.
"""

import argparse
import io
import itertools
import os
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from PIL import Image, ImageFilter, ImageOps

from app.notices.pictures import Shown, show
from imaging.label import WORDINGS, Wording, labelled, wording
from imaging.sketcher import draw_sketch
from imaging.template import SIDE, face_region
from inference.appearance import Appearance, choices
from inference.options import RenderOptions
from inference.pipeline import Pipeline

WHOLE = (0.0, 0.0, 1.0, 1.0)
TESSERACT = {"en": "eng", "th": "tha+eng"}
ENLARGED = (1100, 1500)
"""Pixels: what a picture's longer side is made before it is read, as a person would come nearer."""
THIN = 21
"""Pixels: strokes of the mark are thinner at these sizes, and nothing of a face is so bright and so thin."""


def jpeg(picture: Image.Image, quality: int = 50) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def shrunk(picture: Image.Image, side: int = 300) -> Image.Image:
    scale = side / max(picture.size)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return jpeg(picture.resize(size, Image.Resampling.BICUBIC), 85)


def screenshot(picture: Image.Image) -> Image.Image:
    """At 80 % of its size on a white page, a little soft, as PNG files of screens are."""
    small = picture.resize((round(picture.width * 0.8), round(picture.height * 0.8)), Image.Resampling.BILINEAR)
    page = Image.new("RGB", (small.width + 120, small.height + 160), "white")
    page.paste(small.filter(ImageFilter.GaussianBlur(0.4)), (60, 90))
    return page


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "JPEG 50": jpeg, "300 px": shrunk, "screenshot": screenshot,
}  # fmt: skip


def crops(shown: Shown, whole: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """Every extreme crop of the published picture, by its edges: a small letter is the picture's own edge, a capital
    the face's."""
    left, top, right, bottom = shown.crop
    region = face_region()
    across = [(edge - left) / (right - left) * shown.image.width for edge in (region[0], region[2])]
    down = [(edge - top) / (bottom - top) * shown.image.height for edge in (region[1], region[3])]
    choices = [(0, across[0]), (0, down[0]), (whole.width, across[1]), (whole.height, down[1])]
    for edges in itertools.product(*choices):
        name = "".join(
            letter.upper() if edge != pair[0] else letter
            for letter, edge, pair in zip("ltrb", edges, choices, strict=True)
        )
        yield name, whole.crop((int(edges[0]), int(edges[1]), round(edges[2] + 0.5), round(edges[3] + 0.5)))


def reads(picture: Image.Image, words: Wording) -> bool:
    """Whether tesseract finds the whole mark, letter by letter, at one of the sizes."""
    return any(_letters(words.short) in _letters(_ocr(picture, side, words)) for side in ENLARGED)


def _ocr(picture: Image.Image, side: int, words: Wording) -> str:
    scale = side / max(picture.size)
    size = round(picture.width * scale), round(picture.height * scale)
    grey = np.asarray(picture.convert("L").resize(size, Image.Resampling.BICUBIC))
    # What is brighter than all around it and thin stays, which is lettering; faces go.
    bright = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, np.ones((THIN, THIN), np.uint8)).astype(np.float32)
    ink = Image.fromarray((255 - np.clip(bright * 1.7, 0, 255)).astype(np.uint8))
    out = io.BytesIO()
    ImageOps.expand(ink, 60, fill=255).save(out, "PNG", compress_level=1)
    command = ["tesseract", "stdin", "stdout", "--psm", "11", "-l", TESSERACT[words.language]]
    one = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    return subprocess.run(command, input=out.getvalue(), capture_output=True, check=True, env=one).stdout.decode()


def _letters(text: str) -> str:
    """Without spaces and marks of punctuation; Thai's sara am is one letter or two, which are the same."""
    plain = unicodedata.normalize("NFKD", text.upper())
    return "".join(letter for letter in plain if letter.isalnum() or "\u0e31" <= letter <= "\u0e4e")


def likenesses(count: int, first: int = 1000) -> Iterator[Image.Image]:
    """Of drawn sketches from number ``first`` on, with every colour of skin that the weights know in turn."""
    pipeline = Pipeline.load(device="cpu")
    skins = [choice["name"] for choice in choices("skin")]
    for number in range(count):
        drawn = draw_sketch(first + number, SIDE, "pencil").image
        skin = Appearance(skin=skins[number % len(skins)])
        made = pipeline.render(drawn, RenderOptions(engine="pix2pix", seed=number, appearance=skin))
        yield Image.open(io.BytesIO(made.png))


def measure(
    likeness: Image.Image, words: Wording, pool: ThreadPoolExecutor, only: Collection[str] | None = None
) -> dict[tuple[str, str], bool]:
    """By crop and change, whether the mark was read; of all crops, or of those named."""
    shown = show(likeness, WHOLE, ())
    whole = jpeg(labelled(shown.image, shown.crop, words), 92)
    tried = [
        (crop, change) for crop in crops(shown, whole) if only is None or crop[0] in only for change in CHANGES.items()
    ]
    found = pool.map(lambda one: reads(one[1][1](one[0][1]), words), tried)
    return {(crop[0], change[0]): read for (crop, change), read in zip(tried, found, strict=True)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--images", type=int, default=50)
    parser.add_argument("--language", choices=sorted(WORDINGS), default="en")
    chosen = parser.parse_args()
    words, total, missed = wording(chosen.language), Counter[str](), Counter[str]()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, likeness in enumerate(likenesses(chosen.images)):
            for (crop, change), read in measure(likeness, words, pool).items():
                total[change] += 1
                if not read:
                    missed[change] += 1
                    print(f"image {number}, crop {crop}, {change}: not read", flush=True)
    print(f"{chosen.images} images, {len(list(itertools.product('01', repeat=4)))} crops each, {words.language}:")
    for change, count in total.items():
        print(f"  {change:<12} {count - missed[change]} of {count} read ({1 - missed[change] / count:.2%})")


if __name__ == "__main__":
    main()
