"""The queue as operators see it: counts, ages and lists of jobs. Never what a job is about."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import jobs
from app.measures import oldest_waiting
from app.paging import nearest_page
from models import Job, JobKind, JobState, Sketch, Unit, Worker

PER_PAGE = 50
KIND_WORDS = {
    JobKind.ALIGN: lazy_gettext("Find eyes"),
    JobKind.RENDER: lazy_gettext("Render"),
    JobKind.PHOTO: lazy_gettext("Compare photo"),
    JobKind.EXPORT: lazy_gettext("Export a case"),
    JobKind.IMPORT: lazy_gettext("Import a case"),
    JobKind.NOTICE: lazy_gettext("Make the pictures of a notice"),
    JobKind.BULLETIN: lazy_gettext("Make a bulletin"),
}
STATE_WORDS = {
    JobState.QUEUED: lazy_gettext("Waiting"),
    JobState.RUNNING: lazy_gettext("Running"),
    JobState.FAILED: lazy_gettext("Failed"),
    JobState.PARKED: lazy_gettext("Parked"),
    JobState.CANCELLED: lazy_gettext("Cancelled"),
    JobState.DONE: lazy_gettext("Done"),
}
URGENCY_WORDS = {
    "raised": lazy_gettext("Raised"),
    "normal": lazy_gettext("Normal"),
    "lowered": lazy_gettext("Lowered"),
}
SHOWN = (JobState.QUEUED, JobState.RUNNING, JobState.FAILED, JobState.PARKED, JobState.CANCELLED)


@dataclass(frozen=True)
class Line:
    """One kind of job. ``oldest`` is the age in seconds of the one that waits longest; ``takers`` counts workers."""

    kind: JobKind
    title: str
    counts: dict[JobState, int]
    oldest: float
    takers: int

    @property
    def stranded(self) -> bool:
        """Whether jobs wait that no living worker takes."""
        return self.takers == 0 and self.counts[JobState.QUEUED] > 0


@dataclass(frozen=True)
class Entry:
    """A job, and the unit of what it is about. ``since`` is when it came into its state."""

    job: Job
    kind: str
    unit: str
    worker: str
    urgency: str
    since: float

    @property
    def can_retry(self) -> bool:
        return self.job.state in jobs.RETRYABLE

    @property
    def can_cancel(self) -> bool:
        return self.job.state in jobs.OPEN

    @property
    def can_move(self) -> bool:
        return self.job.state == JobState.QUEUED


@dataclass(frozen=True)
class Choice:
    """Which jobs are listed: those of a state, of one kind or all (None), page by page from 1."""

    state: JobState = JobState.QUEUED
    kind: JobKind | None = None
    page: int = 1


@dataclass(frozen=True)
class Listing:
    choice: Choice
    entries: Sequence[Entry]
    pages: int
    total: int


def queue(db: Session, live: Sequence[Worker], now: dt.datetime) -> list[Line]:
    """A line for every kind of job, also for those of which there are none; two queries."""
    rows = db.execute(select(Job.kind, Job.state, func.count()).group_by(Job.kind, Job.state))
    counts = {(kind, state): count for kind, state, count in rows}
    oldest = oldest_waiting(db, now)
    return [
        Line(
            kind,
            KIND_WORDS[kind],
            {state: counts.get((kind, state), 0) for state in JobState},
            oldest.get(kind, 0.0),
            sum(kind in worker.kinds for worker in live),
        )
        for kind in JobKind
    ]


def listing(db: Session, choice: Choice, lines: Sequence[Line], now: dt.datetime) -> Listing:
    """The newest jobs of a state, newest first, by one query; ``lines`` have counted them."""
    wanted = [Job.state == choice.state, *([Job.kind == choice.kind] if choice.kind else [])]
    total = sum(line.counts[choice.state] for line in lines if choice.kind in (None, line.kind))
    page, pages = nearest_page(choice.page, total, PER_PAGE)
    query = (
        select(Job, Unit.name, Worker.name)
        # Not the unit of whoever asked: they may be in several, and the sketch is in one.
        .outerjoin(Sketch, Job.subject_id == Sketch.id)
        .outerjoin(Unit, Sketch.unit_id == Unit.id)
        .outerjoin(Worker, Job.lease_owner == Worker.id)
        .where(*wanted)
        .order_by(Job.created_at.desc(), Job.id)
    )
    rows = db.execute(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE))
    entries = [_entry(job, unit or "", worker or "", now) for job, unit, worker in rows]
    return Listing(Choice(choice.state, choice.kind, page), entries, pages, total)


def _entry(job: Job, unit: str, worker: str, now: dt.datetime) -> Entry:
    return Entry(
        job,
        str(KIND_WORDS[job.kind]),
        unit,
        slot_of(worker) if worker else "",
        jobs.urgency(job),
        max(0.0, (now - _since(job)).total_seconds()),
    )


def _since(job: Job) -> dt.datetime:
    if job.state == JobState.QUEUED:
        return job.created_at
    return (job.started_at if job.state == JobState.RUNNING else job.finished_at) or job.queued_at


def slot_of(name: str) -> str:
    """A worker's name without its machine's random part: host and slot, as people call them."""
    host, _, slot = name.rpartition("/")
    return f"{host.rpartition('-')[0] or host} / {slot}"
