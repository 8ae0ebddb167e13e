"""How things stand, as one word for the shape and a few words for the person."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.studio.requests import Request, requests
from models import Job, JobKind, JobState, Sketch

ACTIVE = frozenset({JobState.QUEUED, JobState.RUNNING})
STOPPED = frozenset({JobState.FAILED, JobState.PARKED})


@dataclass(frozen=True)
class State:
    """``kind`` names the shape: a job's state, or ready."""

    kind: str
    words: str


def newest(jobs: Sequence[Job], kind: JobKind) -> Job | None:
    """The last of these jobs (oldest first) of a kind, not counting cancelled ones."""
    found = [job for job in jobs if job.kind == kind and job.state != JobState.CANCELLED]
    return found[-1] if found else None


def sketch_state(sketch: Sketch, jobs: Sequence[Job], likenesses: int) -> State:
    """One state for a row of the list. ``jobs`` are the sketch's, oldest first."""
    asked = [one.state for one in requests(jobs) if one.state != JobState.CANCELLED]
    if asked and asked[-1] != JobState.DONE:
        return State(asked[-1], str(RENDER_SHORT[asked[-1]]))
    if likenesses:
        return State("done", _("Done"))
    align = newest(jobs, JobKind.ALIGN)
    if align is not None and align.state != JobState.DONE:
        return State(align.state, str(ALIGN_SHORT[align.state]))
    return State("ready", _("Ready to render") if sketch.eyes or sketch.found_eyes else _("Place the eyes"))


RENDER_SHORT = {
    JobState.QUEUED: lazy_gettext("In the queue"),
    JobState.RUNNING: lazy_gettext("Rendering"),
    JobState.FAILED: lazy_gettext("Failed"),
    JobState.PARKED: lazy_gettext("Set aside"),
}
ALIGN_SHORT = {
    JobState.QUEUED: lazy_gettext("Waiting"),
    JobState.RUNNING: lazy_gettext("Finding the eyes"),
    JobState.FAILED: lazy_gettext("Place the eyes"),
    JobState.PARKED: lazy_gettext("Place the eyes"),
}


def job_words(job: Job, position: int | None, live: bool, taken: bool = True) -> str:
    """What a job is doing, in a few words. ``position`` is its place in the queue, 1 for next; ``taken`` whether a
    live worker takes its kind."""
    if job.state == JobState.QUEUED and live and not taken:
        return str(NOBODY[job.kind])
    if job.state == JobState.QUEUED:
        return _queued(position, live)
    return str(LONG[job.kind][job.state])


def request_words(request: Request, position: int | None, live: bool, taken: bool = True) -> str:
    """What a render is doing, in a few words, see ``job_words``."""
    many, done = len(request.asked), request.done
    if many == 1:
        return job_words(request.spokesman, position, live, taken)
    if request.state == JobState.RUNNING:
        return str(_("Rendering %(count)s candidates, %(done)s done", count=many, done=done))
    if request.state in STOPPED and done:
        return str(_("%(failed)s of %(count)s candidates could not be rendered", failed=many - done, count=many))
    return job_words(request.spokesman, position, live, taken)


def _queued(position: int | None, live: bool) -> str:
    if not live:
        return str(_("Waiting for the renderer to start"))
    if position is None or position <= 1:
        return str(_("Next in the queue"))
    return str(_("Number %(position)s in the queue", position=position))


NOBODY = {
    JobKind.ALIGN: lazy_gettext("Waiting for a worker that finds eyes; none is running"),
    JobKind.RENDER: lazy_gettext("Waiting for a worker that renders; none is running"),
    JobKind.PHOTO: lazy_gettext("Waiting for a worker that compares photos; none is running"),
}
RENDER_LONG = {
    JobState.RUNNING: lazy_gettext("Rendering the likeness"),
    JobState.DONE: lazy_gettext("Done"),
    JobState.FAILED: lazy_gettext("This likeness could not be rendered"),
    JobState.PARKED: lazy_gettext("Set aside, because rendering it stopped the renderer several times"),
    JobState.CANCELLED: lazy_gettext("Cancelled"),
}
ALIGN_LONG = {
    JobState.RUNNING: lazy_gettext("Finding the eyes"),
    JobState.DONE: lazy_gettext("Eyes found"),
    JobState.FAILED: lazy_gettext("The eyes could not be looked for"),
    JobState.PARKED: lazy_gettext("Set aside, because looking for the eyes stopped the renderer several times"),
    JobState.CANCELLED: lazy_gettext("Cancelled"),
}
PHOTO_LONG = {
    JobState.RUNNING: lazy_gettext("Comparing the photo with the likeness"),
    JobState.DONE: lazy_gettext("Compared"),
    JobState.FAILED: lazy_gettext("The photo could not be compared"),
    JobState.PARKED: lazy_gettext("Set aside, because comparing it stopped the worker several times"),
    JobState.CANCELLED: lazy_gettext("Cancelled"),
}
LONG = {JobKind.ALIGN: ALIGN_LONG, JobKind.RENDER: RENDER_LONG, JobKind.PHOTO: PHOTO_LONG}
