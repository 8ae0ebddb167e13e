"""What programs are told of notices. The shape only ever gains fields; `app.public.contract` describes it."""

import datetime as dt
from typing import Annotated, Any

import msgspec

from models import Category, FileUse

SHAPE = 1
"""Raised when a field goes, or means something else."""

Moment = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
Address = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uri"})]
Pixels = Annotated[int, msgspec.Meta(ge=1)]


class Shape(msgspec.Struct, kw_only=True):
    """Readers must let pass what they do not know: fields are added within a shape."""


class Agency(Shape):
    """Who publishes."""

    name: str
    address: str
    email: str
    phone: str


class Wording(Shape):
    """What a notice says in one language. ``area`` is a district or a town; what is not said is empty."""

    headline: str
    known: str
    appearance: str
    area: str
    caution: str
    reward: str
    contact: str


class File(Shape):
    """A picture in one size, with its label in one language. ``use`` is ``view`` for pages, ``share`` beside a link,
    ``signed`` with content credentials."""

    use: FileUse
    language: str
    type: str
    width: Pixels
    height: Pixels
    size: Annotated[int, msgspec.Meta(ge=0, description="Bytes.")]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    url: Address


class Picture(Shape):
    """A computer-generated likeness, or a blend of several. Not a photograph."""

    position: Annotated[int, msgspec.Meta(ge=1)]
    morphed: Annotated[int, msgspec.Meta(ge=1, description="Of how many likenesses it is a blend; 1: of none.")]
    alt: Annotated[dict[str, str], msgspec.Meta(description="What it shows, by language.")]
    files: list[File]


class Notice(Shape):
    """A notice that is current."""

    slug: str
    version: Annotated[int, msgspec.Meta(ge=1)]
    category: Category
    published_at: Moment
    corrected_at: Moment | None
    expires_at: Moment
    happened_from: dt.date | None
    happened_to: dt.date | None
    words: Annotated[dict[str, Wording], msgspec.Meta(description="By language.")]
    pages: Annotated[dict[str, Address], msgspec.Meta(description="Where people read it, by language.")]
    pictures: list[Picture]


class Notices(Shape):
    """Some of the current notices, the newest first. ``next`` is the address of those after them, null at the end."""

    shape: int
    agency: Agency
    notices: list[Notice]
    next: Address | None


class OneNotice(Shape):
    shape: int
    notice: Notice


class Misp(Shape, rename="pascal"):
    """An event of MISP with an object ``facial-composite`` a picture."""

    event: Annotated[dict[str, Any], msgspec.Meta(description="As MISP's core format has it.")]
