"""A legal hold: while it has a reason, nothing of the case is deleted, and what was written in it as evidence stays."""

import uuid

import structlog
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import custody
from app.cases.sight import held_case
from app.database import clock, transaction
from app.errors import Conflict, Forbidden, Refused
from app.texts import one_line
from models import Account, Case, Role

log = structlog.get_logger(__name__)

MAX_REASON = 500


def put(db: Session, account: Account, case_id: uuid.UUID, reason: str) -> None:
    """Put the case on hold. Raises Refused without a reason, Conflict when it is held already, Forbidden."""
    reason = read_reason(reason)
    with transaction(db):
        require_supervisor(account)
        case = held_case(db, account, case_id)
        if case.hold_reason:
            raise Conflict(_("The case is on hold already; reload the page to see why."))
        case.hold_reason, case.hold_by, case.hold_since = reason, account.id, clock(db)
        case.changed_at, case.revision = clock(db), case.revision + 1
        said = custody.digest({"reason": reason})
        chain, thing = custody.of_case(case_id), custody.Thing("case", case_id)
        custody.record(db, chain, account, "case.hold", thing, after=said, fields=["hold"], revision=case.revision)
    log.info("case_held", case=str(case_id), by=str(account.id))


def release(db: Session, account: Account, case_id: uuid.UUID) -> None:
    """Raises Conflict when there is no hold, and Forbidden."""
    with transaction(db):
        require_supervisor(account)
        case = held_case(db, account, case_id)
        if not case.hold_reason:
            raise Conflict(_("The case is not on hold."))
        said = custody.digest({"reason": case.hold_reason})
        case.hold_reason, case.hold_by, case.hold_since = "", None, None
        case.changed_at, case.revision = clock(db), case.revision + 1
        chain, thing = custody.of_case(case_id), custody.Thing("case", case_id)
        custody.record(db, chain, account, "case.released", thing, before=said, fields=["hold"], revision=case.revision)
    log.info("case_released", case=str(case_id), by=str(account.id))


def check_free(case: Case) -> None:
    """For whatever would take something out of the case, which the caller holds. Raises Refused while it is on hold."""
    if case.hold_reason:
        raise Refused(
            _("The case is on legal hold. Nothing of it can be removed, rewritten or taken out until that is released.")
        )


def read_reason(text: str) -> str:
    """A reason as it is kept. Raises Refused for none, and for one that is too long."""
    reason = one_line(text)
    if not reason:
        raise Refused(_("Give a reason: it is kept, and others will want to know it."))
    if len(reason) > MAX_REASON:
        raise Refused(_("A reason can have at most %(most)s characters.", most=MAX_REASON))
    return reason


def require_supervisor(account: Account) -> None:
    """Raises Forbidden."""
    if not account.has_role(Role.SUPERVISOR):
        raise Forbidden(_("Only a supervisor can do this."))
