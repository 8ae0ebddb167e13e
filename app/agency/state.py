"""The state of the agency at a glance, for its administrators: a few queries however large it is."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from app.agency import limiting
from app.agency.limiting import Limited
from models import (
    AGENCY,
    Account,
    AccountRole,
    AccountUnit,
    ChainKind,
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


def state(db: Session) -> State:
    """By five queries."""
    active, waiting, suspended, stuck, glass_open, glass_lately = db.execute(_counts(utc_now())).one()
    supervised = exists().where(
        AccountUnit.unit_id == Unit.id,
        AccountRole.account_id == AccountUnit.account_id,
        AccountRole.role == Role.SUPERVISOR,
    )
    alone = tuple(db.scalars(select(Unit.name).where(~supervised).order_by(Unit.name)))
    limited = limiting.units(db)
    entries, verified_at = _custody(db)
    return State(
        active=active,
        waiting=waiting,
        suspended=suspended,
        units=len(limited),
        unsupervised=alone,
        near=tuple(one for one in limited if one.near),
        stuck_jobs=stuck,
        glass_open=glass_open,
        glass_lately=glass_lately,
        entries=entries,
        verified_at=verified_at,
    )


def _counts(now: dt.datetime) -> Select[int, int, int, int, int, int]:
    accepted = or_(Account.password_hash.is_not(None), Account.firebase_uid.is_not(None))
    enabled = Account.suspended_at.is_(None)
    stuck = Job.state.in_((JobState.FAILED, JobState.PARKED))
    return select(
        _count(Account.id, enabled & accepted),
        _count(Account.id, enabled & ~accepted),
        _count(Account.id, ~enabled),
        _count(Job.id, stuck),
        _count(EmergencyAccess.id, EmergencyAccess.ends_at > now),
        _count(EmergencyAccess.id, EmergencyAccess.begun_at > now - LATELY),
    )


def _count(key: ColumnElement[object], which: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count(key)).where(which).scalar_subquery()


def _custody(db: Session) -> tuple[int, dt.datetime | None]:
    """How long the agency's chain is, and when it was last verified; None for never, or long ago."""
    chain = db.execute(
        select(CustodyChain.id, CustodyChain.length).where(
            CustodyChain.kind == ChainKind.AGENCY, CustodyChain.subject_id == AGENCY
        )
    ).one_or_none()
    if chain is None:
        return 0, None
    newest = (CustodyEntry.chain_id == chain.id) & (CustodyEntry.number > chain.length - LOOKED_AT)
    verified = select(CustodyEntry.at).where(newest, CustodyEntry.action == "chain.verified")
    return chain.length, db.scalar(verified.order_by(CustodyEntry.number.desc()).limit(1))
