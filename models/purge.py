"""What of publications outlives them: names that are never given out again, and what a CDN must be told to forget."""

import datetime as dt

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, utc_now


class EndedSlug(Base):
    """The public name of a notice whose case was deleted. Its address answers that it is gone, for good."""

    __tablename__ = "ended_slug"

    slug: Mapped[str] = mapped_column(String(16), primary_key=True)
    ended_at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class Purge(Base):
    """A notice whose public addresses changed: what is kept of them elsewhere is to be dropped. The row goes when it
    was. ``since`` is the last change: one that comes while the former is being told of keeps the row."""

    __tablename__ = "purge"

    slug: Mapped[str] = mapped_column(String(16), primary_key=True)
    since: Mapped[dt.datetime] = mapped_column(default=utc_now)
    due_at: Mapped[dt.datetime] = mapped_column(default=utc_now, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    # What the last try was answered.
    answer: Mapped[str] = mapped_column(String(200), default="")
