"""Limits to what a unit and an account may use, held to where the work is asked for.

Whoever asks adds first and counts then, in one transaction that holds the rows of the limits: of two who ask at once
the second one waits and counts what the first one added. What goes over is rolled back with everything around it.
"""

import datetime as dt
import math
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask_babel import gettext
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.agency import counts, settings
from app.agency.counts import MEASURES, OPEN, RENDERS, STORED
from app.agency.days import today
from app.database import clock
from app.errors import Refused
from imaging.words import N_
from models import Quota, utc_now

NEAR = 0.8
"""The part of a limit from which on people are told of it."""


@dataclass(frozen=True)
class Use:
    """How much of one limit is used. ``of_unit``: it is shared by everybody in the unit."""

    measure: str
    used: int
    limit: int
    of_unit: bool
    ends: dt.datetime
    """When a day's renders begin anew."""

    @property
    def over(self) -> bool:
        return self.used > self.limit

    @property
    def near(self) -> bool:
        return self.used >= NEAR * self.limit


class QuotaReached(Refused):
    """It would be more than the unit or the account may use; nothing was done."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "quota_reached"

    def __init__(self, use: Use, zone: str, now: dt.datetime) -> None:
        super().__init__(refusal(use, zone))
        self.use = use
        if use.measure == RENDERS:  # the others end when something is done or deleted
            self.retry_after = math.ceil((use.ends - now).total_seconds())


def hold_to(db: Session, account_id: uuid.UUID, unit_id: uuid.UUID | None, measures: Sequence[str]) -> None:
    """Count what there is now, this transaction's own work included. Raises QuotaReached.

    Call it last but for custody: the limits' rows are held until the transaction ends.
    """
    db.flush()
    mine = _of(account_id, [unit_id] if unit_id else [])
    held = db.scalars(select(Quota.id).where(mine).order_by(Quota.id).with_for_update()).all()
    if not held:
        return
    # A second statement: the first one does not see what another added while it waited for the rows.
    now = clock(db)
    for found in uses_of(db, Quota.id.in_(held), now, measures).values():
        for use in found.values():
            if use.over:
                raise QuotaReached(use, settings.current(db).time_zone, now)


def uses(db: Session, account_id: uuid.UUID, unit_ids: Collection[uuid.UUID]) -> list[Use]:
    """How much of each limit of the account and these units is used; one query."""
    found = uses_of(db, _of(account_id, unit_ids), utc_now())
    return [use for of_one in found.values() for use in of_one.values()]


def near(db: Session, account_id: uuid.UUID, unit_ids: Collection[uuid.UUID]) -> list[Use]:
    """Those of the limits that are used up soon."""
    return [use for use in uses(db, account_id, unit_ids) if use.near]


def uses_of(
    db: Session, which: ColumnElement[bool], now: dt.datetime, measures: Sequence[str] = MEASURES
) -> dict[uuid.UUID, dict[str, Use]]:
    """By unit or account and measure, how much is used of these limits where they are set; one query."""
    span = today(now, settings.current(db).time_zone)
    limits = [getattr(Quota, measure) for measure in measures]
    used = [counts.used(measure, span) for measure in measures]
    query = select(Quota.unit_id, Quota.account_id, *limits, *used).where(which)
    found = {}
    for unit_id, account_id, *figures in db.execute(query.order_by(Quota.unit_id, Quota.account_id)):
        each = zip(measures, figures[: len(measures)], figures[len(measures) :], strict=True)
        found[unit_id or account_id] = {
            measure: Use(measure, int(value), limit, unit_id is not None, span.ends)
            for measure, limit, value in each
            if limit is not None
        }
    return found


def _of(account_id: uuid.UUID, unit_ids: Collection[uuid.UUID]) -> ColumnElement[bool]:
    return or_(Quota.account_id == account_id, Quota.unit_id.in_(unit_ids))


def refusal(use: Use, zone: str) -> str:
    """What is refused, and when that ends."""
    values = {"limit": use.limit, "zone": zone, "size": f"{use.limit / 2**20:,.0f}"}
    return str(gettext(_REFUSALS[use.measure, use.of_unit], **values))


_REFUSALS = {
    (RENDERS, True): N_(
        "Your unit may have %(limit)s likenesses made a day, and this would be more. It can ask again after midnight "
        "(%(zone)s); an administrator can raise the limit."
    ),
    (RENDERS, False): N_(
        "You may have %(limit)s likenesses made a day, and this would be more. You can ask again after midnight "
        "(%(zone)s); an administrator can raise the limit."
    ),
    (OPEN, True): N_(
        "Your unit may have %(limit)s pieces of work waiting or running at once, and this would be more. Ask again "
        "when one of them is done."
    ),
    (OPEN, False): N_(
        "You may have %(limit)s pieces of work waiting or running at once, and this would be more. Ask again when one "
        "of them is done."
    ),
    (STORED, True): N_(
        "Your unit may store %(size)s MB, and this would be more. That ends when something is deleted or an "
        "administrator raises the limit."
    ),
    (STORED, False): N_(
        "You may store %(size)s MB, and this would be more. That ends when something is deleted or an administrator "
        "raises the limit."
    ),
}


__all__ = ["MEASURES", "OPEN", "RENDERS", "STORED"]
