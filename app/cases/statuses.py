"""The status of a case: which moves there are, who may make them, and making one."""

import uuid

import structlog
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import custody
from app.cases.sight import held_case
from app.database import clock, transaction
from app.errors import Conflict, Forbidden, Refused
from app.notices import publications
from models import Account, Case, CaseStatus, Ended, Role

log = structlog.get_logger(__name__)

OPEN, PUBLISHED, IDENTIFIED = CaseStatus.OPEN, CaseStatus.PUBLISHED, CaseStatus.IDENTIFIED
CLOSED, ARCHIVED = CaseStatus.CLOSED, CaseStatus.ARCHIVED

MOVES: dict[CaseStatus, tuple[CaseStatus, ...]] = {
    OPEN: (PUBLISHED, IDENTIFIED, CLOSED),
    PUBLISHED: (OPEN, IDENTIFIED, CLOSED),
    IDENTIFIED: (OPEN, CLOSED),
    CLOSED: (OPEN, ARCHIVED),
    ARCHIVED: (CLOSED,),
}
FINISHED = frozenset({CLOSED, ARCHIVED})
"""Into these and out of them only a supervisor moves a case."""
PUBLIC = frozenset({PUBLISHED})
"""So is what publishes, or takes a publication back."""


def by_supervisors(before: CaseStatus, after: CaseStatus) -> bool:
    return bool({before, after} & (FINISHED | PUBLIC))


def moves(account: Account, status: CaseStatus) -> list[CaseStatus]:
    """Where the account may move a case from this status."""
    supervises = account.has_role(Role.SUPERVISOR)
    return [after for after in MOVES[status] if supervises or not by_supervisors(status, after)]


def set_status(db: Session, account: Account, case_id: uuid.UUID, after: CaseStatus, seen: CaseStatus) -> None:
    """Move the case from the status that the person saw to another.

    Raises NotFound and Forbidden as `held_case` does, Conflict when it is in another status by now, Refused for a move
    that there is not, and Forbidden for one that is a supervisor's.
    """
    with transaction(db):
        held = held_case(db, account, case_id)
        before = held.status
        if before == after:
            return
        if before != seen:
            raise Conflict(_("Somebody else has changed the status of the case meanwhile. Nothing was changed."))
        if after not in MOVES[before]:
            raise Refused(
                _("That is not a step from the status that the case is in. Reload the page and choose again.")
            )
        if after not in moves(account, before):
            raise Forbidden(_("Only a supervisor publishes, closes, archives or reopens a case."))
        _take_down(db, account, held, after)
        held.status = after
        held.status_since = held.changed_at = clock(db)
        held.revision += 1
        _record(db, account, held, before)
    log.info("case_status", case=str(case_id), by=str(account.id), status=str(after))


def _take_down(db: Session, account: Account, case: Case, after: CaseStatus) -> None:
    """Nothing of a case is public but while its status says so."""
    if after != PUBLISHED:
        why = Ended.IDENTIFIED if after == IDENTIFIED else Ended.WITHDRAWN
        publications.end_of_case(db, account, case, why)


def _record(db: Session, account: Account, case: Case, before: CaseStatus) -> None:
    custody.record(
        db,
        custody.of_case(case.id),
        account,
        "case.status",
        custody.Thing("case", case.id),
        fields=["status"],
        revision=case.revision,
        was=str(before),
        now=str(case.status),
    )
