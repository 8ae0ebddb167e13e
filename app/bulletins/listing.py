"""Bulletins as pages list them."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import jobs
from app.bulletins.reading import is_current
from app.bulletins.sight import bulletins_seen_by
from app.database import clock
from models import Account, Bulletin, BulletinPublication, Ended, Job, Publication

SHOWN = 50


@dataclass(frozen=True)
class Listed:
    """A bulletin as pages show it. ``asked_by`` is a name; ``ended`` is why it must not be posted, or None."""

    bulletin: Bulletin
    job: Job
    asked_by: str
    publications: tuple[Publication, ...]
    ended: Ended | None

    @property
    def open(self) -> bool:
        return self.job.state in jobs.OPEN

    @property
    def failed(self) -> bool:
        return self.job.state in jobs.RETRYABLE

    @property
    def there(self) -> bool:
        return self.bulletin.key is not None


def list_bulletins(
    db: Session, account: Account, *, slug: str | None = None, bulletin_id: uuid.UUID | None = None
) -> list[Listed]:
    """Those that the account sees, the newest first: all, those of one notice, or one. By two queries."""
    query = (
        select(Bulletin, Job, Account.name)
        .join(Job, Bulletin.job_id == Job.id)
        .join(Account, Bulletin.asked_by == Account.id)
        .where(bulletins_seen_by(account))
    )
    if slug is not None:
        of_it = select(BulletinPublication.bulletin_id).join(Publication).where(Publication.slug == slug)
        query = query.where(Bulletin.id.in_(of_it))
    if bulletin_id is not None:
        query = query.where(Bulletin.id == bulletin_id)
    rows = db.execute(query.order_by(Bulletin.asked_at.desc(), Bulletin.id).limit(SHOWN)).all()
    parts = _publications(db, [row[0].id for row in rows])
    now = clock(db)
    return [
        Listed(bulletin, job, name, parts[bulletin.id], why_not(parts[bulletin.id], now))
        for bulletin, job, name in rows
    ]


def _publications(db: Session, bulletin_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[Publication, ...]]:
    query = select(BulletinPublication.bulletin_id, Publication).join(Publication)
    query = query.where(BulletinPublication.bulletin_id.in_(bulletin_ids)).order_by(BulletinPublication.position)
    found: dict[uuid.UUID, tuple[Publication, ...]] = dict.fromkeys(bulletin_ids, ())
    for bulletin_id, publication in db.execute(query):
        found[bulletin_id] += (publication,)
    return found


def why_not(publications: Sequence[Publication], now: dt.datetime) -> Ended | None:
    """Why what is printed of these must not be put up; None while all of them are public."""
    ended = [one for one in publications if not is_current(one, now)]
    reasons = {one.ended_why or Ended.EXPIRED for one in ended}
    # What weighs most is said: a person who was found or wrongly named must not hang on a wall.
    order = (Ended.WITHDRAWN, Ended.IDENTIFIED, Ended.CORRECTED, Ended.EXPIRED)
    return next((one for one in order if one in reasons), None)
