"""Moving a case into another unit, with the sketches filed in it: some people gain sight of it, others may lose it.

Whoever opened it may do it, and a supervisor who works on it. Who is assigned stays assigned and goes on seeing it.
"""

import uuid

import structlog
from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import custody
from app.cases.service import unit_for
from app.cases.sight import held_case
from app.database import clock, transaction
from app.errors import Forbidden, Refused
from app.identity import units
from models import Account, Case, Role, Sketch, Unit

log = structlog.get_logger(__name__)


def targets(account: Account, case: Case) -> list[Unit]:
    """The account's units that it can move the case to; none where it may not move it."""
    return [unit for unit in account.units if unit.id != case.unit_id] if _may_move(account, case) else []


def move(db: Session, account: Account, case_id: uuid.UUID, unit_id: uuid.UUID | None) -> None:
    """Move the case and what is filed in it to one of the account's units.

    Raises NotFound and Forbidden as `held_case` does, Forbidden when it is for others to move, and Refused for a unit
    that is not the account's.
    """
    with transaction(db):
        held = held_case(db, account, case_id)
        if not _may_move(account, held):
            raise Forbidden(_("Only whoever opened the case, or a supervisor, can move it to another unit."))
        if unit_id is None:
            raise Refused(_("Choose the unit to move the case to."))
        former, wanted = held.unit_id, unit_for(db, account.id, unit_id)
        if former == wanted:
            return
        names = {unit.id: unit.name for unit in units.kept(db, [former, wanted])}
        sketches = _move_sketches(db, case_id, wanted)
        held.unit_id, held.changed_at = wanted, clock(db)
        held.revision += 1
        custody.record(
            db,
            custody.of_case(case_id),
            account,
            "case.moved",
            custody.Thing("case", case_id),
            fields=["unit"],
            revision=held.revision,
            was=names[former],
            now=names[wanted],
            sketches=sketches,
        )
    # It decides who sees evidence: the log says who decided.
    log.info("case_moved", case=str(case_id), by=str(account.id), from_unit=str(former), to_unit=str(wanted))


def _move_sketches(db: Session, case_id: uuid.UUID, unit_id: uuid.UUID) -> int:
    """Every version of what is filed in the case; how many sketches."""
    # Holding the first versions keeps new ones from being added to the unit that the others leave.
    firsts = (Sketch.case_id == case_id) & (Sketch.id == Sketch.lineage_id)
    db.scalars(select(Sketch.id).where(firsts).order_by(Sketch.id).with_for_update()).all()
    db.execute(update(Sketch).where(Sketch.case_id == case_id).values(unit_id=unit_id))
    return db.scalar(select(func.count()).select_from(Sketch).where(firsts)) or 0


def _may_move(account: Account, case: Case) -> bool:
    return case.created_by == account.id or account.has_role(Role.SUPERVISOR)
