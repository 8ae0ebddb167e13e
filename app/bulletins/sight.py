"""Whose bulletins an account sees: those of which it sees every case; what it works on it may have made."""

import datetime as dt
import uuid
from collections.abc import Collection

from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from app.bulletins.reading import current
from app.cases.sight import seen_by, worked_on_by
from app.errors import NotFound
from models import Account, Bulletin, BulletinPublication, Case, Notice, Publication

NO_NOTICE = lazy_gettext("There is no such notice, or it is not yours.")
NO_BULLETIN = lazy_gettext("There is no such bulletin, or it is not yours.")


def bulletins_seen_by(account: Account) -> ColumnElement[bool]:
    """Holds for the bulletins of which the account sees every case."""
    parts = select(BulletinPublication.publication_id).join(
        Publication, BulletinPublication.publication_id == Publication.id
    )
    parts = parts.join(Notice, Publication.notice_id == Notice.id).join(Case, Notice.case_id == Case.id)
    of_it = parts.where(BulletinPublication.bulletin_id == Bulletin.id)
    return exists(of_it) & ~exists(of_it.where(~seen_by(account)))


def get_bulletin(db: Session, account: Account, bulletin_id: uuid.UUID) -> Bulletin:
    """Raises NotFound."""
    found = db.scalar(select(Bulletin).where(Bulletin.id == bulletin_id, bulletins_seen_by(account)))
    if found is None:
        raise NotFound(NO_BULLETIN)
    return found


def get_newest(db: Session, account: Account, slug: str) -> Publication:
    """The notice as it was published last, current or not, of a case that the account sees. Raises NotFound."""
    query = select(Publication).join(Notice, Publication.notice_id == Notice.id).join(Case, Notice.case_id == Case.id)
    query = query.where(Publication.slug == slug, seen_by(account)).order_by(Publication.version.desc())
    found = db.scalar(query.limit(1))
    if found is None:
        raise NotFound(NO_NOTICE)
    return found


def works_on(db: Session, account: Account, publication: Publication) -> bool:
    query = select(Notice.id).join(Case, Notice.case_id == Case.id)
    return db.scalar(query.where(Notice.id == publication.notice_id, worked_on_by(account))) is not None


def current_of(db: Session, account: Account, now: dt.datetime) -> list[Publication]:
    """What is public of the cases that the account works on, the newest first."""
    query = select(Publication).join(Notice, Publication.notice_id == Notice.id).join(Case, Notice.case_id == Case.id)
    query = query.where(current(now), worked_on_by(account))
    return list(db.scalars(query.order_by(Publication.published_at.desc(), Publication.id).limit(200)))


def cases_of(db: Session, publication_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The case of each publication."""
    query = select(Publication.id, Notice.case_id).join(Notice, Publication.notice_id == Notice.id)
    return {row.id: row.case_id for row in db.execute(query.where(Publication.id.in_(publication_ids)))}
