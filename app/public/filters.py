"""What the list of notices is narrowed to, read from the address of its page and of its JSON alike."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.errors import Refused
from app.searching import Searched, contains, words
from app.texts import day
from models import Category, Publication

MAX_TEXT = 100
PUBLISHED = Searched("publication", Publication.id, Publication.search_text)
NAMES = ("q", "area", "category", "from", "to")


@dataclass(frozen=True, kw_only=True)
class Filter:
    """``query`` and ``area`` as they were typed; ``first`` and ``last``: days on which it happened, both included."""

    query: str = ""
    area: str = ""
    category: Category | None = None
    first: dt.date | None = None
    last: dt.date | None = None

    @classmethod
    def read(cls, said: Mapping[str, str]) -> "Filter":
        """Raises Refused for what no filter can be."""
        text = {name: " ".join(said.get(name, "").split())[:MAX_TEXT] for name in NAMES}
        if text["category"] and text["category"] not in set(Category):
            raise Refused(_("Choose a kind of notice from the list."))
        return cls(
            query=text["q"],
            area=text["area"],
            category=Category(text["category"]) if text["category"] else None,
            first=day(text["from"]),
            last=day(text["to"]),
        )

    @property
    def said(self) -> dict[str, str]:
        """As it was read, without what is left open: for addresses."""
        values = {
            "q": self.query,
            "area": self.area,
            "category": str(self.category or ""),
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
        }
        return {name: value for name, value in values.items() if value}

    @property
    def narrow(self) -> bool:
        """Whether anything but words is asked for."""
        return bool(self.said.keys() - {"q"})

    def conditions(self, db: Session) -> list[ColumnElement[bool]]:
        """What must hold for a publication."""
        # The whole text has the area, so its index finds that; the area itself decides.
        found = PUBLISHED.matches(db, f"{self.query} {self.area}")
        found += [contains(Publication.area_folded, word) for word in words(self.area)]
        if self.category:
            found.append(Publication.category == self.category)
        if self.first:
            found.append(Publication.happened_on >= self.first)
        if self.last:
            found.append(Publication.happened_on <= self.last)
        return found
