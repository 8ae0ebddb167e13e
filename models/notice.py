"""What an agency tells the public: a notice as it is worked on, and every publication of it.

The two are apart so that the public pages can be given the publications alone: a process that shows them has no right
to read a draft, a case or a sketch.
"""

import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, validates

from models.base import Base, Identified, ObjectKey, utc_now, words
from models.sketch import fold


class NoticeStage(enum.StrEnum):
    """Where the working copy of a notice stands. Whether it is public, its publications say."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"


class Category(enum.StrEnum):
    """Why the public is asked."""

    SUSPECT = "suspect"
    WITNESS = "witness"
    MISSING = "missing"
    UNIDENTIFIED = "unidentified"


class Ended(enum.StrEnum):
    """Why a publication is no longer current."""

    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    IDENTIFIED = "identified"
    EXPIRED = "expired"


class FileUse(enum.StrEnum):
    """``signed`` is the published picture with its content credentials, ``view`` one of its sizes for pages, ``share``
    the one that other sites show beside a link."""

    SIGNED = "signed"
    VIEW = "view"
    SHARE = "share"


def searched(content: Mapping[str, Any]) -> str:
    """What a search compares of a notice or a publication, folded: its words in all their languages."""
    return "\n".join(fold(line) for said in content.get("words", {}).values() for line in said.values() if line)


class Notice(Identified, Base):
    """A notice of a case, as it is worked on. ``slug`` is its public name, the same for every version.

    ``content`` is what `app.notices.content` reads and writes, and ``search_text`` follows it; ``revision`` counts its
    changes, and what is approved is one revision.
    """

    __tablename__ = "notice"
    __table_args__ = (Index(None, "case_id", "created_at"), Index(None, "stage", "changed_at"))

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(16), unique=True)
    stage: Mapped[NoticeStage] = mapped_column(words(NoticeStage, "stage"), default=NoticeStage.DRAFT)
    content: Mapped[dict[str, Any]]
    search_text: Mapped[str] = mapped_column(Text, default="", server_default="")
    revision: Mapped[int] = mapped_column(default=1)
    # The job that makes the pictures of this revision, while one does or has.
    job_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("job.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    submitted_at: Mapped[dt.datetime | None]
    submitted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    @validates("content")
    def _search_follows(self, _name: str, content: dict[str, Any]) -> dict[str, Any]:
        self.search_text = searched(content)
        return content


class _PictureFile:
    """One file of one picture: ``position`` counts the pictures of a notice from 1, ``language`` is that of its label.

    ``perceptual_hash`` and ``face_hash`` are of the signed file alone: 64 hexadecimal digits each. A ``face_hash`` is
    empty where the picture does not show the whole face, and None until a worker has looked at it
    (`app.notices.hashing`).
    """

    position: Mapped[int]
    language: Mapped[str] = mapped_column(String(16))
    use: Mapped[FileUse] = mapped_column(words(FileUse, "use"))
    mime: Mapped[str] = mapped_column(String(32))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    perceptual_hash: Mapped[str | None] = mapped_column(String(64))
    face_hash: Mapped[str | None] = mapped_column(String(64))

    @declared_attr
    @classmethod
    def key(cls) -> Mapped[str]:
        return mapped_column(ObjectKey())


class NoticeFile(Identified, _PictureFile, Base):
    """A picture as it will be published, made for one revision of a notice; the public pages never read these."""

    __tablename__ = "notice_file"
    __table_args__ = (
        UniqueConstraint(
            "notice_id", "revision", "position", "language", "use", "width", "mime", name="uq_notice_file_picture"
        ),
    )

    notice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"))
    revision: Mapped[int]


class NoticeDecision(Identified, Base):
    """A supervisor's answer to one revision, with the checklist as it was ticked."""

    __tablename__ = "notice_decision"
    __table_args__ = (UniqueConstraint("notice_id", "revision"),)

    notice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"))
    revision: Mapped[int]
    approved: Mapped[bool]
    checklist: Mapped[dict[str, Any]]
    comment: Mapped[str] = mapped_column(String(1000), default="")
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class Publication(Identified, Base):
    """One version of a notice before the public, from ``published_at`` until it expires or was ended.

    ``content`` is what the public may read and nothing else. The columns beside it are what its list is searched by:
    ``area_folded`` and ``search_text`` as searches compare text, ``languages`` what it can be read in.
    """

    __tablename__ = "publication"
    __table_args__ = (
        UniqueConstraint("notice_id", "version"),
        Index(None, "slug", "version"),
        Index(None, "ended_at", "published_at", "id"),
        Index(None, "category", "ended_at", "published_at"),
        Index(None, "area_folded", "ended_at", "published_at"),
        Index(None, "ended_at", "expires_at"),
    )

    notice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    languages: Mapped[list[str]]
    category: Mapped[Category] = mapped_column(words(Category, "category"))
    area_folded: Mapped[str] = mapped_column(String(200), default="")
    happened_on: Mapped[dt.date | None]
    search_text: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    ended_why: Mapped[Ended | None] = mapped_column(words(Ended, "ended_why"))


class PublicationFile(Identified, _PictureFile, Base):
    """A published picture: a copy of what was approved, and never an object of the evidence."""

    __tablename__ = "publication_file"
    __table_args__ = (
        UniqueConstraint(
            "publication_id", "position", "language", "use", "width", "mime", name="uq_publication_file_picture"
        ),
    )

    publication_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("publication.id", ondelete="CASCADE"))
