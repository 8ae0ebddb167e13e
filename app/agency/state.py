"""The state of the agency at a glance, for its administrators: a few queries however large it is."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Label, ScalarSelect, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.agency import limiting
from app.agency.limiting import Limited
from models import (
    AGENCY,
    Account,
    AccountRole,
    AccountUnit,
    ChainKind,
    CustodyAnchor,
    CustodyChain,
    CustodyEntry,
    EmergencyAccess,
    Job,
    JobState,
    Role,
    Unit,
    utc_now,
)

LATELY = dt.timedelta(days=30)
LOOKED_AT = 2000
"""Of the agency's newest entries, how many are searched for the last verification."""


@dataclass(frozen=True)
class State:
    """``waiting``: invited, but nobody has accepted yet. ``unsupervised``: units that nobody decides for."""

    active: int
    waiting: int
    suspended: int
    units: int
    unsupervised: tuple[str, ...]
    near: tuple[Limited, ...]
    stuck_jobs: int
    glass_open: int
    glass_lately: int
    entries: int
    verified_at: dt.datetime | None
    anchored_on: dt.date | None


def state(db: Session) -> State:
    """By four queries."""
    now = utc_now()
    supervised = exists().where(
        AccountUnit.unit_id == Unit.id,
        AccountRole.account_id == AccountUnit.account_id,
        AccountRole.role == Role.SUPERVISOR,
    )
    alone = db.scalars(select(Unit.name).where(~supervised).order_by(Unit.name))
    limited = limiting.units(db)
    return State(
        **db.execute(select(*_counts(now), *_custody())).one()._mapping,
        units=len(limited),
        unsupervised=tuple(alone),
        near=tuple(one for one in limited if one.near),
    )


def _counts(now: dt.datetime) -> list[Label[int]]:
    """Under the names that State has for them."""
    accepted = or_(Account.password_hash.is_not(None), Account.firebase_uid.is_not(None))
    enabled = Account.suspended_at.is_(None)
    stuck = Job.state.in_((JobState.FAILED, JobState.PARKED))
    return [
        _count(Account.id, enabled & accepted).label("active"),
        _count(Account.id, enabled & ~accepted).label("waiting"),
        _count(Account.id, ~enabled).label("suspended"),
        _count(Job.id, stuck).label("stuck_jobs"),
        _count(EmergencyAccess.id, EmergencyAccess.ends_at > now).label("glass_open"),
        _count(EmergencyAccess.id, EmergencyAccess.begun_at > now - LATELY).label("glass_lately"),
    ]


def _count(key: InstrumentedAttribute[uuid.UUID], which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count(key)).where(which).scalar_subquery()


def _custody() -> list[Label[Any]]:
    """How long the agency's chain is, when it was last verified (NULL for never, or long ago), and last anchored."""
    ours = (CustodyChain.kind == ChainKind.AGENCY) & (CustodyChain.subject_id == AGENCY)
    length = func.coalesce(select(CustodyChain.length).where(ours).scalar_subquery(), 0)
    entries = select(CustodyEntry.at).join(CustodyChain, CustodyEntry.chain_id == CustodyChain.id).where(ours)
    lately = entries.where(CustodyEntry.number > CustodyChain.length - LOOKED_AT)
    verified = lately.where(CustodyEntry.action == "chain.verified").order_by(CustodyEntry.number.desc()).limit(1)
    anchored = select(func.max(CustodyAnchor.day)).scalar_subquery()
    return [
        length.label("entries"),
        verified.scalar_subquery().label("verified_at"),
        anchored.label("anchored_on"),
    ]
