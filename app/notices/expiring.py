"""Ending what has expired. The public pages stop showing it by themselves: this is for the records and for custody."""

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import custody
from app.database import clock, transaction
from app.notices import publications
from models import Case, Ended, Notice, Publication

log = structlog.get_logger(__name__)

BATCH = 50


def expire(db: Session) -> int:
    """End the publications whose day is over, each in a transaction of its own. How many there were."""
    due = select(Publication.notice_id).where(Publication.ended_at.is_(None), Publication.expires_at <= clock(db))
    found = list(db.scalars(due.order_by(Publication.expires_at).limit(BATCH)))
    return sum(_expire(db, notice_id) for notice_id in found)


def _expire(db: Session, notice_id: object) -> bool:
    with transaction(db):
        query = select(Case).join(Notice, Notice.case_id == Case.id).where(Notice.id == notice_id)
        case = db.scalar(query.with_for_update(of=Case, key_share=True).execution_options(populate_existing=True))
        held = select(Notice).where(Notice.id == notice_id).with_for_update()
        notice = db.scalar(held.execution_options(populate_existing=True))
        row = publications.current(db, notice.id) if notice else None
        # A correction may have come between, and lasts longer.
        if case is None or notice is None or row is None or row.expires_at > clock(db):
            return False
        publications.end(db, custody.WORKER, notice, Ended.EXPIRED)
        publications.follow(db, custody.WORKER, case)
    log.info("notice_expired", notice=str(notice_id))
    return True
