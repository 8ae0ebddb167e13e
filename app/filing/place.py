"""Where in a case a new sketch belongs."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import glass
from app.cases.sight import held_case
from app.errors import NotFound
from app.witness.service import NO_SESSION
from models import Account, Case, EmergencyAccess, Sketch, WitnessSession


@dataclass(frozen=True)
class Place:
    """A case, and the drawing session of it that the sketch came of."""

    case_id: uuid.UUID
    session_id: uuid.UUID | None = None


@dataclass(frozen=True)
class CasePlace:
    """The case that a sketch is in, for its page, and its sessions. ``look``: whoever asks sees it by that alone."""

    case_id: uuid.UUID
    number: str
    title: str
    sessions: tuple[WitnessSession, ...]
    look: EmergencyAccess | None


def case_place(db: Session, account: Account, sketch: Sketch) -> CasePlace | None:
    """None for a quick render; one query otherwise."""
    if sketch.case_id is None:
        return None
    query = (
        select(Case, WitnessSession, EmergencyAccess)
        .outerjoin(WitnessSession, WitnessSession.case_id == Case.id)
        .outerjoin(EmergencyAccess, EmergencyAccess.id == glass.look_into_case(account))
    )
    rows = db.execute(query.where(Case.id == sketch.case_id).order_by(WitnessSession.number)).all()
    case, _session, look = rows[0]
    sessions: list[WitnessSession | None] = [row[1] for row in rows]  # None where the case has none
    return CasePlace(case.id, case.number, case.title, tuple(one for one in sessions if one is not None), look)


def put(db: Session, account: Account, sketch: Sketch, place: Place) -> None:
    """Have a new sketch begin in a case, in the caller's transaction. Raises NotFound, and Forbidden for whoever only
    looks into the case."""
    case = held_case(db, account, place.case_id)
    check_session(db, case.id, place.session_id)
    sketch.case_id, sketch.session_id, sketch.unit_id = case.id, place.session_id, case.unit_id


def check_session(db: Session, case_id: uuid.UUID | None, session_id: uuid.UUID | None) -> None:
    """Raises NotFound for a session of another case."""
    query = select(WitnessSession.id).where(WitnessSession.id == session_id, WitnessSession.case_id == case_id)
    if session_id is not None and db.scalar(query) is None:
        raise NotFound(NO_SESSION)
