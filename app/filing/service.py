"""Filing a sketch in a case: with all its versions, and from then on in the case's unit and in its chain of custody."""

import uuid

import structlog
from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import custody
from app.cases.sight import held_case, worked_on_by
from app.database import clock, transaction
from app.errors import Conflict, Forbidden, Refused
from app.filing.place import check_session
from app.retention.holds import check_free
from app.studio.sight import held_sketch
from models import Account, Case, Role, Sketch

log = structlog.get_logger(__name__)


def case_by_number(db: Session, account: Account, number: str) -> uuid.UUID:
    """The case of that number that the account works on. Raises Refused."""
    number = " ".join(number.split())
    if not number:
        raise Refused(_("Say which case, by its number."))
    found = db.scalar(select(Case.id).where(Case.number == number, worked_on_by(account)))
    if found is None:
        raise Refused(_("No case that you work on has the number %(number)s.", number=number[:40]))
    return found


def file_sketch(
    db: Session, account: Account, sketch: Sketch, case_id: uuid.UUID, session_id: uuid.UUID | None = None
) -> None:
    """File every version of the sketch in a case, and say which drawing session it came of.

    From one case to another it is moved by a supervisor, unless the one that it leaves is on hold. Filing it again
    where it is changes the session alone. Raises NotFound for what the account does not see, Forbidden for what is for
    others to do, Refused, and Conflict when somebody else moves it at this moment.
    """
    lineage_id = sketch.lineage_id
    with transaction(db):
        # Cases before sketches, everywhere: two who need both must not wait for each other.
        former = _hold_cases(db, lineage_id, case_id)
        case = held_case(db, account, case_id)
        first = held_sketch(db, account, lineage_id)  # so that new versions wait
        if first.case_id not in (former, case_id):
            raise Conflict(_("Somebody else has just filed this sketch. Reload the page to see where it is."))
        former = first.case_id
        check_session(db, case_id, session_id)
        if former is not None and former != case_id:
            _check_move(db, account, former)
        sessions = set(db.scalars(select(Sketch.session_id).where(Sketch.lineage_id == lineage_id)))
        values = {"case_id": case_id, "session_id": session_id, "unit_id": case.unit_id}
        whole = update(Sketch).where(Sketch.lineage_id == lineage_id)
        db.execute(whole.values(**values).execution_options(synchronize_session=False))
        case.changed_at = clock(db)
        if former != case_id:
            _record(db, account, first, former, case_id)
        if sessions != {session_id}:
            thing, session = custody.Thing("sketch", lineage_id), str(session_id) if session_id else None
            custody.record(db, custody.of_case(case_id), account, "sketch.session", thing, session=session)
    db.expire_all()
    log.info("sketch_filed", sketch=str(lineage_id), case=str(case_id), former=str(former or ""), by=str(account.id))


def _hold_cases(db: Session, lineage_id: uuid.UUID, case_id: uuid.UUID) -> uuid.UUID | None:
    """Hold the case and the one that the sketch is in now, in the order in which everybody holds two; which that is."""
    former = db.scalar(select(Sketch.case_id).where(Sketch.id == lineage_id))
    both = select(Case.id).where(Case.id.in_([case_id, former])).order_by(Case.id)
    db.scalars(both.with_for_update(key_share=True)).all()
    return former


def _check_move(db: Session, account: Account, former: uuid.UUID) -> None:
    if not account.has_role(Role.SUPERVISOR):
        raise Forbidden(_("This sketch is filed already. Only a supervisor can move it to another case."))
    case = db.scalar(select(Case).where(Case.id == former, worked_on_by(account)))
    if case is None:
        raise Forbidden(_("This sketch is in a case that you do not work on, so it is not yours to move."))
    check_free(case)


def _record(db: Session, account: Account, first: Sketch, former: uuid.UUID | None, case_id: uuid.UUID) -> None:
    custody.bind(db, first, case_id, account)
    if former is not None:
        thing = custody.Thing("sketch", first.id)
        custody.record(db, custody.of_case(former), account, "sketch.taken", thing, case=str(case_id))
