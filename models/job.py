"""The record of work: what is to be done, who is doing it, and who could."""

import datetime as dt
import enum
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, utc_now, words


class JobKind(enum.StrEnum):
    ALIGN = "align"
    RENDER = "render"
    PHOTO = "photo"
    EXPORT = "export"
    IMPORT = "import"
    NOTICE = "notice"
    BULLETIN = "bulletin"


class JobState(enum.StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    PARKED = "parked"
    CANCELLED = "cancelled"


class Worker(Identified, Base):
    """One start of one worker process. ``name`` is ``host/slot``; a slot has one live process."""

    __tablename__ = "worker"

    name: Mapped[str] = mapped_column(String(200), index=True)
    host: Mapped[str] = mapped_column(String(150))
    device: Mapped[str] = mapped_column(String(64))
    kinds: Mapped[list[str]]
    capabilities: Mapped[dict[str, Any]]
    started_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    heartbeat_at: Mapped[dt.datetime] = mapped_column(default=utc_now, index=True)
    stopped_at: Mapped[dt.datetime | None]


class Job(Identified, Base):
    """A piece of work and its lease.

    ``attempts`` counts claims and fences results: only the claim that is still current may finish
    the job. ``alone`` is set when a lease was lost; from then on the job shares its host with
    nothing, and ``deaths`` counts the leases lost that way.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index(None, "state", "priority", "queued_at"),
        Index(None, "subject_id", "created_at"),
        Index(None, "kind", "created_at"),
        Index(None, "owner_id", "created_at"),
    )

    kind: Mapped[JobKind] = mapped_column(words(JobKind, "kind"))
    subject_id: Mapped[uuid.UUID]
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    priority: Mapped[int] = mapped_column(default=100)
    state: Mapped[JobState] = mapped_column(words(JobState, "state"), default=JobState.QUEUED)

    attempts: Mapped[int] = mapped_column(default=0)
    alone: Mapped[bool] = mapped_column(default=False)
    deaths: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("worker.id"))
    lease_expires_at: Mapped[dt.datetime | None]
    heartbeat_at: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    # The reason's sentence and its values apart, where it has some, so that it can be told in any language.
    reason_parts: Mapped[dict[str, Any] | None]

    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    # The place in the queue: moved back when the job is tried again, so others come first.
    queued_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
