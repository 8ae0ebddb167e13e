"""The queue as those who ask for work see it: adding, waiting, cancelling, trying again.

What workers do with it is in app.leases.
"""

import uuid
from collections.abc import Collection, Mapping
from typing import Any

import structlog
from flask_babel import gettext as _
from sqlalchemy import func, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from app.database import announce_work, clock, log_once_committed, transaction
from app.errors import Conflict
from imaging.words import N_
from models import Job, JobKind, JobState

log = structlog.get_logger(__name__)

PRIORITY = {
    JobKind.ALIGN: 10,
    JobKind.PHOTO: 20,
    JobKind.NOTICE: 40,
    JobKind.BULLETIN: 60,
    JobKind.EXPORT: 60,
    JobKind.IMPORT: 60,
    JobKind.RENDER: 100,
}
"""Lower goes first: finding a face is quick and somebody is looking at the page; files are made in seconds."""
OPEN = (JobState.QUEUED, JobState.RUNNING)
RETRYABLE = (JobState.FAILED, JobState.PARKED, JobState.CANCELLED)
URGENCY = {"raised": 0.5, "normal": 1.0, "lowered": 1.5}
"""What a kind's own priority is multiplied by: a raised render still waits for faces to be found."""


def enqueue(
    db: Session,
    kind: JobKind,
    subject_id: uuid.UUID,
    owner_id: uuid.UUID,
    params: Mapping[str, Any],
    job_id: uuid.UUID | None = None,
) -> Job:
    """Add a job in the caller's transaction; a worker is woken once that has committed.

    Of jobs added at the same moment the one with the lowest id goes first.
    """
    now = clock(db)
    job = Job(
        id=job_id or uuid.uuid4(),
        kind=kind,
        subject_id=subject_id,
        owner_id=owner_id,
        params=dict(params),
        priority=PRIORITY[kind],
        created_at=now,
        queued_at=now,
    )
    db.add(job)
    announce_work(db, kind)
    log_once_committed(db, "job_enqueued", job=str(job.id), kind=str(kind))
    return job


def held(db: Session, job_id: uuid.UUID) -> Job:
    """The job as it is now, held until the transaction ends."""
    query = select(Job).where(Job.id == job_id).with_for_update()
    return db.scalars(query.execution_options(populate_existing=True)).one()


def position(db: Session, job: Job) -> int:
    """The place in the queue: 1 is next, 0 is not waiting."""
    if job.state != JobState.QUEUED:
        return 0
    place = tuple_(Job.priority, Job.queued_at, Job.id)
    mine = select(Job.priority, Job.queued_at, Job.id).where(Job.id == job.id).scalar_subquery()
    ahead = select(func.count()).where(Job.state == JobState.QUEUED, place < mine)
    return (db.scalar(ahead) or 0) + 1


def positions(db: Session, waiting: Collection[Job]) -> dict[uuid.UUID, int]:
    """The places of several jobs that wait, by one query; what no longer waits is left out."""
    if not waiting:
        return {}
    ahead, mine = aliased(Job), Job.id.in_([job.id for job in waiting])
    place = tuple_(ahead.priority, ahead.queued_at, ahead.id)
    before = (ahead.state == JobState.QUEUED) & (place < tuple_(Job.priority, Job.queued_at, Job.id))
    query = select(Job.id, func.count(ahead.id)).outerjoin(ahead, before).where(mine, Job.state == JobState.QUEUED)
    return {job_id: count + 1 for job_id, count in db.execute(query.group_by(Job.id))}


def cancel(db: Session, job: Job) -> Job:
    """Stop a job that waits or runs; a result that is still coming will be dropped. The job as it is then.

    Raises Conflict when it is over already.
    """
    with transaction(db):
        job = held(db, job.id)
        if job.state not in OPEN:
            raise Conflict(_("This is over already and cannot be cancelled."))
        close(job, JobState.CANCELLED, N_("Cancelled."))
        job.finished_at = clock(db)
        log_once_committed(db, "job_cancelled", job=str(job.id))
    return job


def retry(db: Session, job: Job) -> Job:
    """Queue a job again that failed, was parked or cancelled. Raises Conflict for any other.

    One that had been parked keeps running alone.
    """
    with transaction(db):
        job = held(db, job.id)
        if job.state not in RETRYABLE:
            raise Conflict(_("This is not waiting for another try; reload the page to see where it is."))
        job.state, job.reason, job.deaths = JobState.QUEUED, "", 0
        job.started_at = job.finished_at = None
        job.queued_at = clock(db)
        announce_work(db, job.kind)
        log_once_committed(db, "job_retried", job=str(job.id))
    return job


def retry_failed(db: Session, kind: JobKind) -> int:
    """Queue every failed job of a kind again, in the order in which they came. How many there were."""
    with transaction(db):
        now = clock(db)
        query = update(Job).where(Job.kind == kind, Job.state == JobState.FAILED)
        values = {"state": JobState.QUEUED, "reason": "", "deaths": 0, "started_at": None, "finished_at": None}
        # Behind those that wait already, which is where a single one goes too.
        again = query.values(**values, queued_at=now).returning(Job.id)
        count = len(db.execute(again, execution_options={"synchronize_session": False}).all())
        if count:
            announce_work(db, kind)
    log.info("jobs_retried", kind=str(kind), count=count)
    return count


def urgency(job: Job) -> str:
    """A word of URGENCY for where the job's priority stands to its kind's own."""
    usual = PRIORITY[job.kind]
    return "normal" if job.priority == usual else "raised" if job.priority < usual else "lowered"


def set_urgency(db: Session, job: Job, word: str) -> None:
    """Let a waiting job go before or after others of its kind. Raises Conflict when it no longer waits."""
    with transaction(db):
        job = held(db, job.id)
        if job.state != JobState.QUEUED:
            raise Conflict(_("This is no longer waiting, so its priority does not matter any more."))
        job.priority = int(PRIORITY[job.kind] * URGENCY[word])
        log_once_committed(db, "job_priority", job=str(job.id), urgency=word)


def close(job: Job, state: JobState, reason: str = "", parts: dict[str, Any] | None = None) -> None:
    """Put the job into a state in which nobody holds its lease."""
    job.state, job.reason, job.reason_parts = state, reason[:500], parts
    job.lease_owner = job.lease_expires_at = job.heartbeat_at = None
