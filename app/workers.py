"""The workers' own records: who is there, what they can do, who has gone."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.database import ago, clock, transaction
from models import Job, JobKind, Worker

LIVE_SECONDS = 15.0
KEPT = dt.timedelta(days=7)


@dataclass(frozen=True)
class Post:
    """Who a worker is, for its threads: a record would load through the session that it came from."""

    id: uuid.UUID
    host: str
    kinds: tuple[JobKind, ...] = tuple(JobKind)


def register(
    db: Session, host: str, slot: str, capabilities: dict[str, Any], kinds: Collection[JobKind] = tuple(JobKind)
) -> Worker:
    """Record a worker that has just started; former processes of its slot are recorded as gone."""
    name, now = f"{host}/{slot}", clock(db)
    worker = Worker(
        name=name,
        host=host,
        device=str(capabilities.get("device", "cpu")),
        kinds=[str(kind) for kind in kinds],
        capabilities=capabilities,
        started_at=now,
        heartbeat_at=now,
    )
    with transaction(db):
        db.execute(update(Worker).where(Worker.name == name, Worker.stopped_at.is_(None)).values(stopped_at=now))
        db.add(worker)
    return worker


def beat(db: Session, worker: Worker | Post) -> None:
    with transaction(db):
        db.execute(update(Worker).where(Worker.id == worker.id).values(heartbeat_at=clock(db)))


def stop(db: Session, worker: Worker | Post) -> None:
    with transaction(db):
        db.execute(update(Worker).where(Worker.id == worker.id).values(stopped_at=clock(db)))


def live(db: Session) -> list[Worker]:
    """The workers whose heart has beaten lately, the one that started last first."""
    beaten = Worker.heartbeat_at > ago(db, dt.timedelta(seconds=LIVE_SECONDS))
    query = select(Worker).where(Worker.stopped_at.is_(None), beaten)
    return list(db.scalars(query.order_by(Worker.started_at.desc(), Worker.id)))


def newest_live(db: Session, kind: JobKind | None = None) -> Worker | None:
    """The live worker that started last, of those that take this kind of job."""
    return next((worker for worker in live(db) if kind is None or kind in worker.kinds), None)


def taken_by(some: Iterable[Worker]) -> set[str]:
    """The kinds of job that at least one of these workers takes."""
    return {kind for worker in some for kind in worker.kinds}


def taken_kinds(db: Session) -> set[str]:
    """The kinds of job that at least one live worker takes."""
    return taken_by(live(db))


def newest(db: Session) -> Worker | None:
    """The worker that started last, living or not."""
    return db.scalar(select(Worker).order_by(Worker.started_at.desc(), Worker.id).limit(1))


def forget_old(db: Session) -> None:
    """Remove the records of workers that went long ago; the newest one stays."""
    last = newest(db)
    with transaction(db):
        old = Worker.heartbeat_at < clock(db) - KEPT
        busy = select(Job.lease_owner).where(Job.lease_owner.is_not(None))
        keep = last.id if last else None
        db.execute(delete(Worker).where(old, Worker.id.not_in(busy), Worker.id != keep))
