"""What administrators decide while the product runs: settings, and limits to what units and accounts may use."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, ObjectKey, utc_now


class SettingSection(Base):
    """The settings that are changed together, by name; `app/agency/declared.py` says what each may be.

    One that is not in ``values`` has its default, and so has a section without a row. ``revision`` counts changes: a
    form that was drawn before somebody else's change is refused. ``object_key`` is the agency's logo.
    """

    __tablename__ = "setting_section"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    values: Mapped[dict[str, Any]]
    object_key: Mapped[str | None] = mapped_column(ObjectKey())
    revision: Mapped[int]
    changed_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    changed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))


class Quota(Identified, Base):
    """The most that a unit or an account may use; None where there is no limit.

    Whoever asks for work holds the rows that it is counted against, so that two who ask at once cannot both have the
    last of it.
    """

    __tablename__ = "quota"
    __table_args__ = (CheckConstraint("(unit_id IS NULL) <> (account_id IS NULL)", name="of_one"),)

    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), unique=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    renders_a_day: Mapped[int | None]
    open_jobs: Mapped[int | None]
    stored_bytes: Mapped[int | None] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
