"""Looking things up in the studio: what an account may not see is answered like what does not exist."""

import uuid
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app import jobs, workers
from app.errors import NotFound
from app.paging import Page, nearest_page
from app.studio.sight import NO_SKETCH, seen_by
from models import Account, Job, JobKind, Likeness, Sketch, fold

__all__ = ["NO_SKETCH"]


def get_sketch(db: Session, account: Account, sketch_id: uuid.UUID) -> Sketch:
    """Raises NotFound."""
    sketch = db.scalar(select(Sketch).where(Sketch.id == sketch_id, seen_by(account)))
    if sketch is None:
        raise NotFound(NO_SKETCH)
    return sketch


def get_likeness(db: Session, account: Account, likeness_id: uuid.UUID) -> Likeness:
    """Raises NotFound."""
    query = select(Likeness).join(Sketch, Likeness.sketch_id == Sketch.id)
    likeness = db.scalar(query.where(Likeness.id == likeness_id, seen_by(account)))
    if likeness is None:
        raise NotFound(_("There is no such likeness, or it is not yours."))
    return likeness


def get_job(db: Session, account: Account, job_id: uuid.UUID) -> Job:
    """Raises NotFound."""
    query = select(Job).join(Sketch, Job.subject_id == Sketch.id)
    job = db.scalar(query.where(Job.id == job_id, seen_by(account)))
    if job is None:
        raise NotFound(_("There is no such piece of work, or it is not yours."))
    return job


def list_sketches(db: Session, account: Account, query: str = "", page: int = 1, per_page: int = 24) -> Page[Sketch]:
    """The latest version of each sketch that the account sees and whose title has the words, newest first."""
    found = _latest(account)
    for word in query.split():
        found = found.where(Sketch.title_folded.contains(fold(word), autoescape=True))
    total = db.scalar(select(func.count()).select_from(found.subquery())) or 0
    page, pages = nearest_page(page, total, per_page)
    ordered = found.order_by(Sketch.created_at.desc(), Sketch.id)
    items = db.scalars(ordered.limit(per_page).offset((page - 1) * per_page))
    return Page(list(items), page, pages, total)


def _latest(account: Account) -> Select[Sketch]:
    newest = (
        select(Sketch.lineage_id, func.max(Sketch.version).label("version"))
        .where(seen_by(account))
        .group_by(Sketch.lineage_id)
        .subquery()
    )
    return select(Sketch).join(
        newest, (Sketch.lineage_id == newest.c.lineage_id) & (Sketch.version == newest.c.version)
    )


def lineage(db: Session, sketch: Sketch) -> list[Sketch]:
    """Every version of the sketch, oldest first."""
    query = select(Sketch).where(Sketch.lineage_id == sketch.lineage_id)
    return list(db.scalars(query.order_by(Sketch.version)))


def likenesses(db: Session, sketch: Sketch) -> list[Likeness]:
    """What was made from this version, oldest first."""
    query = select(Likeness).where(Likeness.sketch_id == sketch.id)
    return list(db.scalars(query.order_by(Likeness.number)))


def jobs_of(db: Session, sketch: Sketch) -> list[Job]:
    """The work asked for on this version, oldest first."""
    query = select(Job).where(Job.subject_id == sketch.id)
    return list(db.scalars(query.order_by(Job.created_at, Job.id)))


def queue_position(db: Session, job: Job) -> int:
    """The place in the queue: 1 is next, 0 is not waiting."""
    return jobs.position(db, job)


def capabilities(db: Session) -> dict[str, Any] | None:
    """What the newest living worker that renders can do; None while there is none."""
    worker = workers.newest_live(db, JobKind.RENDER)
    return worker.capabilities if worker else None
