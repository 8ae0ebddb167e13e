"""Breaking the glass: somebody who may not see a case looks into it for a while, for a reason that is kept.

It takes the case's exact number. Everybody who tries leaves an entry in the agency's chain, with the number and the
reason; whoever finds a case leaves one in its chain too, and its unit's supervisors are told. It can be looked at and
not be changed: `app/cases/sight.py` and `app/studio/sight.py` hold to that.
"""

import datetime as dt
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from flask_babel import gettext as _
from sqlalchemy import ScalarSelect, Select, select
from sqlalchemy.orm import Session, aliased

from app import custody, notifications
from app.agency import settings
from app.cases.sight import seen_by, worked_on_by
from app.database import clock, transaction
from app.errors import Forbidden, NotFound, Refused
from app.texts import one_line
from models import Account, AccountRole, AccountUnit, Case, EmergencyAccess, Role, Unit, utc_now

log = structlog.get_logger(__name__)

MIN_REASON, MAX_REASON = 20, 500
MAX_NUMBER = 40
RECORD_LIMIT = 200


class NoSuchCase(NotFound):
    """No case has this number. That it was tried is on record."""


@dataclass(frozen=True)
class Broken:
    """One time that somebody looked in. ``open``: they still can."""

    access: EmergencyAccess
    case_number: str
    unit: str
    by: str
    open: bool


def break_glass(db: Session, account: Account, number: str, reason: str) -> uuid.UUID:
    """Open the case of this number; its identity. It stays as it is for whoever sees it already.

    Raises Refused for a reason that says too little, NoSuchCase, and Forbidden without a role.
    """
    if not account.has_role(*Role):
        raise Forbidden(_("Your account does not have the role for this. If you need it, ask an administrator."))
    number, reason = _number(number), _reason(reason)
    with transaction(db):
        case = db.scalar(select(Case).where(Case.number == number))
        seen = case and db.scalar(select(Case.id).where(Case.id == case.id, seen_by(account)))
        if seen is None:
            _open(db, account, case, number, reason)
    if case is None:
        log.warning("glass_tried", by=str(account.id))
        raise NoSuchCase(
            _("No case has exactly this number, so none was opened. That you tried is on record, with your reason.")
        )
    if seen is None:
        log.warning("glass_broken", case=str(case.id), by=str(account.id))
    return case.id


def close(db: Session, account: Account, access_id: uuid.UUID) -> None:
    """End one's own look before its time. Raises NotFound for anybody else's."""
    mine = (EmergencyAccess.id == access_id) & (EmergencyAccess.account_id == account.id)
    with transaction(db):
        row = db.scalar(select(EmergencyAccess).where(mine).with_for_update())
        if row is None:
            raise NotFound(_("That is not yours to end."))
        now = clock(db)
        if row.ends_at > now:
            row.ends_at = now
            thing = custody.Thing("case", row.case_id)
            custody.record(db, custody.of_case(row.case_id), account, "case.glass_closed", thing)


def open_for(db: Session, account: Account, case_id: uuid.UUID) -> EmergencyAccess | None:
    """The look that the account has into the case at present, unless it works on it anyway."""
    query = select(EmergencyAccess).join(Case, EmergencyAccess.id == look_into_case(account))
    return db.scalar(query.where(Case.id == case_id))


def look_into_case(account: Account) -> ScalarSelect[uuid.UUID]:
    """Beside a case in a query: the identity of what ``open_for`` gives, NULL for none."""
    look = aliased(EmergencyAccess)
    query = select(look.id).where(look.case_id == Case.id, look.account_id == account.id, look.ends_at > utc_now())
    query = query.where(~worked_on_by(account)).order_by(look.ends_at.desc()).limit(1)
    return query.correlate(Case).scalar_subquery()


def all_open(db: Session, account: Account) -> list[Broken]:
    """The looks that the account has at present, the one that ends first being first."""
    mine = (EmergencyAccess.account_id == account.id) & (EmergencyAccess.ends_at > utc_now())
    return _told(db, _QUERY.where(mine).order_by(EmergencyAccess.ends_at))


def of_case(db: Session, case_id: uuid.UUID) -> list[Broken]:
    """Everybody who ever looked into the case, the last first."""
    return _told(db, _QUERY.where(EmergencyAccess.case_id == case_id).order_by(EmergencyAccess.begun_at.desc()))


def record(db: Session, account: Account) -> list[Broken]:
    """The last RECORD_LIMIT of all, for an administrator; a supervisor's are those of their units."""
    query = _QUERY.order_by(EmergencyAccess.begun_at.desc(), EmergencyAccess.id).limit(RECORD_LIMIT)
    if not account.has_role(Role.ADMIN):
        mine = select(AccountUnit.unit_id).where(AccountUnit.account_id == account.id)
        query = query.where(Case.unit_id.in_(mine))
    return _told(db, query)


_QUERY: Select[EmergencyAccess, str, str, str] = (
    select(EmergencyAccess, Case.number, Unit.name, Account.name)
    .join(Case, EmergencyAccess.case_id == Case.id)
    .join(Unit, Case.unit_id == Unit.id)
    .join(Account, EmergencyAccess.account_id == Account.id)
)


def _told(db: Session, query: Select[EmergencyAccess, str, str, str]) -> list[Broken]:
    now = utc_now()
    return [Broken(row, number, unit, by, row.ends_at > now) for row, number, unit, by in db.execute(query)]


def _open(db: Session, account: Account, case: Case | None, number: str, reason: str) -> None:
    """What a wrong number leaves is written like what a right one does: neither answers sooner."""
    if case is None:
        tried = custody.Thing("case")
        custody.record(db, custody.AGENCY_CHAIN, account, "case.glass_tried", tried, number=number, reason=reason)
        return
    now = clock(db)
    ends = now + dt.timedelta(minutes=settings.fresh(db).glass_minutes)
    row = EmergencyAccess(case_id=case.id, account_id=account.id, reason=reason, begun_at=now, ends_at=ends)
    db.add(row)
    told = _supervisors(db, case.unit_id)
    facts = {"case": case.number, "by": account.name, "reason": reason, "until": ends.isoformat()}
    notifications.tell(db, told, "glass", f"/cases/{case.id}", facts)
    thing = custody.Thing("case", case.id)
    for chain in (custody.of_case(case.id), custody.AGENCY_CHAIN):
        custody.record(
            db, chain, account, "case.glass_broken", thing, number=number, reason=reason, until=ends.isoformat()
        )


def _supervisors(db: Session, unit_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """Those of the unit who can sign in; the administrators where it has none, so that somebody is told."""
    enabled = select(Account.id).join(AccountRole).where(Account.suspended_at.is_(None))
    of_unit = enabled.join(AccountUnit, AccountUnit.account_id == Account.id).where(AccountUnit.unit_id == unit_id)
    found = db.scalars(of_unit.where(AccountRole.role == Role.SUPERVISOR).order_by(Account.id)).all()
    return found or db.scalars(enabled.where(AccountRole.role == Role.ADMIN).order_by(Account.id)).all()


def _number(text: str) -> str:
    number = unicodedata.normalize("NFC", " ".join(text.split()))
    if not number or len(number) > MAX_NUMBER:
        raise Refused(_("Give the number of the case, exactly as it is written."))
    return number


def _reason(text: str) -> str:
    reason = one_line(text)
    if not MIN_REASON <= len(reason) <= MAX_REASON:
        raise Refused(
            _(
                "Give a reason of %(least)s to %(most)s characters. It is kept for good, and the unit's supervisors "
                "read it.",
                least=MIN_REASON,
                most=MAX_REASON,
            )
        )
    return reason
