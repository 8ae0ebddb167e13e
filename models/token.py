"""Personal access tokens: how a program acts for a person at the JSON API."""

import datetime as dt
import enum
import uuid

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import Account
from models.base import Base, Identified, utc_now


class Scope(enum.StrEnum):
    """What a token may be used for, within what its owner's roles allow."""

    SKETCHES_READ = "sketches:read"
    SKETCHES_WRITE = "sketches:write"
    RENDERS_READ = "renders:read"
    RENDERS_WRITE = "renders:write"
    LIKENESSES_READ = "likenesses:read"
    LIKENESSES_WRITE = "likenesses:write"
    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    NOTICES_READ = "notices:read"
    NOTICES_WRITE = "notices:write"
    TIPS_READ = "tips:read"


class AccessToken(Identified, Base):
    """One token. Only its sha256 is kept; the token itself was shown once.

    ``last_used_at`` is coarse: it is written once an hour at most.
    """

    __tablename__ = "access_token"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    scopes: Mapped[list[str]]
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    # With IDENTITY=firebase: when Firebase last said that the account is enabled and not revoked.
    vouched_at: Mapped[dt.datetime | None]

    account: Mapped[Account] = relationship()
