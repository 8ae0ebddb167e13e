"""Requests that a client may send again: what was made of each the first time."""

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, utc_now


class IdempotentRequest(Identified, Base):
    """One change that an account asked for under a key of its own choosing.

    ``fingerprint`` is the sha256 of what was asked: the same key with another body is refused.
    ``made`` names the records that the first execution made.
    """

    __tablename__ = "idempotent_request"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(128))
    fingerprint: Mapped[str] = mapped_column(String(64))
    made: Mapped[list[str]]
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now, index=True)
