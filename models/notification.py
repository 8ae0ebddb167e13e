"""What an account is told of: assigned, rendered, approved, a tip came."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, utc_now


class Notification(Identified, Base):
    """``kind`` names the sentence, ``facts`` fill it in, ``path`` leads there. Each goes out by e-mail once where SMTP
    is set: ``mail_due_at`` until it has, then ``mailed_at``."""

    __tablename__ = "notification"
    __table_args__ = (Index(None, "account_id", "created_at"), Index(None, "mail_due_at"))

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(48))
    facts: Mapped[dict[str, Any]]
    path: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    read_at: Mapped[dt.datetime | None]
    mail_due_at: Mapped[dt.datetime | None]
    mailed_at: Mapped[dt.datetime | None]
    mail_attempts: Mapped[int] = mapped_column(default=0)
