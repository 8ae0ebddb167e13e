"""The agency's units: whose work a sketch is, and who may see it."""

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, utc_now


class Unit(Identified, Base):
    __tablename__ = "unit"

    name: Mapped[str] = mapped_column(String(100), unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class AccountUnit(Base):
    """An account belongs to a unit; it may belong to several."""

    __tablename__ = "account_unit"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True, index=True)
