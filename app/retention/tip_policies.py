"""For how long tips of no case are kept, by their state.

A tip of a case is held with its case and goes with it. One of no case would stay for ever. A policy says after how many
months in a state it is due to go, and people then have it deleted (`app.retention.tips`). What nobody has dealt with
is never due, nor what its sender has written to since, unless it is spam.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

import structlog
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from app import custody
from app.agency import settings
from app.database import clock, transaction
from app.errors import Conflict, NotFound, Refused
from app.inbox.listing import unread
from app.retention.policies import MAX_MONTHS, before
from models import Account, Tip, TipMessage, TipPolicy, TipState

log = structlog.get_logger(__name__)

STATES = (TipState.USEFUL, TipState.CLOSED, TipState.SPAM)
"""In which a tip has been dealt with."""


@dataclass(frozen=True)
class Due:
    """How many tips are due by a policy, and whether it takes somebody else than the asker to have them deleted."""

    policy: TipPolicy
    count: int
    by_another: bool


def set_policy(db: Session, account: Account, state: TipState, months: int) -> None:
    """Have tips that have been in the state for so many months be due. Raises Refused and Conflict."""
    if state not in STATES:
        raise Refused(_("Choose a state in which a tip has been dealt with."))
    if not 1 <= months <= MAX_MONTHS:
        raise Refused(_("Give the age in whole months, from 1 to %(most)s.", most=MAX_MONTHS))
    account_id = account.id
    try:
        with transaction(db):
            row = db.scalar(select(TipPolicy).where(TipPolicy.state == state).with_for_update())
            row = row or TipPolicy(id=uuid.uuid4(), state=state)
            row.months, row.set_by, row.set_at = months, account_id, clock(db)
            db.add(row)
            _record_policy(db, account, row, months)
    except IntegrityError as error:  # two people set the first one at once
        raise Conflict(_("Somebody else has just set this policy. Reload the page to see it.")) from error


def remove_policy(db: Session, account: Account, policy_id: uuid.UUID) -> None:
    """Raises NotFound when it is gone already."""
    with transaction(db):
        row = held(db, policy_id)
        _record_policy(db, account, row, 0)
        db.delete(row)


def due(db: Session, account: Account) -> list[Due]:
    """By each policy, in the order of the states; by two queries."""
    found = sorted(db.scalars(select(TipPolicy)), key=lambda one: STATES.index(one.state))
    two, now = settings.current(db).two_people, clock(db)
    counts = [select(func.count()).select_from(Tip).where(ripe(one, now)).scalar_subquery() for one in found]
    numbers = db.execute(select(*counts)).one() if counts else ()
    return [Due(one, count, two and one.set_by == account.id) for one, count in zip(found, numbers, strict=True)]


def held(db: Session, policy_id: uuid.UUID) -> TipPolicy:
    """For a change, or so that nobody changes it meanwhile. Raises NotFound."""
    row = db.get(TipPolicy, policy_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(_("This policy is no longer there."))
    return row


def ripe(policy: TipPolicy, now: dt.datetime) -> ColumnElement[bool]:
    """Holds for the tips that are due; those that were put together with one follow it."""
    last, member = before(now, policy.months), aliased(Tip)
    family = or_(member.id == Tip.id, member.merged_into == Tip.id)
    later = select(TipMessage.id).join(member, TipMessage.tip_id == member.id)
    later = later.where(family, TipMessage.written_at > last).correlate(Tip)
    read = true() if policy.state == TipState.SPAM else unread().scalar_subquery() == 0
    alone = and_(Tip.case_id.is_(None), Tip.noted_at.is_not(None), Tip.merged_into.is_(None))
    since = func.coalesce(Tip.state_since, Tip.received_at)
    return and_(alone, Tip.state == policy.state, since <= last, ~later.exists(), read)


def _record_policy(db: Session, by: Account, row: TipPolicy, months: int) -> None:
    """``months`` is 0 when the policy goes."""
    thing, state = custody.Thing("policy", row.id), str(row.state)
    custody.record(db, custody.AGENCY_CHAIN, by, "retention.tips_changed", thing, state=state, months=months)
    log.info("tip_retention_changed", by=str(by.id), state=state, months=months)
