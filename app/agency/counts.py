"""What counts against a limit and in the charts, defined once."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.agency.days import Span
from models import Job, JobKind, JobState, Likeness, Quota, Sketch

RENDERS, OPEN, STORED = "renders_a_day", "open_jobs", "stored_bytes"
MEASURES = (RENDERS, OPEN, STORED)

IS_RENDER: ColumnElement[bool] = (Job.kind == JobKind.RENDER) & or_(
    Job.state != JobState.CANCELLED, Job.started_at.is_not(None)
)
"""A likeness that was asked for. One that was cancelled before anybody began it is as if it never was."""
IS_OPEN: ColumnElement[bool] = (Job.kind != JobKind.ALIGN) & Job.state.in_((JobState.QUEUED, JobState.RUNNING))
"""Work that waits or runs. Finding a face takes a moment and belongs to handing a sketch in, so it is left out."""
SKETCH_BYTES: ColumnElement[int] = func.coalesce(Sketch.stored_size, Sketch.original_size)
LIKENESS_BYTES: ColumnElement[int] = func.coalesce(Likeness.stored_size, 0)

Counted = Select[str, uuid.UUID, int]
Subject = InstrumentedAttribute[Any]
"""The column that says whose it is."""


def counted(
    db: Session, rows: Sequence[Quota], measures: Collection[str], span: Span
) -> dict[tuple[str, uuid.UUID], int]:
    """What is used of the limits that these rows set, by measure and unit or account; one query.

    An account's work is what it asked for, a unit's what is about its sketches; what is stored are sketches and the
    likenesses made of them. ``span`` is the day that renders are counted in.
    """
    queries = [query for measure in measures for query in _queries(measure, rows, span)]
    found: dict[tuple[str, uuid.UUID], int] = defaultdict(int)
    for measure, subject_id, value in db.execute(union_all(*queries)) if queries else ():
        found[measure, subject_id] += int(value)
    return found


def _queries(measure: str, rows: Sequence[Quota], span: Span) -> Iterator[Counted]:
    limited = [row for row in rows if getattr(row, measure) is not None]
    unit_ids = [row.unit_id for row in limited if row.unit_id]
    account_ids = [row.account_id for row in limited if row.account_id]
    if measure == STORED:
        for column, ids in ((Sketch.unit_id, unit_ids), (Sketch.owner_id, account_ids)):
            if ids:
                yield from _stored(column, ids)
        return
    which = IS_OPEN if measure == OPEN else IS_RENDER & (Job.created_at >= span.begins) & (Job.created_at < span.ends)
    if unit_ids:
        of_units = _jobs(measure, Sketch.unit_id, unit_ids, which)
        yield of_units.join(Sketch, Job.subject_id == Sketch.id)
    if account_ids:
        yield _jobs(measure, Job.owner_id, account_ids, which)


def _jobs(measure: str, subject: Subject, ids: Sequence[uuid.UUID], which: ColumnElement[bool]) -> Counted:
    query = select(literal(measure), subject, func.count()).select_from(Job)
    return query.where(which, subject.in_(ids)).group_by(subject)


def _stored(subject: Subject, ids: Sequence[uuid.UUID]) -> Iterator[Counted]:
    sketches = select(literal(STORED), subject, func.sum(SKETCH_BYTES)).select_from(Sketch)
    likenesses = select(literal(STORED), subject, func.sum(LIKENESS_BYTES)).select_from(Likeness)
    for query in (sketches, likenesses.join(Sketch, Likeness.sketch_id == Sketch.id)):
        yield query.where(subject.in_(ids)).group_by(subject)
