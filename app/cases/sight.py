"""Whose cases an account sees: those of its units, those it is assigned to, those it broke the glass of.

Everything else is answered like what does not exist. What is filed in a case is seen with it (`app.studio.sight`).
"""

import datetime as dt
import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from app.errors import Forbidden, NotFound
from models import Account, AccountUnit, Case, CaseAssignment, EmergencyAccess, Role, utc_now

WORKING = (Role.INVESTIGATOR, Role.SUPERVISOR)
NO_CASE = lazy_gettext("There is no such case, or it is not yours.")


def seen_by(account: Account) -> ColumnElement[bool]:
    """Holds for the cases that the account sees. Glass is open to any account while its time has not run out, to an
    administrator too; units and assignments only to those who work on cases."""
    opened = Case.id.in_(opened_to(account.id, utc_now()))
    if not account.has_role(*WORKING):
        return opened if account.has_role(Role.ADMIN) else false()
    # Asked of the records and not of the account: its units may have changed since it was read.
    mine = select(AccountUnit.unit_id).where(AccountUnit.account_id == account.id)
    return or_(Case.unit_id.in_(mine), Case.id.in_(assigned_to(account.id)), opened)


def worked_on_by(account: Account) -> ColumnElement[bool]:
    """Holds for the cases that the account works on: whoever only broke the glass looks and changes nothing."""
    if not account.has_role(*WORKING):
        return false()
    mine = select(AccountUnit.unit_id).where(AccountUnit.account_id == account.id)
    return or_(Case.unit_id.in_(mine), Case.id.in_(assigned_to(account.id)))


def assigned_to(account_id: uuid.UUID) -> Select[uuid.UUID]:
    return select(CaseAssignment.case_id).where(CaseAssignment.account_id == account_id)


def opened_to(account_id: uuid.UUID, now: dt.datetime) -> Select[uuid.UUID]:
    """The cases whose glass the account broke a short while ago."""
    mine = EmergencyAccess.account_id == account_id
    return select(EmergencyAccess.case_id).where(mine, EmergencyAccess.ends_at > now)


def get_case(db: Session, account: Account, case_id: uuid.UUID) -> Case:
    """Raises NotFound."""
    case = db.scalar(select(Case).where(Case.id == case_id, seen_by(account)))
    if case is None:
        raise NotFound(NO_CASE)
    return case


def sees(db: Session, account: Account, case_id: uuid.UUID) -> bool:
    return db.scalar(select(Case.id).where(Case.id == case_id, seen_by(account))) is not None


def held_case(db: Session, account: Account, case_id: uuid.UUID) -> Case:
    """The case as it is now, for a change, held until the caller's transaction ends.

    Raises NotFound, and Forbidden for whoever sees it without working on it.
    """
    query = select(Case, worked_on_by(account)).where(Case.id == case_id, seen_by(account))
    # The weaker hold, which a new row that refers to the case need not wait for: it may hold what we want next.
    query = query.with_for_update(of=Case, key_share=True)
    row = db.execute(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound(NO_CASE)
    case, works = row
    if not works:
        raise Forbidden(_("You look into this case for a while; only those who work on it can change it."))
    return case
