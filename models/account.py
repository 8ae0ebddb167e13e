"""Who may use the product: accounts, their roles, their signed-in sessions and one-time links."""

import datetime as dt
import enum
import uuid
from collections.abc import Iterable

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Identified, utc_now, words
from models.unit import Unit


class Role(enum.StrEnum):
    INVESTIGATOR = "investigator"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class LinkPurpose(enum.StrEnum):
    FIRST_ADMIN = "first_admin"
    SET_PASSWORD = "set_password"  # noqa: S105
    INVITATION = "invitation"


class Account(Identified, Base):
    __tablename__ = "account"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    # The column keeps its first name: code of the former version runs beside this one during a deploy.
    suspended_at: Mapped[dt.datetime | None] = mapped_column("disabled_at")
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None]
    password_changed_at: Mapped[dt.datetime | None]

    # In which language pages are shown to the person; NULL until they choose one.
    language: Mapped[str | None] = mapped_column(String(16))

    # Which kinds of notification come by e-mail as well; NULL until the person says.
    mail_kinds: Mapped[list[str] | None]

    # The second factor: its secret, encrypted; when its owner proved to have it; the last time step used.
    totp_secret: Mapped[str | None] = mapped_column(String(255))
    totp_confirmed_at: Mapped[dt.datetime | None]
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)

    # With IDENTITY=firebase: who this is there, and since when its custom claims wait to be mirrored.
    firebase_uid: Mapped[str | None] = mapped_column(String(128), unique=True)
    claims_due_at: Mapped[dt.datetime | None]

    role_rows: Mapped[list["AccountRole"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="AccountRole.role"
    )

    units: Mapped[list[Unit]] = relationship(secondary="account_unit", lazy="selectin", order_by=Unit.name)

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(row.role for row in self.role_rows)

    def set_roles(self, roles: Iterable[Role]) -> None:
        wanted = set(roles)
        self.role_rows = [row for row in self.role_rows if row.role in wanted] + [
            AccountRole(role=role) for role in sorted(wanted - self.roles)
        ]

    @property
    def accepted(self) -> bool:
        """Whether the person has taken the account: until then nobody can sign in with it."""
        return bool(self.password_hash or self.firebase_uid)

    def has_role(self, *roles: str) -> bool:
        """Whether the account holds at least one of these roles."""
        return bool(self.roles & set(roles))


class AccountRole(Base):
    __tablename__ = "account_role"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = mapped_column(words(Role, "role"), primary_key=True)


class SignInSession(Identified, Base):
    """A signed-in browser. Only the sha256 of its cookie's token is kept."""

    __tablename__ = "sign_in_session"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    last_seen_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[dt.datetime]
    csrf_token: Mapped[str] = mapped_column(String(64))
    # When its owner last proved who they are, as grave actions want it.
    confirmed_at: Mapped[dt.datetime | None]
    # With IDENTITY=firebase: when Firebase last said that the account is enabled and not revoked.
    vouched_at: Mapped[dt.datetime | None]

    account: Mapped[Account] = relationship()


class OneTimeLink(Identified, Base):
    """A link that sets a password once. Only the sha256 of its token is kept."""

    __tablename__ = "one_time_link"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[LinkPurpose] = mapped_column(words(LinkPurpose, "purpose"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]

    account: Mapped[Account | None] = relationship()
