"""Asking for bulletins."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import jobs
from app.bulletins.reading import check_current
from app.bulletins.sight import NO_NOTICE, cases_of
from app.cases.sight import held_case
from app.database import clock, transaction
from app.errors import NotFound, Refused
from models import Account, Bulletin, BulletinFormat, BulletinPublication, Job, JobKind, Publication

log = structlog.get_logger(__name__)

MOST = 20
"""Notices in a pack."""


@dataclass(frozen=True)
class Wish:
    """What is asked for. ``address`` is where the public reads notices."""

    format: BulletinFormat
    paper: str
    languages: tuple[str, ...]
    dots: int
    address: str


def ask(db: Session, account: Account, publication_ids: Sequence[uuid.UUID], wish: Wish) -> Bulletin:
    """Have a bulletin made of these publications, in their order; the same one that is being made already, if there is.

    Raises Refused for none, too many, and a language that one of them is not published in, Conflict when one is no
    longer public, NotFound, and Forbidden for whoever does not work on the case.
    """
    account_id, wanted = account.id, list(dict.fromkeys(publication_ids))
    if not 1 <= len(wanted) <= MOST:
        raise Refused(_("Choose from 1 to %(most)s notices.", most=MOST))
    with transaction(db):
        publications = _held(db, account, wanted)
        check_current(publications, clock(db))
        _check_languages(publications, wish.languages)
        making = _same(db, account_id, wanted, wish)
        if making is not None:
            return making
        bulletin_id, now = uuid.uuid4(), clock(db)
        job = jobs.enqueue(db, JobKind.BULLETIN, bulletin_id, account_id, {})
        db.flush()
        made = Bulletin(
            id=bulletin_id,
            job_id=job.id,
            format=wish.format,
            paper=wish.paper,
            languages=list(wish.languages),
            dots=wish.dots,
            address=wish.address,
            asked_by=account_id,
            asked_at=now,
        )
        db.add(made)
        db.flush()
        parts = enumerate(wanted, 1)
        db.add_all(BulletinPublication(bulletin_id=bulletin_id, publication_id=one, position=n) for n, one in parts)
    log.info("bulletin_asked", bulletin=str(bulletin_id), by=str(account_id), notices=len(wanted))
    return made


def _held(db: Session, account: Account, wanted: Sequence[uuid.UUID]) -> list[Publication]:
    """Of cases that the account works on, which are held until the transaction ends, in one order."""
    cases = cases_of(db, wanted)
    if set(cases) != set(wanted):
        raise NotFound(NO_NOTICE)
    for case_id in sorted(set(cases.values())):
        held_case(db, account, case_id)
    query = select(Publication).where(Publication.id.in_(wanted)).execution_options(populate_existing=True)
    return list(db.scalars(query.with_for_update(read=True)))


def _check_languages(publications: Sequence[Publication], languages: Sequence[str]) -> None:
    """Every notice in the one language, or in at least one of both."""
    for one in publications:
        if not set(languages) & set(one.languages):
            raise Refused(_("Notice %(number)s is not published in this language.", number=one.slug))


def _same(db: Session, account_id: uuid.UUID, wanted: Sequence[uuid.UUID], wish: Wish) -> Bulletin | None:
    """The account's own of these publications that is being made: a form that was sent twice makes one."""
    query = select(Bulletin).join(Job, Bulletin.job_id == Job.id).where(Job.state.in_(jobs.OPEN))
    for one in db.scalars(query.where(Bulletin.asked_by == account_id)):
        parts = select(BulletinPublication.publication_id).where(BulletinPublication.bulletin_id == one.id)
        ids = list(db.scalars(parts.order_by(BulletinPublication.position)))
        its = Wish(one.format, one.paper, tuple(one.languages), one.dots, one.address)
        if ids == list(wanted) and its == wish:
            return one
    return None
