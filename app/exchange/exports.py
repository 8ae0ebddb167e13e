"""Asking for a case as a file, and getting it: for its supervisors and those who are assigned to it."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import jobs
from app.cases.sight import held_case, worked_on_by
from app.database import clock, transaction
from app.errors import Forbidden, NotFound
from app.retention import removal
from imaging.words import N_
from models import Account, Case, CaseAssignment, CaseExport, ExportFormat, Job, JobKind, Role

log = structlog.get_logger(__name__)

KEPT = dt.timedelta(days=7)
"""For how long a file is there to be fetched; another can be made at any time."""
NO_EXPORT = N_("This file is no longer here, or it is not yours. Make the export again.")


@dataclass(frozen=True)
class Exported:
    """An export as its page shows it. ``asked_by`` is a name."""

    export: CaseExport
    job: Job
    asked_by: str

    @property
    def open(self) -> bool:
        return self.job.state in jobs.OPEN

    @property
    def failed(self) -> bool:
        return self.job.state in jobs.RETRYABLE

    @property
    def there(self) -> bool:
        return self.export.key is not None


def may_export(db: Session, account: Account, case: Case) -> bool:
    """Whether the account, which works on the case, may take it away."""
    if account.has_role(Role.SUPERVISOR):
        return True
    return db.get(CaseAssignment, (case.id, account.id)) is not None


def ask(
    db: Session, account: Account, case_id: uuid.UUID, kind: ExportFormat, language: str, paper: str = "a4"
) -> CaseExport:
    """Have the case made into a file; the one that is being made already, if it is the same.

    Raises NotFound, and Forbidden for whoever may not take the case away.
    """
    account_id = account.id
    with transaction(db):
        case = held_case(db, account, case_id)
        if not may_export(db, account, case):
            raise Forbidden(N_("Only a supervisor or somebody who is assigned to the case can export it."))
        same = (CaseExport.format == kind, CaseExport.language == language, CaseExport.paper == paper)
        query = select(CaseExport).join(Job, CaseExport.job_id == Job.id).where(CaseExport.case_id == case_id, *same)
        making = db.scalar(query.where(Job.state.in_(jobs.OPEN), CaseExport.asked_by == account_id))
        if making is not None:
            return making
        export_id = uuid.uuid4()
        job = jobs.enqueue(db, JobKind.EXPORT, export_id, account_id, {})
        db.flush()
        made = CaseExport(
            id=export_id,
            case_id=case_id,
            job_id=job.id,
            format=kind,
            language=language,
            paper=paper,
            file_name=f"{_stem(case.number)}.{kind}",
            asked_by=account_id,
            asked_at=clock(db),
        )
        db.add(made)
    log.info("export_asked", case=str(case_id), by=str(account_id), format=str(kind))
    return made


def _stem(number: str) -> str:
    """A number as the name of a file, on any system."""
    return "case-" + (re.sub(r"[^A-Za-z0-9.-]+", "-", number).strip(".-") or "export")


def exports_of(db: Session, case_id: uuid.UUID) -> list[Exported]:
    """The case's, the newest first; those that expired too, as a list of who took what."""
    query = (
        select(CaseExport, Job, Account.name)
        .join(Job, CaseExport.job_id == Job.id)
        .join(Account, CaseExport.asked_by == Account.id)
        .where(CaseExport.case_id == case_id)
    )
    return [Exported(*row) for row in db.execute(query.order_by(CaseExport.asked_at.desc(), CaseExport.id).limit(50))]


def get_export(db: Session, account: Account, export_id: uuid.UUID) -> CaseExport:
    """One that is there, for whoever may take its case away: not for a look through broken glass. Raises NotFound."""
    there = CaseExport.id == export_id, CaseExport.key.is_not(None)
    query = select(CaseExport, Case).join(Case, CaseExport.case_id == Case.id)
    row = db.execute(query.where(*there, worked_on_by(account))).first()
    if row is None or not may_export(db, account, row[1]):
        raise NotFound(NO_EXPORT)
    export: CaseExport = row[0]
    return export


def expire(db: Session) -> int:
    """Let go of the files whose time has run out. How many there were."""
    now = clock(db)
    due = (CaseExport.expires_at <= now, CaseExport.key.is_not(None))
    if db.scalar(select(CaseExport.id).where(*due).limit(1)) is None:
        return 0  # nothing to write: do not make other writers wait
    with transaction(db):
        found = list(db.scalars(select(CaseExport).where(*due).with_for_update(skip_locked=True)))
        removal.doom(db, [export.key for export in found if export.key])
        for export in found:
            export.key = None
    return len(found)
