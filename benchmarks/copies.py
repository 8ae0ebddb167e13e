"""What people do to a published picture before somebody checks it: each takes the whole picture, with its band."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.marks import jpeg, screenshot, shrunk
from imaging.label import without_band

Change = Callable[[Image.Image], Image.Image]
SIDES = ("left", "top", "right", "bottom")
PHONE = (400, 860)


def around(share: float) -> Change:
    """That share of the width and of the height taken off, half of it on each side."""
    return lambda whole: _cut(whole, share / 2, share / 2, share / 2, share / 2)


def beside(share: float, side: str) -> Change:
    """That share of the width or of the height taken off on one side."""
    return lambda whole: _cut(whole, *(share if one == side else 0.0 for one in SIDES))


def anywhere(share: float, seed: int) -> Change:
    """That share of the width and of the height taken off, as chance divides it between the sides."""
    chance = np.random.default_rng(seed)

    def cut(whole: Image.Image) -> Image.Image:
        left, top = chance.uniform(0, share, 2)
        return _cut(whole, left, top, share - left, share - top)

    return cut


def lighter(whole: Image.Image) -> Image.Image:
    return whole.point(lambda level: min(255, round(level * 1.15)))


def on_a_phone(whole: Image.Image) -> Image.Image:
    """The picture 360 px wide in a page with a bar above, a border and lines of text below, as a JPEG of a screen."""
    small = whole.resize((360, round(whole.height * 360 / whole.width)), Image.Resampling.BILINEAR)
    page = Image.new("RGB", PHONE, "white")
    page.paste((40, 60, 120), (0, 0, PHONE[0], 70))
    page.paste(small, (20, 130))
    pen = ImageDraw.Draw(page)
    for number, top in enumerate(range(160 + small.height, PHONE[1] - 20, 24)):
        pen.rectangle((20, top, 380 - number * 37 % 90, top + 12), fill=(70, 70, 70))
    return jpeg(page, 70)


def of_one(seed: int) -> dict[str, Change]:
    """All of them, by name; ``seed`` is for what chance decides."""
    side = SIDES[seed % len(SIDES)]
    random = {share: anywhere(share, seed) for share in (0.1, 0.2, 0.3)}
    return {
        "JPEG 50": jpeg,
        "300 px": shrunk,
        "lighter by 15 %": lighter,
        "darker by 15 %": lambda whole: whole.point(lambda level: round(level * 0.85)),
        "band cut off, JPEG 70": lambda whole: jpeg(without_band(whole), 70),
        "screenshot on a page": screenshot,
        "on a phone's page": on_a_phone,
        "5 % cut off around it": around(0.05),
        "10 % around it": around(0.1),
        "20 % around it": around(0.2),
        "30 % around it": around(0.3),
        "10 % at one side": beside(0.1, side),
        "20 % at one side": beside(0.2, side),
        "30 % at one side": beside(0.3, side),
        "10 % anywhere, JPEG 50": lambda whole: jpeg(random[0.1](whole)),
        "20 % anywhere, 300 px": lambda whole: shrunk(random[0.2](whole)),
        "20 % anywhere, lighter, screenshot": lambda whole: screenshot(lighter(random[0.2](whole))),
        "30 % anywhere, phone's page": lambda whole: on_a_phone(random[0.3](whole)),
    }


def _cut(whole: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    across, down = whole.size
    return whole.crop(
        (round(left * across), round(top * down), round((1 - right) * across), round((1 - bottom) * down))
    )
