"""The agency's units: adding, renaming and removing them, and giving them sketches that are in none.

Every function that changes something commits it before it returns.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import custody
from app.database import transaction
from app.errors import Conflict, NotFound, Refused
from app.texts import one_line
from models import Account, AccountUnit, Case, CaseImport, Sketch, Unit, fold

log = structlog.get_logger(__name__)

FIRST_UNIT = "Investigations"
MAX_NAME = 100
TAKEN = lazy_gettext("There is a unit of that name already.")
NO_UNIT = lazy_gettext("There is no such unit; somebody may have removed it. Reload the page.")


@dataclass(frozen=True)
class Census:
    """A unit and how much is in it."""

    unit: Unit
    accounts: int
    sketches: int
    cases: int

    @property
    def empty(self) -> bool:
        return not self.accounts and not self.sketches and not self.cases


def clean_unit_name(text: str) -> str:
    """Raises Refused."""
    name = one_line(text)
    if not name:
        raise Refused(_("Give the unit a name."))
    if len(name) > MAX_NAME:
        raise Refused(_("A unit's name can have at most %(most)s characters.", most=MAX_NAME))
    return name


def list_units(db: Session) -> list[Unit]:
    return sorted(db.scalars(select(Unit)), key=lambda unit: (fold(unit.name), unit.name))


def census(db: Session) -> list[Census]:
    """Every unit with its numbers of accounts, sketches (not of their versions) and cases, by four queries."""
    members = select(AccountUnit.unit_id, func.count()).group_by(AccountUnit.unit_id)
    firsts = Sketch.unit_id.is_not(None) & (Sketch.id == Sketch.lineage_id)
    works = select(Sketch.unit_id, func.count()).where(firsts).group_by(Sketch.unit_id)
    cases = select(Case.unit_id, func.count()).group_by(Case.unit_id)
    counts = [{row[0]: row[1] for row in db.execute(query)} for query in (members, works, cases)]
    return [Census(one, *(count.get(one.id, 0) for count in counts)) for one in list_units(db)]


def by_name(db: Session) -> dict[str, Unit]:
    """Every unit under its folded name."""
    return {fold(unit.name): unit for unit in list_units(db)}


def add_unit(db: Session, name: str) -> Unit:
    """Raises Refused for an unusable name, Conflict for one that is taken, whatever its case."""
    unit = Unit(name=clean_unit_name(name))
    try:
        with transaction(db):
            _refuse_taken(db, unit.name)
            db.add(unit)
            db.flush()
            record_added(db, custody.acting(db), unit)
    except IntegrityError:
        raise Conflict(TAKEN) from None
    log.info("unit_added", unit=str(unit.id))
    return unit


def rename_unit(db: Session, unit_id: uuid.UUID, name: str) -> Unit:
    """Raises NotFound, Refused and Conflict."""
    name = clean_unit_name(name)
    try:
        with transaction(db):
            unit = _held(db, unit_id)
            _refuse_taken(db, name, but=unit_id)
            was, unit.name = unit.name, name
            _record(db, "unit.renamed", unit, was=was)
    except IntegrityError:
        raise Conflict(TAKEN) from None
    log.info("unit_renamed", unit=str(unit_id))
    return unit


def remove_unit(db: Session, unit_id: uuid.UUID) -> None:
    """Raises NotFound, and Conflict while a case, a sketch or an account is in it."""
    with transaction(db):
        unit = _held(db, unit_id)
        if _anything_in(db, unit_id):
            raise Conflict(
                _(
                    "%(unit)s is not empty; only a unit without accounts, cases and sketches can be removed.",
                    unit=unit.name,
                )
            )
        # Their list is for whoever handed the files in; what was imported is in custody.
        db.execute(delete(CaseImport).where(CaseImport.unit_id == unit_id))
        _record(db, "unit.removed", unit)
        db.execute(delete(Unit).where(Unit.id == unit_id))
        db.expunge(unit)
    log.info("unit_removed", unit=str(unit_id))


def _anything_in(db: Session, unit_id: uuid.UUID) -> bool:
    places = [select(column).where(column == unit_id) for column in (AccountUnit.unit_id, Sketch.unit_id, Case.unit_id)]
    coming = select(CaseImport.id).where(CaseImport.unit_id == unit_id, CaseImport.key.is_not(None))
    return any(db.scalar(query.limit(1)) is not None for query in (*places, coming))


def count_without(db: Session, account: Account) -> int:
    """How many sketches (not versions) the account has handed in that are in no unit."""
    return db.scalar(select(func.count()).select_from(Sketch).where(_without(account.id))) or 0


def give_sketches(db: Session, by: Account, account: Account, unit_id: uuid.UUID | None) -> int:
    """Put every sketch of the account that is in no unit into this one; how many. Raises Refused.

    For whoever keeps the accounts: they learn nothing of the sketches but their number.
    """
    if unit_id is None:
        raise Refused(_("Choose the unit that the sketches belong to."))
    by_id, account_id = by.id, account.id
    with transaction(db):
        # Holding the first versions keeps new ones from being added outside the unit meanwhile.
        query = select(Sketch).where(_without(account_id)).order_by(Sketch.id)
        firsts = db.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
        count = len(firsts)
        (unit,) = kept(db, [unit_id])
        for first in firsts:
            record_moved(db, by, first, unit)
        thing, facts = custody.Thing("account", account_id), {"name": account.name, "unit": unit.name}
        custody.record(db, custody.AGENCY_CHAIN, by, "account.sketches_given", thing, count=count, **facts)
        theirs = Sketch.lineage_id.in_(select(Sketch.id).where(_without(account_id)))
        db.execute(update(Sketch).where(theirs).values(unit_id=unit_id).execution_options(synchronize_session=False))
    db.expire_all()
    log.info("sketches_given", account=str(account_id), by=str(by_id), to_unit=str(unit_id), count=count)
    return count


def record_added(db: Session, by: Account | custody.Actor, unit: Unit) -> None:
    """In the caller's transaction, which has written the unit."""
    _record(db, "unit.added", unit, by)


def _record(db: Session, action: str, unit: Unit, by: Account | custody.Actor | None = None, **facts: str) -> None:
    thing = custody.Thing("unit", unit.id)
    custody.record(db, custody.AGENCY_CHAIN, by or custody.acting(db), action, thing, name=unit.name, **facts)


def record_moved(db: Session, by: Account | custody.Actor, first: Sketch, unit: Unit) -> None:
    """In the caller's transaction, before it moves the sketch of this first version into the unit."""
    where = {"from_unit": str(first.unit_id) if first.unit_id else None, "to_unit": str(unit.id), "unit": unit.name}
    thing = custody.Thing("sketch", first.lineage_id)
    custody.record(db, custody.of_sketch(first), by, "sketch.moved", thing, **where)


def _without(account_id: uuid.UUID) -> ColumnElement[bool]:
    """Holds for the first versions of the account's sketches that are in no unit."""
    mine = Sketch.owner_id == account_id
    return mine & Sketch.unit_id.is_(None) & (Sketch.id == Sketch.lineage_id)


def kept(db: Session, unit_ids: Iterable[uuid.UUID]) -> list[Unit]:
    """These units, which nobody can remove until the caller's transaction ends. Raises Refused when one is gone."""
    wanted = set(unit_ids)
    query = select(Unit).where(Unit.id.in_(wanted)).order_by(Unit.id).with_for_update(read=True)
    found = list(db.scalars(query.execution_options(populate_existing=True)))
    if len(found) != len(wanted):
        raise Refused(NO_UNIT)
    return found


def _held(db: Session, unit_id: uuid.UUID) -> Unit:
    # What would put something into the unit meanwhile waits for this lock, since it refers to the row.
    query = select(Unit).where(Unit.id == unit_id).with_for_update()
    unit = db.scalar(query.execution_options(populate_existing=True))
    if unit is None:
        raise NotFound(NO_UNIT)
    return unit


def _refuse_taken(db: Session, name: str, but: uuid.UUID | None = None) -> None:
    taken = by_name(db).get(fold(name))
    if taken is not None and taken.id != but:
        raise Conflict(TAKEN)
