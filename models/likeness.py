"""A computer-generated likeness made from a sketch. Not a photograph."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, EyePair, Identified, ObjectKey, utc_now


class Likeness(Identified, Base):
    """The one result of one render job: however often that job ran, job_id lets in one row.

    Candidates of one request share a ``set_id`` and count from 1, the neutral one; both are NULL for a likeness that
    was asked for alone. Of a sketch's likenesses the one that was kept last is the current one.
    """

    __tablename__ = "likeness"
    __table_args__ = (UniqueConstraint("sketch_id", "number"), Index(None, "created_at"))

    sketch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sketch.id"))
    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("job.id"), unique=True)
    number: Mapped[int]
    engine: Mapped[str] = mapped_column(String(64))
    seed: Mapped[int] = mapped_column(BigInteger)
    strength: Mapped[float]
    eyes: Mapped[EyePair | None]
    image_key: Mapped[str] = mapped_column(ObjectKey())
    image_sha256: Mapped[str] = mapped_column(String(64))
    thumbnail_key: Mapped[str] = mapped_column(ObjectKey())
    # Bytes of both objects; NULL for what was rendered before they were counted.
    stored_size: Mapped[int | None] = mapped_column(BigInteger)
    provenance: Mapped[dict[str, Any]]
    set_id: Mapped[uuid.UUID | None]
    candidate: Mapped[int | None]
    # What the generator was told, by region the name of a colour; of those, the regions that nobody had asked for.
    appearance: Mapped[dict[str, Any] | None]
    varied: Mapped[list[str] | None]
    kept_at: Mapped[dt.datetime | None]
    kept_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
