"""What the page that compares a likeness with the real photo shows."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import jobs, workers
from app.languages.telling import reason
from app.photos.shelf import photos_of
from app.studio import geometry
from app.studio.sight import worked_on_by
from app.studio.states import ACTIVE, STOPPED, job_words
from models import Account, EyePair, Job, JobKind, JobState, Likeness, RealPhoto, Sketch


@dataclass(frozen=True)
class Comparison:
    """``job`` is the comparison that was asked for last, ``words`` what it is doing."""

    sketch: Sketch
    likeness: Likeness
    photo: RealPhoto | None
    former: Sequence[RealPhoto]
    job: Job | None
    words: str
    live: bool
    matcher: bool
    """Whether a live worker has a face matcher."""
    by: str
    """Who handed the photo in."""
    works: bool
    """Whether whoever looks may change anything here."""

    @property
    def busy(self) -> bool:
        return self.job is not None and self.job.state in ACTIVE

    @property
    def trouble(self) -> bool:
        return self.job is not None and self.job.state in STOPPED

    @property
    def reason(self) -> str:
        return reason(self.job) if self.job else ""

    @property
    def eyes(self) -> EyePair | None:
        return self.photo.eyes if self.photo else None

    @property
    def placed(self) -> bool:
        """Whether a person placed the eyes."""
        return bool(self.job and self.job.params.get("eyes"))

    @property
    def frame(self) -> str:
        return geometry.frame(self.eyes) if self.eyes else ""


def comparison(db: Session, account: Account, likeness: Likeness) -> Comparison:
    query = select(Sketch, worked_on_by(account)).where(Sketch.id == likeness.sketch_id)
    sketch, works = db.execute(query).one()
    names = photos_of(db, likeness)
    photos = list(names)
    photo = photos[0] if photos and photos[0].replaced_at is None else None
    job = _last_job(db, photo.id) if photo else None
    live = workers.live(db)
    taken = {kind for worker in live for kind in worker.kinds}
    position = jobs.position(db, job) if job and job.state == JobState.QUEUED else None
    return Comparison(
        sketch=sketch,
        likeness=likeness,
        photo=photo,
        former=[one for one in photos if one is not photo],
        job=job,
        words=job_words(job, position, bool(live), JobKind.PHOTO in taken) if job else "",
        live=bool(live),
        matcher=any(_has_matcher(worker.capabilities) for worker in live),
        by=names[photo] if photo else "",
        works=bool(works),
    )


def _has_matcher(capabilities: dict[str, object]) -> bool:
    weights = capabilities.get("weights", [])
    return isinstance(weights, list) and any(one.get("kind") == "matcher" for one in weights)


def _last_job(db: Session, photo_id: uuid.UUID) -> Job | None:
    query = select(Job).where(Job.subject_id == photo_id, Job.kind == JobKind.PHOTO)
    return db.scalar(query.order_by(Job.created_at.desc(), Job.id).limit(1))
