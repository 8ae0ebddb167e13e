"""Looking things up in the studio: what an account may not see is answered like what does not exist."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, defer

from app import jobs, workers
from app.errors import NotFound
from app.keyset import Cursor, Slice, newest_first, past, sliced
from app.paging import Page, nearest_page
from app.studio.ownership import Whose
from app.studio.sight import NO_SKETCH, seen_by
from models import Account, Job, JobKind, Likeness, Sketch, Unit, spellings

__all__ = ["NO_SKETCH"]


@dataclass(frozen=True)
class Drawn:
    """One version of a sketch, whose it is, and what was made from it, oldest first."""

    sketch: Sketch
    whose: Whose
    likenesses: list[Likeness]


def get_sketch(db: Session, account: Account, sketch_id: uuid.UUID) -> Sketch:
    """Raises NotFound."""
    sketch = db.scalar(select(Sketch).where(Sketch.id == sketch_id, seen_by(account)))
    if sketch is None:
        raise NotFound(NO_SKETCH)
    return sketch


def held_sketch(db: Session, account: Account, sketch_id: uuid.UUID) -> Sketch:
    """The sketch as it is now, held until the transaction ends. Raises NotFound."""
    query = select(Sketch).where(Sketch.id == sketch_id, seen_by(account)).with_for_update()
    sketch = db.scalar(query.execution_options(populate_existing=True))
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
    found = _latest(account, query)
    total = db.scalar(select(func.count()).select_from(found.subquery())) or 0
    page, pages = nearest_page(page, total, per_page)
    ordered = found.order_by(Sketch.created_at.desc(), Sketch.id)
    items = db.scalars(ordered.limit(per_page).offset((page - 1) * per_page))
    return Page(list(items), page, pages, total)


def sketches_after(
    db: Session, account: Account, query: str, after: Cursor | None, size: int, case_id: uuid.UUID | None = None
) -> Slice[Sketch]:
    """As ``list_sketches``, by where the part before ended; of one case alone where it is given."""
    found = _latest(account, query).where(*past(Sketch.created_at, Sketch.id, after))
    if case_id is not None:
        found = found.where(Sketch.case_id == case_id)
    rows = db.scalars(found.order_by(*newest_first(Sketch.created_at, Sketch.id)).limit(size + 1)).all()
    return sliced(rows, size, lambda one: Cursor(one.created_at, one.id))


def _latest(account: Account, query: str) -> Select[Sketch]:
    newest = (
        select(Sketch.lineage_id, func.max(Sketch.version).label("version"))
        .where(seen_by(account))
        .group_by(Sketch.lineage_id)
        .subquery()
    )
    found = select(Sketch).join(
        newest, (Sketch.lineage_id == newest.c.lineage_id) & (Sketch.version == newest.c.version)
    )
    for word in query.split():
        spelled = (Sketch.title_folded.contains(one, autoescape=True) for one in spellings(word))
        found = found.where(or_(*spelled))
    return found


def lineage(db: Session, sketch: Sketch) -> list[Sketch]:
    """Every version of the sketch, oldest first."""
    query = select(Sketch).where(Sketch.lineage_id == sketch.lineage_id)
    return list(db.scalars(query.order_by(Sketch.version)))


def likenesses(db: Session, sketch: Sketch) -> list[Likeness]:
    """What was made from this version, oldest first."""
    query = select(Likeness).where(Likeness.sketch_id == sketch.id)
    return list(db.scalars(query.order_by(Likeness.number)))


def family(db: Session, account: Account, sketch_id: uuid.UUID) -> list[Drawn]:
    """Every version of the sketch, oldest first, with what was made from it; one query. Raises NotFound."""
    # A query of its own inside, on no account about the row of the one around it.
    seen = select(Sketch.lineage_id).where(Sketch.id == sketch_id, seen_by(account)).correlate(None)
    query = (
        select(Sketch, Account.name, Unit.name, Likeness)
        .join(Account, Sketch.owner_id == Account.id)
        .outerjoin(Unit, Sketch.unit_id == Unit.id)
        .outerjoin(Likeness, Likeness.sketch_id == Sketch.id)
        .where(Sketch.lineage_id == seen.scalar_subquery())
        .order_by(Sketch.version, Likeness.number)
    )
    found: dict[uuid.UUID, Drawn] = {}
    likeness: Likeness | None  # none where nothing was made
    for sketch, owner, unit, likeness in db.execute(query):
        version = found.setdefault(sketch.id, Drawn(sketch, Whose(owner, unit or ""), []))
        if likeness is not None:
            version.likenesses.append(likeness)
    if not found:
        raise NotFound(NO_SKETCH)
    return list(found.values())


def likenesses_after(db: Session, sketch: Sketch, after: Cursor | None, size: int) -> Slice[Likeness]:
    """What was made from this version, newest first, by where the part before ended."""
    query = select(Likeness).where(Likeness.sketch_id == sketch.id, *past(Likeness.created_at, Likeness.id, after))
    query = query.options(defer(Likeness.provenance)).order_by(*newest_first(Likeness.created_at, Likeness.id))
    return sliced(db.scalars(query.limit(size + 1)).all(), size, lambda one: Cursor(one.created_at, one.id))


def likenesses_of(db: Session, jobs: Sequence[Job]) -> list[Likeness]:
    """What came of these jobs, in the order in which it was made."""
    query = select(Likeness).where(Likeness.job_id.in_([job.id for job in jobs])).options(defer(Likeness.provenance))
    return list(db.scalars(query.order_by(Likeness.number)))


def kept_id(db: Session, sketch_id: uuid.UUID) -> uuid.UUID | None:
    """Which of a sketch's likenesses was kept last; None when none was."""
    query = select(Likeness.id).where(Likeness.sketch_id == sketch_id, Likeness.kept_at.is_not(None))
    return db.scalar(query.order_by(Likeness.kept_at.desc(), Likeness.number.desc()).limit(1))


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
