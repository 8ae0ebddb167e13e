"""Posters of what is published, as files."""

import datetime as dt
import enum
import uuid

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, ObjectKey, utc_now, words


class BulletinFormat(enum.StrEnum):
    PDF = "pdf"
    PNG = "png"


class Bulletin(Identified, Base):
    """Posters of one publication or of several, made once into one file and kept until it expires; how far it is, its
    job says.

    ``languages`` are those of its sheets, in their order; ``dots`` is how many of them a PNG has to an inch;
    ``address`` is where the public reads notices, as it was when this was asked for. ``key`` and ``preview_key`` are
    None before it is made and after it has expired, ``file_name`` is empty before. ``lacks_font``: Thai was set
    without a font for it.
    """

    __tablename__ = "bulletin"
    __table_args__ = (Index(None, "asked_at"), Index(None, "expires_at"))

    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("job.id"), unique=True)
    format: Mapped[BulletinFormat] = mapped_column(words(BulletinFormat, "format"))
    paper: Mapped[str] = mapped_column(String(16))
    languages: Mapped[list[str]]
    dots: Mapped[int]
    address: Mapped[str] = mapped_column(String(300))
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    made_at: Mapped[dt.datetime | None]
    file_name: Mapped[str] = mapped_column(String(100), default="")
    mime: Mapped[str] = mapped_column(String(32), default="")
    sheets: Mapped[int | None]
    lacks_font: Mapped[bool] = mapped_column(default=False)
    key: Mapped[str | None] = mapped_column(ObjectKey())
    preview_key: Mapped[str | None] = mapped_column(ObjectKey())
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None] = mapped_column(BigInteger)
    expires_at: Mapped[dt.datetime | None]


class BulletinPublication(Base):
    """Which publications a bulletin is of, in the order of its sheets, counted from 1."""

    __tablename__ = "bulletin_publication"

    bulletin_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("bulletin.id", ondelete="CASCADE"), primary_key=True)
    publication_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("publication.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int]
