"""Handing a notice to a supervisor, taking it back, and having its pictures made."""

import uuid

import structlog
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import jobs, notifications
from app.database import clock, transaction
from app.errors import Conflict, Refused
from app.languages.names import NAMES
from app.notices import files, publications, sources
from app.notices.lacking import Lack, lacking
from app.notices.recording import record
from app.notices.service import ChangedMeanwhile, content_of, held_notice, reopen, today
from models import Account, Case, CaseStatus, Job, JobKind, Notice, NoticeStage

log = structlog.get_logger(__name__)

PUBLISHABLE = (CaseStatus.OPEN, CaseStatus.PUBLISHED)


class Incomplete(Refused):
    """The notice lacks something; ``lacks`` has a sentence for each."""

    def __init__(self, lacks: list[Lack]) -> None:
        super().__init__(_("Something is missing before a supervisor can decide: see the list."))
        self.lacks = lacks


def submit(db: Session, account: Account, notice_id: uuid.UUID, revision: int) -> None:
    """Freeze the notice, have its pictures made, and ask the unit's supervisors to decide.

    Raises Incomplete, ChangedMeanwhile, Conflict when it was submitted already, Refused for a case that is neither
    open nor published, NotFound and Forbidden.
    """
    with transaction(db):
        notice, case = _held(db, account, notice_id, revision)
        check_open(case)
        _check_undecided(db, notice)
        content = content_of(notice)
        sources.check(db, case.id, content)
        if lacks := lacking(content, today(db), dict(NAMES)):
            raise Incomplete(lacks)
        notice.stage, notice.submitted_by = NoticeStage.SUBMITTED, account.id
        notice.submitted_at = notice.changed_at = case.changed_at = clock(db)
        _make_pictures(db, account, notice)
        record(db, account, notice, "notice.submitted", after=content.digest)
        deciders = notifications.supervisors_of(db, case.unit_id)
        facts = {"by": account.name, "case": case.number}
        notifications.tell(db, deciders, "submitted", path(notice), facts, by=account.id)
    log.info("notice_submitted", notice=str(notice_id), by=str(account.id))


def take_back(db: Session, account: Account, notice_id: uuid.UUID, revision: int) -> None:
    """Make a submitted notice a draft again. Raises as ``submit`` does."""
    with transaction(db):
        notice, case = _held(db, account, notice_id, revision)
        if notice.stage != NoticeStage.SUBMITTED:
            raise Conflict(_("This notice does not wait for a decision any more; reload the page."))
        reopen(db, notice)
        case.changed_at = notice.changed_at
        record(db, account, notice, "notice.taken_back")


def make_pictures(db: Session, account: Account, notice_id: uuid.UUID, revision: int) -> None:
    """Have the pictures made, for the preview of a draft, or once more where that failed. Raises as ``submit`` does,
    but for the case's status."""
    with transaction(db):
        notice, case = _held(db, account, notice_id, revision)
        content = content_of(notice)
        sources.check(db, case.id, content)
        if not content.pictures or not content.words:
            raise Refused(_("Choose a picture and write the notice in one language first."))
        _make_pictures(db, account, notice)


def path(notice: Notice) -> str:
    # Written out: a worker knows no routes.
    return f"/notices/{notice.id}"


def check_open(case: Case) -> None:
    if case.status not in PUBLISHABLE:
        raise Refused(_("A notice can be published while its case is open. Reopen the case first."))


def _held(db: Session, account: Account, notice_id: uuid.UUID, revision: int) -> tuple[Notice, Case]:
    notice, case = held_notice(db, account, notice_id)
    if notice.revision != revision:
        raise ChangedMeanwhile
    return notice, case


def _check_undecided(db: Session, notice: Notice) -> None:
    """What was approved and is not public any more may be submitted again, as the next revision."""
    if notice.stage == NoticeStage.SUBMITTED:
        raise Conflict(_("This notice waits for a decision already."))
    if notice.stage == NoticeStage.APPROVED:
        if publications.current(db, notice.id) is not None:
            raise Refused(_("This is what is public already. Change it first."))
        reopen(db, notice)


def _make_pictures(db: Session, account: Account, notice: Notice) -> None:
    """Unless they are there, or are being made, for this very revision."""
    job = db.get(Job, notice.job_id) if notice.job_id else None
    if job and job.params.get("revision") == notice.revision and job.state in jobs.OPEN:
        return
    if files.complete(content_of(notice), files.files_of(db, notice)):
        return
    notice.job_id = jobs.enqueue(db, JobKind.NOTICE, notice.id, account.id, {"revision": notice.revision}).id
