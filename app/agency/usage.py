"""How much the units use: by day, week or month of the agency's time zone, in three queries however many there are."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Integer, Select, case, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.agency import counts, settings
from app.agency.days import Span, spans
from app.database import clock
from app.identity.units import list_units
from models import Case, Job, Likeness, Sketch, Unit

RENDERS, SKETCHES, CASES, ACCOUNTS, BYTES = "renders", "sketches", "cases", "accounts", "bytes"
MEASURES = (RENDERS, SKETCHES, CASES, ACCOUNTS, BYTES)
ALWAYS = -1
"""In place of a span: since the beginning."""
UnitId = uuid.UUID | None
"""None: what is in no unit."""


@dataclass
class Usage:
    """What was used in each of the spans. ``zone`` is where its days begin."""

    step: str
    zone: str
    spans: Sequence[Span]
    units: Sequence[Unit]
    counted: Mapping[tuple[str, UnitId], list[int]]
    people: Mapping[tuple[UnitId, int], set[uuid.UUID]]
    stored: Mapping[UnitId, int] = field(default_factory=dict)
    """Bytes, now."""

    def series(self, measure: str, unit_ids: Iterable[UnitId]) -> list[int]:
        """A figure for each span, of these units together. Somebody who worked in two of them is one account."""
        some = list(unit_ids)
        if measure == ACCOUNTS:
            return [len(self._people(some, [number])) for number in range(len(self.spans))]
        columns = [self.counted[measure, one] for one in some if (measure, one) in self.counted]
        return [sum(column[number] for column in columns) for number in range(len(self.spans))]

    def total(self, measure: str, unit_ids: Iterable[UnitId]) -> int:
        """Of all the spans."""
        some = list(unit_ids)
        if measure == ACCOUNTS:
            return len(self._people(some, range(len(self.spans))))
        return sum(self.series(measure, some))

    @property
    def everywhere(self) -> list[UnitId]:
        """All units; what is in none comes last, where there is any."""
        outside: set[UnitId] = {unit_id for _measure, unit_id in self.counted} | set(self.stored)
        return [*(unit.id for unit in self.units), *({None} & outside)]

    def _people(self, unit_ids: Iterable[UnitId], numbers: Iterable[int]) -> set[uuid.UUID]:
        wanted = [(one, number) for one in unit_ids for number in numbers]
        return set().union(*(self.people.get(one, set()) for one in wanted))


def usage(db: Session, step: str) -> Usage:
    """By ``step`` of `app.agency.days.STEPS`, up to now."""
    zone = settings.current(db).time_zone
    shown = spans(step, clock(db), zone)
    counted: dict[tuple[str, UnitId], list[int]] = defaultdict(lambda: [0] * len(shown))
    stored: dict[UnitId, int] = defaultdict(int)
    for measure, number, unit_id, value in db.execute(_figures(shown)):
        if number == ALWAYS:
            stored[unit_id] += int(value)
        else:
            counted[measure, unit_id][number] += int(value)
    people: dict[tuple[UnitId, int], set[uuid.UUID]] = defaultdict(set)
    for number, unit_id, account_id in db.execute(_workers(shown)):
        people[unit_id, number].add(account_id)
    return Usage(step, zone, shown, list_units(db), dict(counted), dict(people), dict(stored))


def _figures(shown: Sequence[Span]) -> CompoundSelect[str, int, UnitId, int]:
    count = func.count()
    return union_all(
        _of_jobs(shown, RENDERS, count),
        _by(SKETCHES, shown, Sketch.created_at, Sketch.unit_id, count),
        _by(BYTES, shown, Sketch.created_at, Sketch.unit_id, func.sum(counts.SKETCH_BYTES)),
        _by(BYTES, shown, Likeness.created_at, Sketch.unit_id, func.sum(counts.LIKENESS_BYTES)).join(
            Sketch, Likeness.sketch_id == Sketch.id
        ),
        _by(CASES, shown, Case.created_at, Case.unit_id, count),
        _ever(Sketch.unit_id, func.sum(counts.SKETCH_BYTES)),
        _ever(Sketch.unit_id, func.sum(counts.LIKENESS_BYTES)).join(Likeness, Likeness.sketch_id == Sketch.id),
    )


def _of_jobs(shown: Sequence[Span], measure: str, value: ColumnElement[int]) -> Select[str, int, UnitId, int]:
    found = _by(measure, shown, Job.created_at, Sketch.unit_id, value)
    return found.join(Sketch, Job.subject_id == Sketch.id).where(counts.IS_RENDER)


def _by(
    measure: str,
    shown: Sequence[Span],
    at: InstrumentedAttribute[dt.datetime],
    unit_id: InstrumentedAttribute[Any],
    value: ColumnElement[int],
) -> Select[str, int, UnitId, int]:
    number = _number(shown, at)
    query = select(literal(measure), number, unit_id, value).select_from(at.class_)
    return query.where(*_within(shown, at)).group_by(number, unit_id)


def _ever(unit_id: InstrumentedAttribute[Any], value: ColumnElement[int]) -> Select[str, int, UnitId, int]:
    return select(literal(BYTES), literal(ALWAYS, Integer), unit_id, value).select_from(Sketch).group_by(unit_id)


def _workers(shown: Sequence[Span]) -> Select[int, UnitId, uuid.UUID]:
    """Who handed in a sketch or asked for a likeness: each is a job."""
    query = select(_number(shown, Job.created_at), Sketch.unit_id, Job.owner_id).distinct()
    return query.join(Sketch, Job.subject_id == Sketch.id).where(*_within(shown, Job.created_at))


def _number(shown: Sequence[Span], at: InstrumentedAttribute[dt.datetime]) -> ColumnElement[int]:
    """Which of the spans it was in. Written out, since databases disagree about time zones."""
    before = [(at < span.ends, literal(number, Integer)) for number, span in enumerate(shown[:-1])]
    return case(*before, else_=literal(len(shown) - 1, Integer))


def _within(shown: Sequence[Span], at: InstrumentedAttribute[dt.datetime]) -> tuple[ColumnElement[bool], ...]:
    return at >= shown[0].begins, at < shown[-1].ends
