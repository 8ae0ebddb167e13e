"""Who did what to which object, and when: chains of entries, each bound to the one before by its hash."""

import datetime as dt
import enum
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, ObjectKey, utc_now, words

AGENCY = uuid.UUID(int=0)
"""What the agency's own chain is about."""
ANCHORS = uuid.UUID(int=1)
"""Whose the anchors are among the stored objects; nothing else is theirs."""
NOTHING = "0" * 64
"""What the first entry of a chain names as the hash before it."""


class ChainKind(enum.StrEnum):
    """A sketch has a chain of its own until it is filed; the case's chain then names that one's head."""

    AGENCY = "agency"
    CASE = "case"
    SKETCH = "sketch"


class CustodyChain(Identified, Base):
    """One chain and its head. Whoever appends holds this row, so a chain has no gap and no fork.

    ``subject_id`` is a case, the first version of a sketch, or AGENCY. It is no foreign key: a chain outlives what it
    is about.
    """

    __tablename__ = "custody_chain"
    __table_args__ = (UniqueConstraint("kind", "subject_id"),)

    kind: Mapped[ChainKind] = mapped_column(words(ChainKind, "kind"))
    subject_id: Mapped[uuid.UUID]
    length: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default=NOTHING)
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class CustodyEntry(Identified, Base):
    """One entry, never changed and never removed: the database refuses both.

    ``hash`` is the sha256 of everything else in canonical form (`app.custody.canonical`), ``previous`` the hash of the
    entry before. Names are kept as they were: an account may be renamed, what it did may not. ``before`` and ``after``
    are sha256 of what was changed, where it has any.
    """

    __tablename__ = "custody_entry"
    __table_args__ = (
        UniqueConstraint("chain_id", "number"),
        Index(None, "object_id", "at"),
        Index(None, "actor_id", "at"),
        Index(None, "at"),
    )

    chain_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("custody_chain.id"))
    number: Mapped[int]
    at: Mapped[dt.datetime]
    # None: the program itself, or its operator on the command line, as the name says.
    actor_id: Mapped[uuid.UUID | None]
    actor: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(48))
    object_kind: Mapped[str] = mapped_column(String(24))
    object_id: Mapped[uuid.UUID | None]
    before: Mapped[str | None] = mapped_column(String(64))
    after: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, Any]]
    request_id: Mapped[str] = mapped_column(String(64), default="")
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class CustodyAnchor(Base):
    """A day's anchor: an object that says where every chain ended that had grown since the anchor before.

    The object is what counts, since it is in other hands than the records; this row tells that it must be there.
    """

    __tablename__ = "custody_anchor"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    object_key: Mapped[str] = mapped_column(ObjectKey())
    heads: Mapped[int]
    taken_at: Mapped[dt.datetime]


class Sighting(Base):
    """That somebody looked at or took away a piece of evidence in a quarter of an hour: one entry for all of it.

    ``quarter`` counts quarters of an hour since 1970. Rows of past quarters may be forgotten, entries may not.
    """

    __tablename__ = "sighting"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    object_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(String(48), primary_key=True)
    quarter: Mapped[int] = mapped_column(primary_key=True)
