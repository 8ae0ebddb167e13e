"""How long cases and tips are kept, and the objects that are to go."""

import datetime as dt
import enum
import uuid

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, utc_now, words
from models.case import CaseStatus
from models.tip import TipState


class Proposal(enum.StrEnum):
    ARCHIVE = "archive"
    DELETE = "delete"


class RetentionPolicy(Identified, Base):
    """What is proposed for cases that have been in a status for so many months. Nothing happens by itself."""

    __tablename__ = "retention_policy"

    status: Mapped[CaseStatus] = mapped_column(words(CaseStatus, "status"), unique=True)
    months: Mapped[int]
    proposal: Mapped[Proposal] = mapped_column(words(Proposal, "proposal"))
    set_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class TipPolicy(Identified, Base):
    """After how many months in a state tips of no case may be deleted. Nothing happens by itself."""

    __tablename__ = "tip_policy"

    state: Mapped[TipState] = mapped_column(words(TipState, "state"), unique=True)
    months: Mapped[int]
    set_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class ObjectRemoval(Base):
    """An object that no row needs any more and that is to be removed; its row goes when it has.

    ``key`` is not an ObjectKey: it names what may go, not what must stay.
    """

    __tablename__ = "object_removal"

    key: Mapped[str] = mapped_column(String(101), primary_key=True)
    # The deletion that asked for it; None for a file that expired.
    deletion_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("deletion_request.id"), index=True)
    since: Mapped[dt.datetime] = mapped_column(default=utc_now)
