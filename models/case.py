"""A case, and what people write into it: who works on it, tags, notes, witness sessions."""

import datetime as dt
import enum
import uuid
from typing import Any

from sqlalchemy import BigInteger, FetchedValue, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, utc_now, words


class CaseStatus(enum.StrEnum):
    OPEN = "open"
    PUBLISHED = "published"
    IDENTIFIED = "identified"
    CLOSED = "closed"
    ARCHIVED = "archived"


class Case(Identified, Base):
    """One matter that the agency works on. Its number follows the agency's pattern and is never used twice.

    ``revision`` counts changes: a form that was drawn before somebody else's change is refused. ``search_text`` is what
    a search compares, folded: number, title, description, place and tags.
    """

    __tablename__ = "case_file"  # `case` is a word of SQL
    __table_args__ = (
        Index(None, "unit_id", "changed_at", "id"),
        Index(None, "status", "changed_at", "id"),
        Index(None, "changed_at", "id"),
        Index(None, "created_at"),
        Index(None, "unit_id", "status", "changed_at", "id"),
        # Days of the incident are looked at while a unit's cases are walked through in order.
        Index(None, "unit_id", "changed_at", "id", "incident_on"),
    )

    number: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    status: Mapped[CaseStatus] = mapped_column(words(CaseStatus, "status"), default=CaseStatus.OPEN)
    description: Mapped[str] = mapped_column(Text, default="")
    incident_on: Mapped[dt.date | None]
    incident_place: Mapped[str] = mapped_column(String(200), default="")
    search_text: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=1)

    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    # When it came into the status it is in: retention counts from here.
    status_since: Mapped[dt.datetime] = mapped_column(default=utc_now)
    # A legal hold: nothing of the case is deleted while it has a reason.
    hold_reason: Mapped[str] = mapped_column(String(500), default="")
    hold_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    hold_since: Mapped[dt.datetime | None]


class CaseCounter(Base):
    """The last running number given out under a pattern whose other fields are filled in, e.g. ``2026-{number:05}``."""

    __tablename__ = "case_counter"

    scope: Mapped[str] = mapped_column(String(120), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)


class CaseTag(Base):
    """``folded`` is the tag as searches compare it, ``name`` as it was written first."""

    __tablename__ = "case_tag"
    __table_args__ = (Index(None, "folded", "case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), primary_key=True)
    folded: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))


class CaseAssignment(Base):
    """Somebody works on the case; whoever does sees it, in its unit or not.

    ``case_changed_at`` is the case's ``changed_at``. Triggers of the database keep it and nothing else writes it.
    """

    __tablename__ = "case_assignment"
    __table_args__ = (Index(None, "account_id", "case_changed_at", "case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[dt.datetime] = mapped_column(default=utc_now)
    case_changed_at: Mapped[dt.datetime] = mapped_column(server_default=FetchedValue(), nullable=True)


class CaseNote(Identified, Base):
    """``body`` is Markdown as it was written; pages sanitise what they make of it."""

    __tablename__ = "case_note"
    __table_args__ = (Index(None, "case_id", "created_at"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    changed_at: Mapped[dt.datetime | None]


class WitnessSession(Identified, Base):
    """A drawing session: who drew, when, from which witness, by which method, what was said.

    The witness goes by a pseudonym. ``facts`` says what the drawing does not: age_from, age_to, height_cm, build, hair,
    eyes, skin, marks, clothing; those that an engine takes are set where it is asked for a likeness.
    """

    __tablename__ = "witness_session"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    number: Mapped[int]
    artist: Mapped[str] = mapped_column(String(200))
    drawn_on: Mapped[dt.date | None]
    witness: Mapped[str] = mapped_column(String(100))
    method: Mapped[str] = mapped_column(String(100), default="")
    statement: Mapped[str] = mapped_column(Text, default="")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    revision: Mapped[int] = mapped_column(default=1)


class EmergencyAccess(Identified, Base):
    """Breaking the glass: somebody who may not see a case looked into it for a while, for a reason that is kept."""

    __tablename__ = "emergency_access"
    __table_args__ = (Index(None, "account_id", "ends_at"), Index(None, "begun_at"), Index(None, "case_id", "begun_at"))

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(String(500))
    begun_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    ends_at: Mapped[dt.datetime]


class DeletionRequest(Identified, Base):
    """One person asks for a case to be deleted, another one decides. ``case_id`` is no foreign key: it outlives it."""

    __tablename__ = "deletion_request"
    __table_args__ = (Index(None, "case_id", "asked_at"),)

    case_id: Mapped[uuid.UUID]
    case_number: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(500))
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[dt.datetime | None]
    approved: Mapped[bool | None]
    # When its objects were gone; the row of the case goes first.
    finished_at: Mapped[dt.datetime | None]


class SavedFilter(Identified, Base):
    """A search of the case list that its owner comes back to: the query of its address."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
