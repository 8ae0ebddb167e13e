"""Whose tips an account sees: those of the cases it sees. What belongs to no case, and what somebody says of a notice
about themselves, is for supervisors.

Everything else is answered like what does not exist.
"""

import uuid

from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from app.cases import sight as cases
from app.errors import NotFound
from models import Account, Case, Role, Tip, TipKind

NO_TIP = lazy_gettext("There is no such tip, or it is not yours.")


def seen_by(account: Account) -> ColumnElement[bool]:
    """Holds for the tips that the account reads. One that has not been noted yet may still belong to a case."""
    return _among(account, cases.seen_by(account))


def worked_on_by(account: Account) -> ColumnElement[bool]:
    """Holds for those that it may also change."""
    return _among(account, cases.worked_on_by(account))


def _among(account: Account, case: ColumnElement[bool]) -> ColumnElement[bool]:
    supervises = account.has_role(Role.SUPERVISOR)
    in_case = Tip.case_id.in_(select(Case.id).where(case))
    of_everybody = and_(Tip.case_id.is_(None), Tip.noted_at.is_not(None)) if supervises else false()
    kinds = Tip.kind.is_not(None) if supervises else Tip.kind == TipKind.TIP
    return or_(and_(in_case, kinds), of_everybody)


def get_tip(db: Session, account: Account, tip_id: uuid.UUID) -> tuple[Tip, bool]:
    """The tip, and whether the account may change it. Raises NotFound."""
    query = select(Tip, worked_on_by(account)).where(Tip.id == tip_id, seen_by(account))
    row = db.execute(query).one_or_none()
    if row is None:
        raise NotFound(NO_TIP)
    tip, works = row
    return tip, bool(works)


def held_tip(db: Session, account: Account, tip_id: uuid.UUID) -> Tip:
    """The tip as it is now, for a change, held until the caller's transaction ends. Raises NotFound."""
    query = select(Tip).where(Tip.id == tip_id, worked_on_by(account)).with_for_update(of=Tip)
    tip = db.scalar(query.execution_options(populate_existing=True))
    if tip is None:
        raise NotFound(NO_TIP)
    return tip
