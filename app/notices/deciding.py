"""A supervisor's decision: publish a submitted notice, return it, or take it from the public."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

import structlog
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app import notifications
from app.agency import settings
from app.cases.forms import long_text
from app.database import clock, transaction
from app.errors import Conflict, Forbidden, Refused
from app.notices import checklist, files, publications
from app.notices.checklist import Check
from app.notices.recording import record
from app.notices.service import ChangedMeanwhile, content_of, held_notice, reopen, today
from app.notices.submitting import check_open, path
from app.storage import ObjectStore
from models import Account, Case, CustodyEntry, Ended, Notice, NoticeDecision, NoticeStage, Publication, Role

log = structlog.get_logger(__name__)

MAX_COMMENT = 1000
YOUR_OWN = lazy_gettext("You drafted, changed or submitted this notice yourself. Another supervisor has to approve it.")
DECIDED = lazy_gettext("Somebody else has decided this already; reload the page.")


class Unchecked(Refused):
    """Something of the checklist does not hold, or was not ticked."""

    def __init__(self, checks: list[Check]) -> None:
        super().__init__(_("Not published: look at what is marked in the checklist."))
        self.names = frozenset(one.name for one in checks)


def may_approve(db: Session, account: Account, notice: Notice) -> bool:
    """Whether the account is a second person, where it takes two."""
    return account.has_role(Role.SUPERVISOR) and not (takes_two(db) and _had_a_hand(db, account, notice))


def _had_a_hand(db: Session, account: Account, notice: Notice) -> bool:
    """Whether they drafted or submitted it, or wrote some of what would be published now: custody knows."""
    if account.id in (notice.created_by, notice.submitted_by):
        return True
    approved = (NoticeDecision.notice_id == notice.id, NoticeDecision.approved.is_(True))
    published_since = exists().where(*approved, NoticeDecision.at >= CustodyEntry.at)
    theirs = (CustodyEntry.object_id == notice.id, CustodyEntry.actor_id == account.id)
    changes = select(CustodyEntry.id).where(*theirs, CustodyEntry.action == "notice.changed", ~published_since)
    return db.scalar(changes.limit(1)) is not None


def takes_two(db: Session) -> bool:
    """Whether nobody publishes what they drafted, changed or submitted themselves."""
    return settings.fresh(db).two_people


def approve(
    db: Session, store: ObjectStore, account: Account, notice_id: uuid.UUID, revision: int, ticked: Collection[str]
) -> Publication:
    """Publish the submitted revision in place of the version before. Of several who do so at once, one does.

    Raises Unchecked, Forbidden for whoever had a hand in it where it takes two, ChangedMeanwhile, Conflict when it was
    decided already, Refused for a case that is closed, NotFound, and as the storage does.
    """
    with transaction(db):
        notice, case = _held(db, account, notice_id, revision)
        if not may_approve(db, account, notice):
            raise Forbidden(YOUR_OWN)
        check_open(case)
        content = content_of(notice)
        checks = checklist.checklist(db, notice, content, files.files_of(db, notice), today(db))
        if blocked := checklist.blocking(checks, ticked):
            raise Unchecked(blocked)
        _decide(db, account, notice, True, checklist.kept(checks, ticked))
        notice.stage = NoticeStage.APPROVED
        row = publications.publish(db, store, account, notice, content)
        publications.follow(db, account, case)
        facts = {"by": account.name, "case": case.number}
        notifications.tell(db, _drafters(notice), "approved", path(notice), facts, by=account.id)
        case.changed_at = notice.changed_at = row.published_at
    log.info("notice_published", notice=str(notice_id), version=row.version, by=str(account.id))
    return row


def give_back(db: Session, account: Account, notice_id: uuid.UUID, revision: int, comment: str) -> None:
    """Return the submitted notice to whoever drafted it, with what is to be changed. Raises Refused without a comment,
    and as ``approve`` does."""
    comment = long_text(comment, MAX_COMMENT)
    if not comment:
        raise Refused(_("Say what has to be changed."))
    with transaction(db):
        notice, case = _held(db, account, notice_id, revision)
        _decide(db, account, notice, False, {}, comment)
        record(db, account, notice, "notice.returned")
        reopen(db, notice)
        facts = {"by": account.name, "case": case.number}
        notifications.tell(db, _drafters(notice), "returned", path(notice), facts, by=account.id)
        case.changed_at = notice.changed_at
    log.info("notice_returned", notice=str(notice_id), by=str(account.id))


def withdraw(db: Session, account: Account, notice_id: uuid.UUID) -> None:
    """Take the notice from the public at once. Raises Conflict when it is not public, Forbidden and NotFound."""
    with transaction(db):
        notice, case = held_notice(db, account, notice_id)
        _require(account)
        if not publications.end(db, account, notice, Ended.WITHDRAWN):
            raise Conflict(_("This notice is not public any more; reload the page."))
        publications.follow(db, account, case)
    log.info("notice_withdrawn", notice=str(notice_id), by=str(account.id))


@dataclass(frozen=True)
class Returned:
    """What is to be changed, and who says so."""

    comment: str
    by: str


def returned(db: Session, notice: Notice) -> Returned | None:
    """Why the notice is a draft again, if the last decision about it was to return it."""
    if notice.stage != NoticeStage.DRAFT:
        return None
    query = select(NoticeDecision, Account.name).join(Account, NoticeDecision.by_id == Account.id)
    query = query.where(NoticeDecision.notice_id == notice.id).order_by(NoticeDecision.revision.desc())
    found = db.execute(query.limit(1)).one_or_none()
    return Returned(found[0].comment, found[1]) if found and not found[0].approved else None


def _held(db: Session, account: Account, notice_id: uuid.UUID, revision: int) -> tuple[Notice, Case]:
    notice, case = held_notice(db, account, notice_id)
    _require(account)
    if notice.stage != NoticeStage.SUBMITTED:
        raise Conflict(DECIDED)
    if notice.revision != revision:
        raise ChangedMeanwhile
    return notice, case


def _require(account: Account) -> None:
    if not account.has_role(Role.SUPERVISOR):
        raise Forbidden(_("Only a supervisor can do this."))


def _decide(
    db: Session, account: Account, notice: Notice, approved: bool, ticks: dict[str, object], comment: str = ""
) -> None:
    row = NoticeDecision(notice_id=notice.id, revision=notice.revision, approved=approved, checklist=ticks)
    row.comment, row.by_id, row.at = comment, account.id, clock(db)
    db.add(row)
    db.flush()


def _drafters(notice: Notice) -> list[uuid.UUID]:
    return [one for one in (notice.created_by, notice.submitted_by) if one]
