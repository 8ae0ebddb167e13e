"""What every published picture says of itself: the short mark across the lower edge of the face, and a band below the
picture with the whole wording.

The mark lies between mouth and chin, inside the five points and MARGIN around them: whoever crops a picture to less
than its band, and still keeps the face, keeps the mark. Eyes, nose and mouth stay free.
"""

from dataclasses import dataclass

from PIL import Image, ImageDraw

from imaging import fonts
from imaging.template import Box, face_region

INK, PAPER = (255, 255, 255), (18, 18, 18)
OPACITY = 0.74
"""Of the mark's plate: what is below it is seen, and white letters are read on any skin."""
HEIGHT = 21 / 512
"""Of the mark's plate, as a share of a likeness's height."""
LINES = 2
"""Of the whole wording, in every language."""
_PROBE = 100.0


@dataclass(frozen=True)
class Wording:
    """The label in a language. ``short`` is the mark, ``sentences`` the whole wording, a line of the band each."""

    language: str
    short: str
    sentences: tuple[str, ...]

    @property
    def full(self) -> str:
        return " ".join(self.sentences)


WORDINGS = {
    "en": Wording(
        "en", "LIKENESS - NOT A PHOTO", ("Computer-generated likeness from a witness sketch.", "Not a photograph.")
    ),
    "th": Wording(
        "th",
        "ภาพจำลอง - ไม่ใช่ภาพถ่าย",
        ("ภาพใบหน้าจำลองที่คอมพิวเตอร์สร้างขึ้นจากภาพสเก็ตช์ของพยาน", "ไม่ใช่ภาพถ่าย"),
    ),
}


def wording(language: str) -> Wording:
    """The label in this language; in English where there is none in it, or this machine has no font for it."""
    if language == "th" and fonts.thai_file() is None:
        return WORDINGS["en"]
    return WORDINGS.get(language, WORDINGS["en"])


def labelled(picture: Image.Image, crop: Box, words: Wording) -> Image.Image:
    """The picture, which shows ``crop`` of a likeness, with its mark and with the band below it."""
    band = caption(picture.width, words)
    whole = Image.new("RGB", (picture.width, picture.height + band.height), PAPER)
    whole.paste(put_mark(picture, crop, words), (0, 0))
    whole.paste(band, (0, picture.height))
    return whole


def caption(width: int, words: Wording) -> Image.Image:
    """The band: the mark in large letters and the whole wording, as wide as the picture."""
    pad, large, step = _measures(width)
    size = width * 0.036
    probe = fonts.font(words.language, _PROBE)
    widest = max(probe.getlength(sentence) for sentence in words.sentences)
    font = fonts.font(words.language, round(min(size, _PROBE * (width - 2 * pad) / widest), 1))
    band = Image.new("RGB", (width, caption_height(width)), PAPER)
    draw = ImageDraw.Draw(band)
    _write(draw, (pad, pad // 2, width - pad, pad // 2 + large), words, words.short)
    for number, sentence in enumerate(words.sentences):
        draw.text((width / 2, pad + large + step * (number + 0.5)), sentence, fill=INK, font=font, anchor="mm")
    return band


def caption_height(width: int) -> int:
    """Of the band below a picture of this width, in pixels."""
    pad, large, step = _measures(width)
    return large + LINES * step + 2 * pad


def without_band(whole: Image.Image) -> Image.Image:
    """The picture above its band."""
    return whole.crop((0, 0, whole.width, whole.height - caption_height(whole.width)))


def _measures(width: int) -> tuple[int, int, int]:
    """Around the lettering, of the mark's line, and of a line of the wording."""
    return round(width * 0.035), round(width * 0.07), round(width * 0.05)


def mark_box(crop: Box) -> Box:
    """Where the mark is in a picture that shows ``crop`` of a likeness; both boxes are shares, of the picture and of
    the likeness. Where the face's own place is cut off, it lies along the lower edge."""
    left, top, right, bottom = crop
    width, height = right - left, bottom - top
    region_left, _, region_right, region_bottom = face_region()
    region_top = region_bottom - HEIGHT
    if left <= region_left and region_right <= right and top <= region_top and region_bottom <= bottom:
        across = (region_left - left) / width, (region_right - left) / width
        down = (region_top - top) / height, (region_bottom - top) / height
        return across[0], down[0], across[1], down[1]
    return 0.15, 0.89, 0.85, 0.96


def put_mark(picture: Image.Image, crop: Box, words: Wording) -> Image.Image:
    """The picture with the short mark."""
    left, top, right, bottom = mark_box(crop)
    width, height = picture.size
    plate = round(left * width), round(top * height), round(right * width), round(bottom * height)
    marked = picture.copy()
    dark = Image.new("RGB", (plate[2] - plate[0], plate[3] - plate[1]), PAPER)
    marked.paste(Image.blend(picture.crop(plate), dark, OPACITY), plate[:2])
    _write(ImageDraw.Draw(marked), plate, words, words.short)
    return marked


def _write(draw: ImageDraw.ImageDraw, plate: tuple[int, int, int, int], words: Wording, text: str) -> None:
    """The text in one line, as large as the plate lets it be."""
    left, top, right, bottom = plate
    probe = fonts.font(words.language, _PROBE)
    box = draw.textbbox((0, 0), text, font=probe, anchor="ls")
    room_across, room_down = (right - left) * 0.94, (bottom - top) * 0.72
    size = _PROBE * min(room_across / (box[2] - box[0]), room_down / (box[3] - box[1]))
    chosen = fonts.font(words.language, round(size, 1))
    inked = draw.textbbox((0, 0), text, font=chosen, anchor="ls")
    x = (left + right) / 2 - (inked[0] + inked[2]) / 2
    y = (top + bottom) / 2 - (inked[1] + inked[3]) / 2
    draw.text((x, y), text, fill=INK, font=chosen, anchor="ls", stroke_width=size * 0.015, stroke_fill=INK)
