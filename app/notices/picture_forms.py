"""What the form of a notice's pictures says. Crops and boxes are percents there and shares in the records."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.errors import Refused
from app.notices.content import MAX_MORPHED, MAX_PICTURES, Box, Picture
from app.notices.forms import line

SIDES = ("left", "top", "right", "bottom")
WHOLE = ("0", "0", "100", "100")
MOST_BOXES, MOST_ALT = 12, 500
LEAST_CROP, LEAST_BOX = 0.25, 0.005
"""Shares of a side: a crop that leaves less is no picture, a box that covers less covers nothing."""


@dataclass
class TypedPicture:
    """What the fields of one picture hold, and what is wrong with them by ``crop``, ``boxes`` and ``alt_en``."""

    likenesses: tuple[uuid.UUID, ...]
    alt: dict[str, str]
    crop: tuple[str, ...] = WHOLE
    boxes: list[tuple[str, ...]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return ",".join(str(one) for one in self.likenesses)


def typed_of(pictures: Sequence[Picture], languages: Sequence[str]) -> list[TypedPicture]:
    """What the fields hold for what is on record."""
    return [
        TypedPicture(
            one.likenesses,
            {language: one.alt.get(language, "") for language in languages},
            _percents(one.crop),
            [_percents(covered) for covered in one.boxes],
        )
        for one in pictures
    ]


def read(form: MultiDict[str, str], languages: Sequence[str]) -> tuple[list[Picture], list[TypedPicture]]:
    """The pictures as the form has them, and then what was asked of them: one added, removed or moved up. Where one of
    the second has errors the first are not to be used. Raises Refused for what no form of ours says."""
    typed = [_typed(form, position, languages) for position in range(1, MAX_PICTURES + 1) if _has(form, position)]
    typed = _acted(typed, form, languages)
    return [_picture(one) for one in typed], typed


def _has(form: Mapping[str, str], position: int) -> bool:
    return bool(form.get(f"likenesses_{position}"))


def _typed(form: MultiDict[str, str], position: int, languages: Sequence[str]) -> TypedPicture:
    rows = zip(*(form.getlist(f"box_{side}_{position}") for side in SIDES), strict=False)
    return TypedPicture(
        _identities(form[f"likenesses_{position}"].split(",")),
        {language: form.get(f"alt_{language}_{position}", "") for language in languages},
        tuple(form.get(f"crop_{side}_{position}", whole) for side, whole in zip(SIDES, WHOLE, strict=True)),
        [row for row in rows if any(text.strip() for text in row)],
    )


def touched(form: Mapping[str, str], count: int) -> int:
    """The number of the picture, of ``count``, that the button which was pressed is about; 0 for none of them."""
    action, _dash, place = form.get("action", "").partition("-")
    if action == "add":
        return count
    number = int(place) if place.isascii() and place.isdigit() else 0
    return min(number - 1 if action == "up" else number, count)


def _acted(typed: list[TypedPicture], form: MultiDict[str, str], languages: Sequence[str]) -> list[TypedPicture]:
    action, _dash, place = form.get("action", "").partition("-")
    chosen = int(place) - 1 if place.isascii() and place.isdigit() else -1
    if action == "remove" and 0 <= chosen < len(typed):
        return typed[:chosen] + typed[chosen + 1 :]
    if action == "up" and 0 < chosen < len(typed):
        return [*typed[: chosen - 1], typed[chosen], typed[chosen - 1], *typed[chosen + 1 :]]
    if action == "add":
        added = _identities(form.getlist("chosen"))
        if not 1 <= len(added) <= MAX_MORPHED:
            raise Refused(_("Tick one likeness, or up to %(most)s for a morph of them.", most=MAX_MORPHED))
        if len(typed) >= MAX_PICTURES:
            raise Refused(_("A notice shows at most %(most)s pictures.", most=MAX_PICTURES))
        return [*typed, TypedPicture(added, dict.fromkeys(languages, ""))]
    return typed


def _picture(typed: TypedPicture) -> Picture:
    alt = {}
    for language, text in typed.alt.items():
        try:
            alt[language] = line(text, MOST_ALT)
        except Refused as error:
            typed.errors[f"alt_{language}"] = str(error)
    crop = _box(typed.crop, LEAST_CROP)
    if crop is None:
        typed.errors["crop"] = _("What is shown must be a part of the picture, at least a quarter of each side.")
    boxes = [_box(one, LEAST_BOX) for one in typed.boxes]
    if None in boxes or len(boxes) > MOST_BOXES:
        typed.errors["boxes"] = _(
            "Each box needs four numbers from 0 to 100, the left below the right and the top below the bottom; "
            "at most %(most)s boxes.", most=MOST_BOXES,
        )  # fmt: skip
    kept = tuple(one for one in boxes if one is not None)
    spoken = {language: text for language, text in alt.items() if text}
    return Picture(likenesses=typed.likenesses, crop=crop or (0.0, 0.0, 1.0, 1.0), boxes=kept, alt=spoken)


def _box(texts: Sequence[str], least: float) -> Box | None:
    """As shares, None for what is no box."""
    try:
        return box([float(text.replace(",", ".")) / 100 for text in texts], least)
    except ValueError:
        return None


def box(shares: Sequence[float], least: float) -> Box | None:
    """As it is kept, None for what is no box or leaves less than ``least`` of a side."""
    left, top, right, bottom = (round(share, 4) for share in shares)
    # What is no number is not large either.
    large = right - left >= least and bottom - top >= least
    return (left, top, right, bottom) if large and min(left, top) >= 0 and max(right, bottom) <= 1 else None


def _percents(shares: Box) -> tuple[str, ...]:
    return tuple(f"{share * 100:.2f}".rstrip("0").rstrip(".") for share in shares)


def _identities(texts: Sequence[str]) -> tuple[uuid.UUID, ...]:
    try:
        return tuple(dict.fromkeys(uuid.UUID(text) for text in texts))
    except ValueError:
        raise Refused(_("Choose from the list.")) from None
