"""Whose sketches an account sees and works on: those of its units, its own that are in none, and what is filed in a
case that it sees. A filed sketch is in its case's unit.

Everything else is answered like what does not exist.
"""

import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from app.cases.sight import assigned_to, opened_to
from app.errors import Forbidden, NotFound, Refused
from models import Account, AccountUnit, Role, Sketch, utc_now

WORKING = (Role.INVESTIGATOR, Role.SUPERVISOR)
NO_SKETCH = lazy_gettext("There is no such sketch, or it is not yours.")


def seen_by(account: Account) -> ColumnElement[bool]:
    """Holds for the sketches that the account sees. What is filed in a case whose glass is open is seen by whoever
    broke it, an administrator too; everything else only by those who work on sketches."""
    opened = Sketch.case_id.in_(opened_to(account.id, utc_now()))
    if not account.has_role(*WORKING):
        return opened if account.has_role(Role.ADMIN) else false()
    return or_(worked_on_by(account), opened)


def worked_on_by(account: Account) -> ColumnElement[bool]:
    """Holds for the sketches that the account works on: whoever only broke the glass looks and changes nothing."""
    if not account.has_role(*WORKING):
        return false()
    # Asked of the records and not of the account: its units may have changed since it was read.
    mine = select(AccountUnit.unit_id).where(AccountUnit.account_id == account.id)
    return or_(
        Sketch.unit_id.in_(mine),
        Sketch.unit_id.is_(None) & (Sketch.owner_id == account.id),
        Sketch.case_id.in_(assigned_to(account.id)),
    )


def held_sketch(db: Session, account: Account, sketch_id: uuid.UUID) -> Sketch:
    """The sketch as it is now, for a change, held until the caller's transaction ends.

    Raises NotFound, and Forbidden for whoever sees it without working on it.
    """
    query = _with_right(account, sketch_id).with_for_update(of=Sketch)
    return _workable(db, query.execution_options(populate_existing=True))


def workable_sketch(db: Session, account: Account, sketch_id: uuid.UUID) -> Sketch:
    """The sketch, for a change of what belongs to it. Raises as ``held_sketch`` does."""
    return _workable(db, _with_right(account, sketch_id))


def _with_right(account: Account, sketch_id: uuid.UUID) -> Select[Sketch, bool]:
    return select(Sketch, worked_on_by(account)).where(Sketch.id == sketch_id, seen_by(account))


def _workable(db: Session, query: Select[Sketch, bool]) -> Sketch:
    row = db.execute(query).one_or_none()
    if row is None:
        raise NotFound(NO_SKETCH)
    sketch, works = row
    if not works:
        raise Forbidden(_("You look into this case for a while; only those who work on it can change it."))
    return sketch


def held_for_reading(db: Session, sketch_id: uuid.UUID) -> Sketch:
    """The sketch, which is not filed elsewhere before the caller's transaction ends."""
    query = select(Sketch).where(Sketch.id == sketch_id).with_for_update(read=True)
    return db.scalars(query.execution_options(populate_existing=True)).one()


def require_role(account: Account) -> None:
    """Raises Forbidden for an account that does not work on sketches."""
    if not account.has_role(*WORKING):
        raise Forbidden(
            _("Your account does not have the role for this. If you need it for your work, ask an administrator.")
        )


def unit_for(db: Session, account_id: uuid.UUID, wanted: uuid.UUID | None) -> uuid.UUID | None:
    """The unit of a new sketch; None when the account is in none.

    Raises Refused for a unit that is not the account's, and when it is in several and chose none.
    """
    mine = list(db.scalars(select(AccountUnit.unit_id).where(AccountUnit.account_id == account_id)))
    if wanted is None and len(mine) > 1:
        raise Refused(_("Choose the unit that the sketch belongs to."))
    if wanted is not None and wanted not in mine:
        raise Refused(_("You are not in that unit any more; reload the page and choose again."))
    return wanted or (mine[0] if mine else None)
