"""The queue as workers see it: claiming a job, keeping its lease, and ending it once.

A claim is fenced by the job's count of attempts. Whoever lost the lease, even to itself, can no longer
finish the job, so an execution may repeat but its result cannot.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session

from app import notifications
from app.database import announce_work, clock, transaction
from app.jobs import close
from app.workers import Post
from imaging.words import N_
from models import Job, JobKind, JobState, Worker

log = structlog.get_logger(__name__)

MAX_DEATHS = 3
PARKED = N_(
    "This stopped the renderer three times while nothing else was running, so it was set aside; other "
    "sketches go on. Save the sketch anew as a PNG and upload it again, or try once more."
)


class LeaseLost(Exception):
    """The job is no longer this worker's: it was cancelled, or taken for dead."""


@dataclass(frozen=True)
class Claim:
    """A worker's hold on a job. ``attempt`` tells this hold from every other one on the same job."""

    job_id: uuid.UUID
    attempt: int
    worker_id: uuid.UUID
    kind: JobKind
    subject_id: uuid.UUID
    owner_id: uuid.UUID
    params: dict[str, Any]
    alone: bool
    """It has killed a worker before."""

    def current(self) -> tuple[ColumnElement[bool], ...]:
        return (
            Job.id == self.job_id,
            Job.state == JobState.RUNNING,
            Job.lease_owner == self.worker_id,
            Job.attempts == self.attempt,
        )


def claim(db: Session, worker: Worker | Post, kinds: Collection[JobKind], lease_seconds: float) -> Claim | None:
    """Take the next job, or None when there is none that may run here now.

    A job that was running when a worker died shares this host with nothing: it waits until the
    host is idle, and until it has ended nothing else is begun here.
    """
    with transaction(db):
        _one_claim_a_host(db, worker.host)
        beside = db.scalars(_running_on(worker.host)).all()
        if any(beside):
            return None
        job = db.scalar(_next(kinds))
        if job is None or (job.alone and beside):
            return None
        now = clock(db)
        job.state, job.attempts = JobState.RUNNING, job.attempts + 1
        job.lease_owner, job.lease_expires_at = worker.id, now + dt.timedelta(seconds=lease_seconds)
        job.heartbeat_at = job.started_at = now
        subject, params = (job.kind, job.subject_id, job.owner_id), dict(job.params)
        taken = Claim(job.id, job.attempts, worker.id, *subject, params, job.alone)
    log.info("job_claimed", job=str(taken.job_id), kind=taken.kind, attempt=taken.attempt, alone=taken.alone)
    return taken


def _one_claim_a_host(db: Session, host: str) -> None:
    """Let the host's workers claim one after another. In SQLite every write does so anyway."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(host, 0))))


def _running_on(host: str) -> Select[bool]:
    """For each job running on the host, whether it must be alone."""
    return (
        select(Job.alone)
        .join(Worker, Job.lease_owner == Worker.id)
        .where(Job.state == JobState.RUNNING, Worker.host == host)
    )


def _next(kinds: Collection[JobKind]) -> Select[Job]:
    return (
        select(Job)
        .where(Job.state == JobState.QUEUED, Job.kind.in_(kinds))
        .order_by(Job.priority, Job.queued_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def renew(db: Session, held: Claim, lease_seconds: float) -> bool:
    """Keep the lease. False when the job is no longer ours."""
    with transaction(db):
        now = clock(db)
        query = update(Job).where(*held.current())
        expires = now + dt.timedelta(seconds=lease_seconds)
        renewed = db.execute(
            query.values(heartbeat_at=now, lease_expires_at=expires).returning(Job.id),
            execution_options={"synchronize_session": False},
        ).scalar()
    return renewed is not None


def _held(db: Session, held: Claim) -> Job:
    query = select(Job).where(*held.current()).with_for_update()
    job = db.scalar(query.execution_options(populate_existing=True))
    if job is None:
        raise LeaseLost
    return job


def finish(db: Session, held: Claim) -> None:
    """Mark the job done, in the transaction that records its result. Raises LeaseLost."""
    job = _held(db, held)
    close(job, JobState.DONE)
    job.finished_at = clock(db)


def fail(db: Session, held: Claim, reason: str, parts: dict[str, Any] | None = None) -> None:
    """End the job with a sentence for whoever asked for it, and its parts where it has values. Raises LeaseLost."""
    with transaction(db):
        job = _held(db, held)
        close(job, JobState.FAILED, reason, parts)
        job.finished_at = clock(db)
        notifications.tell_stopped(db, job)
    log.info("job_failed", job=str(held.job_id))


def hand_back(db: Session, held: Claim, *, announce: bool = True) -> None:
    """Give an unfinished job back to the queue, in its old place, blaming nobody. Raises LeaseLost.

    Unannounced it waits until a worker next looks by itself: what stopped it would stop the others too.
    """
    with transaction(db):
        close(_held(db, held), JobState.QUEUED)
        if announce:
            announce_work(db, held.kind)
    log.info("job_handed_back", job=str(held.job_id))


def recover_expired(db: Session, lease_seconds: float) -> int:
    """Requeue, or park, the jobs whose leases have run out. How many there were."""
    now = clock(db)
    # A lease that ends far in the future was given before the clock was set back.
    absurd = now + dt.timedelta(seconds=2 * lease_seconds)
    lost = or_(Job.lease_expires_at <= now, Job.lease_expires_at > absurd)
    if db.scalar(select(Job.id).where(Job.state == JobState.RUNNING, lost).limit(1)) is None:
        return 0  # nothing to write: do not make other writers wait
    with transaction(db):
        return _recover(db, lost)


def recover_slot(db: Session, name: str) -> int:
    """Requeue, or park, what the former processes of this slot were doing, without waiting for leases.

    Only for a process that holds the slot's lock: that proves that the others are dead.
    """
    with transaction(db):
        former = select(Worker.id).where(Worker.name == name)
        return _recover(db, Job.lease_owner.in_(former))


def _recover(db: Session, lost: ColumnElement[bool]) -> int:
    query = select(Job).where(Job.state == JobState.RUNNING, lost).with_for_update(skip_locked=True)
    jobs = db.scalars(query.execution_options(populate_existing=True)).all()
    now = clock(db)
    for job in jobs:
        _bury(job, now)
        if job.state == JobState.PARKED:
            notifications.tell_stopped(db, job)
        if job.state == JobState.QUEUED:
            announce_work(db, job.kind)
        log.warning("lease_lost", job=str(job.id), deaths=job.deaths, state=job.state)
    return len(jobs)


def _bury(job: Job, now: dt.datetime) -> None:
    """A worker died on this job: next time it runs alone, and the third death alone parks it."""
    if job.alone:
        job.deaths += 1
    job.alone = True
    if job.deaths >= MAX_DEATHS:
        close(job, JobState.PARKED, PARKED)
        job.finished_at = now
    else:
        close(job, JobState.QUEUED)
        job.queued_at = now  # behind those that wait already: they have done nothing wrong
