"""Giving out case numbers by the agency's pattern. No number is given out twice."""

import datetime as dt
import zoneinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agency import settings
from app.cases.pattern import filled, with_number
from app.database import insert
from models import Case, CaseCounter, Unit


def next_number(db: Session, unit: Unit, now: dt.datetime) -> str:
    """The next free number; its counter is held until the caller's transaction ends, so nobody else gets it.

    Its year and month are those of the agency's time zone.
    """
    agency = settings.current(db)
    scope = filled(agency.case_numbers, unit.name, now.astimezone(zoneinfo.ZoneInfo(agency.time_zone)))
    while True:
        number = with_number(scope, _count(db, scope))
        # Taken only where it was brought in from elsewhere, or given under another pattern.
        if db.scalar(select(Case.id).where(Case.number == number)) is None:
            return number


def _count(db: Session, scope: str) -> int:
    """One statement, which waits for whoever holds the counter."""
    first = insert(db, CaseCounter).values(scope=scope, last=1)
    counted = first.on_conflict_do_update(index_elements=["scope"], set_={"last": CaseCounter.last + 1})
    return db.execute(counted.returning(CaseCounter.last)).scalar_one()
