"""What counts against a limit and in the charts, defined once."""

from sqlalchemy import ColumnElement, func, or_

from models import Job, JobKind, JobState, Likeness, Sketch

RENDER: ColumnElement[bool] = (Job.kind == JobKind.RENDER) & or_(
    Job.state != JobState.CANCELLED, Job.started_at.is_not(None)
)
"""A likeness that was asked for. One that was cancelled before anybody began it is as if it never was."""
OPEN: ColumnElement[bool] = (Job.kind != JobKind.ALIGN) & Job.state.in_((JobState.QUEUED, JobState.RUNNING))
"""Work that waits or runs. Finding a face takes a moment and belongs to handing a sketch in, so it is left out."""
SKETCH_BYTES: ColumnElement[int] = func.coalesce(Sketch.stored_size, Sketch.original_size)
LIKENESS_BYTES: ColumnElement[int] = func.coalesce(Likeness.stored_size, 0)
