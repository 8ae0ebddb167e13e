"""A computer-generated likeness made from a sketch. Not a photograph."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, EyePair, Identified, ObjectKey, utc_now


class Likeness(Identified, Base):
    """The one result of one render job: however often that job ran, job_id lets in one row."""

    __tablename__ = "likeness"
    __table_args__ = (UniqueConstraint("sketch_id", "number"),)

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
    provenance: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
