"""Drafting notices and changing what they say. Every function commits before it returns, custody included."""

import datetime as dt
import uuid
from dataclasses import replace

import structlog
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app import idempotency
from app.agency import days, settings
from app.cases.sight import held_case, seen_by
from app.database import clock, transaction
from app.errors import Conflict, NotFound
from app.idempotency import Asked
from app.notices import files, slugs, sources
from app.notices.content import Content
from app.notices.forms import LASTS
from app.notices.recording import record
from models import Account, Case, Notice, NoticeStage, Publication, utc_now

log = structlog.get_logger(__name__)

NO_NOTICE = lazy_gettext("There is no such notice, or it is not yours.")


class ChangedMeanwhile(Conflict):
    """The form was drawn before somebody else's change; nothing of it was kept."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has changed this notice since you opened it. Nothing was saved yet."))


def today(db: Session) -> dt.date:
    """The agency's own day."""
    return days.today(utc_now(), settings.current(db).time_zone).first


def content_of(notice: Notice) -> Content:
    return Content.from_json(notice.content)


def notices_of(db: Session, case_id: uuid.UUID) -> list[Notice]:
    """The newest first; for whoever has made sure that the case may be seen."""
    query = select(Notice).where(Notice.case_id == case_id)
    return list(db.scalars(query.order_by(Notice.created_at.desc(), Notice.id)))


def get_notice(db: Session, account: Account, notice_id: uuid.UUID) -> Notice:
    """Raises NotFound, also for whoever does not see its case."""
    return get_with_last(db, account, notice_id)[0]


def get_with_last(db: Session, account: Account, notice_id: uuid.UUID) -> tuple[Notice, Publication | None]:
    """The notice and the newest of its versions that were published, if any. Raises NotFound as ``get_notice`` does."""
    newest = select(func.max(Publication.version)).where(Publication.notice_id == Notice.id).correlate(Notice)
    is_last = and_(Publication.notice_id == Notice.id, Publication.version == newest.scalar_subquery())
    query = select(Notice, Publication).join(Case, Notice.case_id == Case.id).outerjoin(Publication, is_last)
    found = db.execute(query.where(Notice.id == notice_id, seen_by(account))).one_or_none()
    if found is None:
        raise NotFound(NO_NOTICE)
    return found[0], found[1]


def held_notice(db: Session, account: Account, notice_id: uuid.UUID) -> tuple[Notice, Case]:
    """The notice as it is now, for a change, and its case, both held until the caller's transaction ends.

    Raises NotFound, and Forbidden for whoever sees the case without working on it.
    """
    case_id = db.scalar(select(Notice.case_id).where(Notice.id == notice_id))
    if case_id is None:
        raise NotFound(NO_NOTICE)
    case = held_case(db, account, case_id)  # first, as everybody does who changes both
    query = select(Notice).where(Notice.id == notice_id).with_for_update()
    notice = db.scalar(query.execution_options(populate_existing=True))
    if notice is None:
        raise NotFound(NO_NOTICE)
    return notice, case


def draft(db: Session, account: Account, case_id: uuid.UUID, content: Content, request: Asked | None = None) -> Notice:
    """A new notice of the case, public for a month unless it says otherwise. A request that has been executed before
    gives the notice that it made then.

    Raises Refused for a likeness that is not the case's, NotFound, and Forbidden for whoever does not work on the case.
    """
    made = idempotency.once(db, request, lambda: [_insert(db, account, case_id, content).id])
    if not made.replayed:
        log.info("notice_drafted", notice=str(made.made[0]), case=str(case_id))
    return get_notice(db, account, made.made[0])


def _insert(db: Session, account: Account, case_id: uuid.UUID, content: Content) -> Notice:
    case = held_case(db, account, case_id)
    sources.check(db, case_id, content)
    if content.expires_on is None:
        content = replace(content, expires_on=today(db) + LASTS)
    notice = Notice(id=uuid.uuid4(), case_id=case_id, slug=slugs.new(db), created_by=account.id)
    notice.stage, notice.content, notice.revision = NoticeStage.DRAFT, content.to_json(), 1
    notice.created_at = notice.changed_at = case.changed_at = clock(db)
    db.add(notice)
    db.flush()
    record(db, account, notice, "notice.drafted", after=content.digest)
    return notice


def change(db: Session, account: Account, notice_id: uuid.UUID, revision: int, content: Content) -> Notice:
    """Have the notice say this from now on; the form was drawn when it was at ``revision``. What is public stays as it
    is until the change is approved.

    Raises ChangedMeanwhile, Conflict while it waits for a decision, Refused, NotFound and Forbidden.
    """
    with transaction(db):
        notice, case = held_notice(db, account, notice_id)
        if notice.revision != revision:
            raise ChangedMeanwhile
        if notice.stage == NoticeStage.SUBMITTED:
            raise Conflict(_("This notice waits for a decision. Take it back before you change it."))
        before = content_of(notice)
        if before == content:
            return notice
        sources.check(db, case.id, content)
        reopen(db, notice)
        notice.content = content.to_json()
        case.changed_at = notice.changed_at
        record(db, account, notice, "notice.changed", before=before.digest, after=content.digest)
    return notice


def reopen(db: Session, notice: Notice) -> None:
    """Make the held notice a draft of the next revision: whatever was submitted stays what it was."""
    files.drop(db, notice.id)
    notice.stage, notice.job_id = NoticeStage.DRAFT, None
    notice.revision += 1
    notice.changed_at = clock(db)
