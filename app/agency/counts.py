"""What counts against a limit and in the charts, defined once."""

from sqlalchemy import ColumnElement, ScalarSelect, Select, case, func, or_, select

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


def used(measure: str, span: Span) -> ColumnElement[int]:
    """Beside the row of a limit in a query: how much of it is used; 0, and nothing is counted, where it is not set.

    An account's work is what it asked for, a unit's what is about its sketches; what is stored are sketches and the
    likenesses made of them. ``span`` is the day that renders are counted in.
    """
    if measure == STORED:
        of_unit, of_account = _stored(Sketch.unit_id == Quota.unit_id), _stored(Sketch.owner_id == Quota.account_id)
    else:
        today = (Job.created_at >= span.begins) & (Job.created_at < span.ends)
        jobs = select(func.count()).select_from(Job).where(IS_OPEN if measure == OPEN else IS_RENDER & today)
        of_unit = _beside(jobs.join(Sketch, Job.subject_id == Sketch.id).where(Sketch.unit_id == Quota.unit_id))
        of_account = _beside(jobs.where(Job.owner_id == Quota.account_id))
    return case((getattr(Quota, measure).is_(None), 0), (Quota.unit_id.is_not(None), of_unit), else_=of_account)


def _stored(theirs: ColumnElement[bool]) -> ColumnElement[int]:
    sketches = select(func.coalesce(func.sum(SKETCH_BYTES), 0)).where(theirs)
    likenesses = select(func.coalesce(func.sum(LIKENESS_BYTES), 0)).select_from(Likeness)
    return _beside(sketches) + _beside(likenesses.join(Sketch, Likeness.sketch_id == Sketch.id).where(theirs))


def _beside(query: Select[int]) -> ScalarSelect[int]:
    return query.correlate(Quota).scalar_subquery()
