"""Cases that leave an installation as a file, and cases that come into one."""

import datetime as dt
import enum
import uuid

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, ObjectKey, utc_now, words


class ExportFormat(enum.StrEnum):
    ZIP = "zip"
    PDF = "pdf"


class CaseExport(Identified, Base):
    """A case as one file, made once and kept until it expires; how far it is, its job says.

    ``key`` is None before it is made and after it has expired. ``language`` is that of what people read in it.
    """

    __tablename__ = "case_export"
    __table_args__ = (Index(None, "case_id", "asked_at"), Index(None, "expires_at"))

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("job.id"), unique=True)
    format: Mapped[ExportFormat] = mapped_column(words(ExportFormat, "format"))
    language: Mapped[str] = mapped_column(String(16))
    paper: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[str] = mapped_column(String(100))
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    made_at: Mapped[dt.datetime | None]
    key: Mapped[str | None] = mapped_column(ObjectKey())
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None] = mapped_column(BigInteger)
    expires_at: Mapped[dt.datetime | None]


class CaseImport(Identified, Base):
    """A file that a case is to be taken from; ``key`` is None once that was done or refused.

    ``number`` is the number that the case is to have here, empty for the one that it has in the file. ``case_id`` is
    no foreign key: what was imported may be deleted later.
    """

    __tablename__ = "case_import"
    __table_args__ = (Index(None, "asked_by", "asked_at"),)

    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("job.id"), unique=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    number: Mapped[str] = mapped_column(String(40), default="")
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str | None] = mapped_column(ObjectKey())
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    case_id: Mapped[uuid.UUID | None]


class ForeignChain(Identified, Base):
    """The custody of an imported case as its former installation wrote it, word for word, in an object.

    The case's own chain names ``sha256`` and ``head``. A case that travelled twice has two, counted from 1 in the
    order of its journeys. ``case_id`` is no foreign key: custody outlives what it is about.
    """

    __tablename__ = "foreign_chain"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    case_id: Mapped[uuid.UUID]
    number: Mapped[int]
    key: Mapped[str] = mapped_column(ObjectKey())
    sha256: Mapped[str] = mapped_column(String(64))
    head: Mapped[str] = mapped_column(String(64))
    entries: Mapped[int]


class ImportedAuthor(Base):
    """Who wrote or made an imported record, by the name that they had where it came from."""

    __tablename__ = "imported_author"

    record_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
