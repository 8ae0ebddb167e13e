"""Policies: what is proposed for cases that have been in a status for long. They propose; people decide."""

import calendar
import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import custody
from app.cases.sight import worked_on_by
from app.database import clock, transaction
from app.errors import Conflict, NotFound, Refused
from app.paging import Page, nearest_page
from models import Account, Case, CaseStatus, Proposal, RetentionPolicy, Unit

log = structlog.get_logger(__name__)

MAX_MONTHS = 1200
PER_PAGE = 50


@dataclass(frozen=True)
class Due:
    """A case whose time has come; ``policy`` says by what."""

    case: Case
    unit: str
    policy: RetentionPolicy


def policies(db: Session) -> list[RetentionPolicy]:
    """In the order of the statuses that they are about."""
    order = list(CaseStatus)
    return sorted(db.scalars(select(RetentionPolicy)), key=lambda one: order.index(one.status))


def set_policy(db: Session, account: Account, status: CaseStatus, months: int, proposal: Proposal) -> None:
    """Propose this for cases that have been in the status for so many months. Raises Refused and Conflict."""
    if not 1 <= months <= MAX_MONTHS:
        raise Refused(_("Give the age in whole months, from 1 to %(most)s.", most=MAX_MONTHS))
    if status == CaseStatus.ARCHIVED and proposal == Proposal.ARCHIVE:
        raise Refused(_("An archived case cannot be archived again. Propose its deletion."))
    account_id = account.id
    try:
        with transaction(db):
            row = db.scalar(select(RetentionPolicy).where(RetentionPolicy.status == status).with_for_update())
            row, now = row or RetentionPolicy(id=uuid.uuid4(), status=status), clock(db)
            row.months, row.proposal, row.set_by, row.set_at = months, proposal, account_id, now
            db.add(row)
            said = {"status": str(status), "proposal": str(proposal)}
            _record(db, account, row, months=months, **said)
    except IntegrityError as error:  # two people set the first one at once
        raise Conflict(_("Somebody else has just set this policy. Reload the page to see it.")) from error


def remove_policy(db: Session, account: Account, policy_id: uuid.UUID) -> None:
    """Raises NotFound when it is gone already."""
    with transaction(db):
        row = db.get(RetentionPolicy, policy_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound(_("This policy is no longer there."))
        _record(db, account, row, status=str(row.status), proposal="none", months=0)
        db.delete(row)


def _record(db: Session, by: Account, row: RetentionPolicy, *, months: int, status: str, proposal: str) -> None:
    thing = custody.Thing("policy", row.id)
    chain = custody.AGENCY_CHAIN
    custody.record(db, chain, by, "retention.changed", thing, status=status, proposal=proposal, months=months)
    log.info("retention_changed", by=str(by.id), status=status, proposal=proposal, months=months)


def due(db: Session, account: Account, set_: Sequence[RetentionPolicy], page: int = 1) -> Page[Due]:
    """Of the cases that the account works on those whose time has come by these policies, the longest due first.
    Held ones are none."""
    rules = {one.status: one for one in set_}
    found = _due(account, list(rules.values()), clock(db))
    total = db.scalar(select(func.count()).select_from(found.subquery())) or 0
    page, pages = nearest_page(page, total, PER_PAGE)
    rows = db.execute(
        found.join(Unit, Case.unit_id == Unit.id)
        .add_columns(Unit.name)
        .order_by(Case.status_since, Case.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return Page([Due(case, unit, rules[case.status]) for case, unit in rows], page, pages, total)


def _due(account: Account, rules: list[RetentionPolicy], now: dt.datetime) -> Select[Case]:
    ripe: list[ColumnElement[bool]] = [
        and_(Case.status == one.status, Case.status_since <= before(now, one.months)) for one in rules
    ]
    return select(Case).where(worked_on_by(account), or_(false(), *ripe), Case.hold_reason == "")


def before(now: dt.datetime, months: int) -> dt.datetime:
    """The same day so many months earlier, or that month's last."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return now.replace(year=year, month=month + 1, day=min(now.day, last))
