"""What the list of cases is narrowed to, read from an address, a saved filter or the API alike."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from app.cases import search
from app.cases.forms import identity
from app.errors import Refused
from app.texts import day
from models import Case, CaseAssignment, CaseStatus, CaseTag, fold

NOBODY = "nobody"
"""As a person: cases that nobody is assigned to."""
NAMES = ("q", "number", "status", "unit", "person", "tag", "from", "to")


@dataclass(frozen=True)
class Filter:
    """``person``: assigned to it; ``first`` and ``last``: days of the incident, both included."""

    query: str = ""
    number: str = ""
    status: CaseStatus | None = None
    unit: uuid.UUID | None = None
    person: uuid.UUID | None = None
    unassigned: bool = False
    tag: str = ""
    first: dt.date | None = None
    last: dt.date | None = None

    @classmethod
    def read(cls, said: Mapping[str, str]) -> "Filter":
        """Raises Refused for what no filter can be."""
        text = {name: " ".join(str(said.get(name, "")).split())[: search.MAX_QUERY] for name in NAMES}
        if text["status"] and text["status"] not in set(CaseStatus):
            raise Refused(_("Choose a status from the list."))
        return cls(
            query=text["q"],
            number=text["number"],
            status=CaseStatus(text["status"]) if text["status"] else None,
            unit=identity(text["unit"]),
            person=None if text["person"] == NOBODY else identity(text["person"]),
            unassigned=text["person"] == NOBODY,
            tag=text["tag"],
            first=day(text["from"]),
            last=day(text["to"]),
        )

    @property
    def said(self) -> dict[str, str]:
        """As it was read, without what is left open: for addresses and saved filters."""
        values = {
            "q": self.query,
            "number": self.number,
            "status": str(self.status or ""),
            "unit": str(self.unit or ""),
            "person": NOBODY if self.unassigned else str(self.person or ""),
            "tag": self.tag,
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
        }
        return {name: value for name, value in values.items() if value}

    def conditions(self, db: Session) -> list[ColumnElement[bool]]:
        """What must hold for a case, besides being seen and being of the person, which the list walks through."""
        return [*search.matches(db, self.query), *self._about_number(db), *self._about_facts(), *self._about_people()]

    def _about_number(self, db: Session) -> list[ColumnElement[bool]]:
        if not self.number:
            return []
        whole = Case.number.in_({self.number, self.number.upper()})
        if (number := db.scalar(select(Case.number).where(whole).limit(1))) is not None:
            return [Case.number == number]
        # The text has the number, so the text's index finds it; the number itself decides.
        return [*search.matches(db, self.number), Case.number.icontains(self.number, autoescape=True)]

    def _about_facts(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.status:
            found.append(Case.status == self.status)
        if self.unit:
            found.append(Case.unit_id == self.unit)
        if self.first:
            found.append(Case.incident_on >= self.first)
        if self.last:
            found.append(Case.incident_on <= self.last)
        return found

    def _about_people(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.unassigned:
            found.append(~exists().where(CaseAssignment.case_id == Case.id))
        if self.tag:
            found.append(Case.id.in_(select(CaseTag.case_id).where(CaseTag.folded == fold(self.tag))))
        return found
