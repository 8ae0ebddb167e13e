"""Moving a sketch into a unit, with all its versions: some people gain sight of it, others may lose it.

Whoever handed in the first version may do it, and a supervisor who sees the sketch.
"""

import uuid

import structlog
from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.database import transaction
from app.errors import Forbidden, Refused
from app.identity import units
from app.studio.sight import held_sketch, unit_for
from models import Account, Role, Sketch, Unit

log = structlog.get_logger(__name__)


def targets(db: Session, account: Account, sketch: Sketch) -> list[Unit]:
    """The account's units that it can move the sketch to; none where it may not move it."""
    first = db.get_one(Sketch, sketch.lineage_id)
    if first.case_id is not None or not _may_move(account, first):
        return []
    return [unit for unit in account.units if unit.id != first.unit_id]


def move(db: Session, account: Account, sketch: Sketch, unit_id: uuid.UUID | None) -> None:
    """Move every version of the sketch to one of the account's units.

    Raises NotFound for a sketch that the account does not see, Forbidden when it is for others to move, and
    Refused for a unit that is not the account's.
    """
    lineage_id = sketch.lineage_id
    with transaction(db):
        # Holding the first version keeps a new one from being added to the unit that the others leave.
        first = held_sketch(db, account, lineage_id)
        if not _may_move(account, first):
            raise Forbidden(_("Only whoever handed the sketch in, or a supervisor, can move it to another unit."))
        if first.case_id is not None:
            raise Refused(_("This sketch is filed in a case, whose unit it follows."))
        if unit_id is None:
            raise Refused(_("Choose the unit to move the sketch to."))
        unit_for(db, account.id, unit_id)
        (unit,) = units.kept(db, [unit_id])
        former = first.unit_id
        units.record_moved(db, account, first, unit)
        db.execute(update(Sketch).where(Sketch.lineage_id == lineage_id).values(unit_id=unit_id))
    # It decides who sees evidence: the log says who decided.
    log.info(
        "sketch_moved", sketch=str(lineage_id), by=str(account.id), from_unit=str(former or ""), to_unit=str(unit_id)
    )


def _may_move(account: Account, first: Sketch) -> bool:
    return first.owner_id == account.id or account.has_role(Role.SUPERVISOR)
