"""Whose sketches an account sees and works on: those of its units, its own that are in none, and what is filed in a
case that it sees. A filed sketch is in its case's unit.

Everything else is answered like what does not exist.
"""

import uuid

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from app.cases.sight import assigned_to, opened_to
from app.errors import Forbidden, Refused
from models import Account, AccountUnit, Role, Sketch, utc_now

WORKING = (Role.INVESTIGATOR, Role.SUPERVISOR)


def seen_by(account: Account) -> ColumnElement[bool]:
    """Holds for the sketches that the account sees; for none without a role that works on them."""
    if not account.has_role(*WORKING):
        return false()
    # Asked of the records and not of the account: its units may have changed since it was read.
    mine = select(AccountUnit.unit_id).where(AccountUnit.account_id == account.id)
    return or_(
        Sketch.unit_id.in_(mine),
        Sketch.unit_id.is_(None) & (Sketch.owner_id == account.id),
        Sketch.case_id.in_(assigned_to(account.id)),
        Sketch.case_id.in_(opened_to(account.id, utc_now())),
    )


def worked_on_by(account: Account) -> ColumnElement[bool]:
    """Holds for the sketches that the account may change: not for those of a case that it only broke the glass of."""
    if not account.has_role(*WORKING):
        return false()
    mine = select(AccountUnit.unit_id).where(AccountUnit.account_id == account.id)
    return or_(
        Sketch.unit_id.in_(mine),
        Sketch.unit_id.is_(None) & (Sketch.owner_id == account.id),
        Sketch.case_id.in_(assigned_to(account.id)),
    )


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
