"""What a notice says and shows: one shape for its draft, its preview, its publication, its bulletins and its feeds."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from app.custody.canonical import digest
from models import Category

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as shares of a likeness's width and height, 0 to 1."""
MAX_PICTURES = 4
MAX_MORPHED = 4
"""Likenesses that one picture may be a morph of."""


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What a notice says in one language. ``area`` is a district or a town, never an address."""

    headline: str = ""
    known: str = ""
    appearance: str = ""
    area: str = ""
    caution: str = ""
    reward: str = ""
    contact: str = ""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture of a notice: a likeness, or a morph of up to four. ``crop`` is what is shown of it, ``boxes`` what is
    covered; ``alt`` is what it shows, by language, for whoever cannot see it."""

    likenesses: tuple[uuid.UUID, ...]
    crop: Box = (0.0, 0.0, 1.0, 1.0)
    boxes: tuple[Box, ...] = ()
    alt: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Content:
    """A notice. ``words`` are by language, the one it was written in first; days are the agency's own.

    ``minor``: the person may be a minor, which a supervisor must confirm before it is published.
    """

    category: Category
    words: Mapping[str, Wording] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    happened_from: dt.date | None = None
    happened_to: dt.date | None = None
    expires_on: dt.date | None = None
    minor: bool = False

    def to_json(self) -> dict[str, Any]:
        facts = asdict(self)
        for name in ("happened_from", "happened_to", "expires_on"):
            facts[name] = facts[name].isoformat() if facts[name] else None
        facts["pictures"] = [
            {**one, "likenesses": [str(likeness) for likeness in one["likenesses"]], "crop": list(one["crop"]),
             "boxes": [list(box) for box in one["boxes"]]}
            for one in facts["pictures"]
        ]  # fmt: skip
        return {**facts, "category": str(self.category)}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> "Content":
        return cls(
            category=Category(facts["category"]),
            words={language: Wording(**words) for language, words in facts["words"].items()},
            pictures=tuple(_picture(one) for one in facts["pictures"]),
            happened_from=day(facts["happened_from"]),
            happened_to=day(facts["happened_to"]),
            expires_on=day(facts["expires_on"]),
            minor=facts["minor"],
        )

    @property
    def digest(self) -> str:
        """The sha256 that custody keeps of it."""
        return digest(self.to_json())


def _picture(facts: Mapping[str, Any]) -> Picture:
    return Picture(
        likenesses=tuple(uuid.UUID(one) for one in facts["likenesses"]),
        crop=_box(facts["crop"]),
        boxes=tuple(_box(one) for one in facts["boxes"]),
        alt=dict(facts["alt"]),
    )


def _box(numbers: list[float]) -> Box:
    left, top, right, bottom = numbers
    return left, top, right, bottom


def day(text: str | None) -> dt.date | None:
    """Of an ISO date, as documents keep it."""
    return dt.date.fromisoformat(text) if text else None
