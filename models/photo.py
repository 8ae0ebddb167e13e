"""The real photo of a person who was identified, beside the likeness that was made of them."""

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, EyePair, Identified, ObjectKey, utc_now


class RealPhoto(Identified, Base):
    """One photo a likeness; a new one replaces it on the page, the former stays in custody.

    ``eyes`` are in pixels of the clean picture. ``ssim`` (raw, -1 to 1) and ``cosine`` (-1 to 1) compare the aligned
    photo with the likeness; None until measured, and ``cosine`` without a face matcher. ``consent`` says whether the
    pair may be exported for training, ``consent_note`` on whose word.
    """

    __tablename__ = "real_photo"

    likeness_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("likeness.id", ondelete="CASCADE"), index=True)
    file_name: Mapped[str] = mapped_column(String(255))
    original_key: Mapped[str] = mapped_column(ObjectKey())
    original_sha256: Mapped[str] = mapped_column(String(64))
    original_mime: Mapped[str] = mapped_column(String(64))
    original_size: Mapped[int]
    clean_key: Mapped[str] = mapped_column(ObjectKey())
    width: Mapped[int]
    height: Mapped[int]
    thumbnail_key: Mapped[str] = mapped_column(ObjectKey())
    # The photo aligned as the likeness is, 512 px; None until the worker has seen it.
    aligned_key: Mapped[str | None] = mapped_column(ObjectKey())
    eyes: Mapped[EyePair | None]
    ssim: Mapped[float | None]
    cosine: Mapped[float | None]
    matcher_sha256: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(500), default="")
    consent: Mapped[bool] = mapped_column(default=False)
    consent_note: Mapped[str] = mapped_column(String(500), default="")
    replaced_at: Mapped[dt.datetime | None]
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
