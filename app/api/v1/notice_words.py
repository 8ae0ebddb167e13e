"""What a notice says and shows, as the API reads and writes it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Annotated

import msgspec
from flask_babel import gettext as _

from app.api.v1.operation import In
from app.errors import Refused
from app.notices import content as records
from app.notices import forms, picture_forms
from app.notices.content import MAX_MORPHED, MAX_PICTURES
from app.notices.forms import MOST
from app.notices.picture_forms import LEAST_BOX, LEAST_CROP, MOST_ALT, MOST_BOXES
from models import Category

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Box = Annotated[
    list[Share],
    msgspec.Meta(min_length=4, max_length=4, description="Left, top, right, bottom as shares of width and height."),
]
Alt = Annotated[str, msgspec.Meta(max_length=MOST_ALT)]


class Wording(In):
    """What a notice says in one language."""

    headline: Annotated[str, msgspec.Meta(max_length=MOST["headline"])] = ""
    known: Annotated[str, msgspec.Meta(max_length=MOST["known"])] = ""
    appearance: Annotated[str, msgspec.Meta(max_length=MOST["appearance"])] = ""
    area: Annotated[str, msgspec.Meta(max_length=MOST["area"], description="A district or a town, no address.")] = ""
    caution: Annotated[str, msgspec.Meta(max_length=MOST["caution"])] = ""
    reward: Annotated[str, msgspec.Meta(max_length=MOST["reward"])] = ""
    contact: Annotated[str, msgspec.Meta(max_length=MOST["contact"])] = ""


class Picture(In):
    """A likeness of the notice's case, or a morph of up to four."""

    likenesses: Annotated[list[uuid.UUID], msgspec.Meta(min_length=1, max_length=MAX_MORPHED)]
    crop: Box = msgspec.field(default_factory=lambda: [0.0, 0.0, 1.0, 1.0])
    boxes: Annotated[
        list[Box], msgspec.Meta(max_length=MOST_BOXES, description="Covered in black in the published picture.")
    ] = msgspec.field(default_factory=list)
    alt: Annotated[
        dict[str, Alt], msgspec.Meta(description="What it shows, by language, for whoever cannot see it.")
    ] = msgspec.field(default_factory=dict)


class NewNotice(In):
    case_id: uuid.UUID
    category: Category
    words: Annotated[dict[str, Wording], msgspec.Meta(description="By language: `en`, `th`.")] = msgspec.field(
        default_factory=dict
    )
    pictures: Annotated[list[Picture], msgspec.Meta(max_length=MAX_PICTURES)] = msgspec.field(default_factory=list)
    happened_from: dt.date | None = None
    happened_to: dt.date | None = None
    expires_on: Annotated[dt.date | None, msgspec.Meta(description="In 30 days where it is left out.")] = None
    minor: Annotated[bool, msgspec.Meta(description="The person may be a minor.")] = False


def content_of(said: NewNotice, languages: Sequence[str], today: dt.date) -> records.Content:
    """Cleaned and checked as the forms' words are. Raises Refused."""
    if unknown := (said.words.keys() | {one for picture in said.pictures for one in picture.alt}) - set(languages):
        raise Refused(_("There is no language %(code)s here.", code=min(unknown)[:16]))
    days = {name: getattr(said, name) for name in forms.DAYS}
    form = {"category": str(said.category), "minor": "yes" if said.minor else ""}
    form |= {name: day.isoformat() for name, day in days.items() if day}
    form |= {f"{name}_{language}": getattr(wording, name) for language, wording in said.words.items() for name in MOST}
    pictures = tuple(_picture(one) for one in said.pictures)
    empty = records.Content(category=said.category, pictures=pictures)
    content, typed = forms.read(form, languages, empty, "", today)
    for name, sentence in typed.errors.items():
        raise Refused(_("%(field)s: %(why)s", field=name, why=sentence))
    return content


def _picture(said: Picture) -> records.Picture:
    crop, boxes = _box(said.crop, LEAST_CROP), tuple(_box(one, LEAST_BOX) for one in said.boxes)
    alt = {language: forms.line(text, MOST_ALT) for language, text in said.alt.items() if text.strip()}
    return records.Picture(likenesses=tuple(dict.fromkeys(said.likenesses)), crop=crop, boxes=boxes, alt=alt)


def _box(shares: Sequence[float], least: float) -> records.Box:
    """Raises Refused."""
    box = picture_forms.box(shares, least)
    if box is None:
        raise Refused(_("A crop or a box must have its left below its right and its top below its bottom."))
    return box
