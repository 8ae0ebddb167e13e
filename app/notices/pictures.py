"""A picture as the public will see it: cropped, covered, labelled, and written anew.

Nothing of a likeness's file is passed on but pixels, and of those none that a box covers or the crop leaves out.
"""

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from app.notices.content import Box
from imaging.card import card
from imaging.face_hash import face_hash
from imaging.fingerprint import fingerprint
from imaging.label import labelled, wording
from imaging.template import STRIP
from models import FileUse

WIDTHS = (320, 512, 768)
"""Pixels across: of the views, of which the last is the signed picture's too."""
WIDTH = WIDTHS[-1]
COVER = (24, 24, 24)
JPEG = {"quality": 92, "subsampling": 0, "optimize": True}
WEBP = {"quality": 84, "method": 6}


@dataclass(frozen=True)
class MadeFile:
    """One file of a picture, not signed yet; the one that is to be signed has its hashes."""

    use: FileUse
    mime: str
    width: int
    height: int
    data: bytes
    fingerprint: str | None = None
    face: str | None = None

    def holding(self, data: bytes) -> "MadeFile":
        """The same picture in these bytes."""
        return replace(self, data=data)


@dataclass(frozen=True)
class Shown:
    """What is shown of a likeness, without any label; ``crop`` is what that is of it, in shares."""

    image: Image.Image
    crop: Box


def show(likeness: Image.Image, crop: Box, boxes: Sequence[Box]) -> Shown:
    """The likeness with every box burnt in, outward to whole pixels, and what ``crop`` keeps of it, made WIDTH wide.

    The strip below, where the renderer wrote the mark, makes room for the label.
    """
    width, height = likeness.size
    covered = likeness.convert("RGB")
    for box in boxes:
        left, top, right, bottom = _outward(box, width, height)
        covered.paste(COVER, (left, top, right, bottom))
    left, top, right, bottom = _inward(crop, width, height - round(height * STRIP))
    kept = covered.crop((left, top, right, bottom))
    enlarged = kept.resize((WIDTH, max(1, round(kept.height * WIDTH / kept.width))), Image.Resampling.LANCZOS)
    return Shown(enlarged, (left / width, top / height, right / width, bottom / height))


def files(shown: Shown, language: str) -> Iterator[MadeFile]:
    """Every file of a picture in one language, the signed one first; the same bytes for the same pixels."""
    words = wording(language)
    whole = labelled(shown.image, shown.crop, words)
    bare = whole.crop((0, 0, *shown.image.size))
    made = _jpeg(whole, FileUse.SIGNED)
    yield replace(made, fingerprint=fingerprint(bare), face=face_hash(bare, shown.crop) or "")
    for width in WIDTHS:
        size = (width, max(1, round(whole.height * width / whole.width)))
        yield _file(whole.resize(size, Image.Resampling.LANCZOS), FileUse.VIEW, "image/webp", "WEBP", WEBP)
    yield _jpeg(card(shown.image, shown.crop, words), FileUse.SHARE)


def _outward(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return (
        max(0, math.floor(left * width)),
        max(0, math.floor(top * height)),
        min(width, math.ceil(right * width)),
        min(height, math.ceil(bottom * height)),
    )


def _inward(crop: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """Whole pixels inside the crop, at least one each way."""
    full = height / (1 - STRIP)
    left, top = min(width - 1, math.ceil(crop[0] * width)), min(height - 1, math.ceil(crop[1] * full))
    right, bottom = min(width, math.floor(crop[2] * width)), min(height, math.floor(crop[3] * full))
    return left, top, max(left + 1, right), max(top + 1, bottom)


def _jpeg(image: Image.Image, use: FileUse) -> MadeFile:
    return _file(image, use, "image/jpeg", "JPEG", JPEG)


def _file(image: Image.Image, use: FileUse, mime: str, kind: str, how: dict[str, int]) -> MadeFile:
    plain = image.copy()
    plain.info = {}
    out = io.BytesIO()
    plain.save(out, kind, **how)
    return MadeFile(use, mime, image.width, image.height, out.getvalue())
