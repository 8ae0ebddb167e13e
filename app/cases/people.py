"""Who works on a case. Whoever is assigned sees it, in its unit or not."""

import uuid

import structlog
from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import custody, notifications
from app.cases.sight import WORKING, held_case
from app.database import add_unless_there, clock, transaction
from app.errors import Refused
from models import Account, Case, CaseAssignment

log = structlog.get_logger(__name__)


def assign(db: Session, account: Account, case_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """Put somebody on the case; whether they were not on it before.

    Raises NotFound and Forbidden as `held_case` does, and Refused for somebody who does not work on cases.
    """
    with transaction(db):
        held = held_case(db, account, case_id)
        person = _worker(db, person_id)
        now = clock(db)
        if not add_unless_there(db, CaseAssignment(case_id=case_id, account_id=person.id, since=now)):
            return False
        _note(db, account, held, person, "case.assigned")
        facts = {"by": account.name, "case": held.number}
        notifications.tell(db, [person.id], "assigned", f"/cases/{case_id}", facts, by=account.id)
    log.info("case_assigned", case=str(case_id), person=str(person_id), by=str(account.id))
    return True


def unassign(db: Session, account: Account, case_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """Take somebody off the case; whether they were on it. Raises NotFound and Forbidden as `held_case` does."""
    with transaction(db):
        held = held_case(db, account, case_id)
        gone = CaseAssignment.case_id == case_id, CaseAssignment.account_id == person_id
        if not db.scalars(delete(CaseAssignment).where(*gone).returning(CaseAssignment.account_id)).all():
            return False
        person = db.get_one(Account, person_id)
        _note(db, account, held, person, "case.unassigned")
    log.info("case_unassigned", case=str(case_id), person=str(person_id), by=str(account.id))
    return True


def _worker(db: Session, person_id: uuid.UUID) -> Account:
    person = db.scalar(select(Account).where(Account.id == person_id).with_for_update(read=True))
    if person is None or person.suspended_at is not None or not person.has_role(*WORKING):
        raise Refused(_("Choose somebody who works on cases from the list."))
    return person


def _note(db: Session, account: Account, case: Case, person: Account, action: str) -> None:
    case.changed_at = clock(db)
    thing = custody.Thing("account", person.id)
    custody.record(db, custody.of_case(case.id), account, action, thing, person=person.name)
