"""The administrator's page of operations: the queue, the workers, the models, and how everything is."""

import uuid
from collections.abc import Sequence
from typing import Any

import structlog
from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from app import context, custody, gate, jobs
from app.admin import operations_fleet as fleet
from app.admin import operations_queue as queue
from app.admin.operations_queue import Choice
from app.database import READY, clock, current_revision, newest_revision, transaction
from app.errors import Conflict, NotFound, Refused
from app.following import answer, etag
from app.health import look, weights
from app.notices import purge
from models import Job, JobKind, JobState, Worker

blueprint = Blueprint("operations", __name__, url_prefix="/admin")
log = structlog.get_logger(__name__)

BEAT = 10
"""Seconds: a heartbeat alone changes the page no more often than that."""
DONE = {
    "retry": lazy_gettext("The job waits again."),
    "cancel": lazy_gettext("The job is cancelled."),
    "priority": lazy_gettext("The priority is changed."),
    "none": lazy_gettext("There was no failed job of this kind."),
}


@blueprint.get("/operations")
@gate.admin
def page() -> str:
    return _page()


@blueprint.get("/operations/status.json")
@gate.admin
def status() -> Response:
    """Whether the page is to be loaded anew; scripts may read it too."""
    db = context.db()
    now = clock(db)
    hands = fleet.hands(db, now)
    found = _state(queue.queue(db, _living(hands), now), hands)
    return answer(found)


@blueprint.post("/operations/retry-failed")
@gate.admin
def retry_failed() -> ResponseReturnValue:
    kind = _kind(request.form.get("job_kind", ""))
    if kind is None:
        raise Refused(_("Say which kind of job is to be tried again."))
    _note(kind=str(kind))
    with transaction(context.db()):
        count = jobs.retry_failed(context.db(), kind)
        _record("job.retried", None, kind=str(kind), count=count)
    return _back(str(count) if count else "none")


@blueprint.post("/jobs/<uuid:job_id>/retry")
@gate.admin
def retry(job_id: uuid.UUID) -> ResponseReturnValue:
    job = _job(job_id)
    try:
        with transaction(context.db()):
            _record("job.retried", jobs.retry(context.db(), job))
    except Conflict as error:
        return _page(str(error)), error.status
    return _back("retry")


@blueprint.post("/jobs/<uuid:job_id>/cancel")
@gate.admin
def cancel(job_id: uuid.UUID) -> ResponseReturnValue:
    job = _job(job_id)
    try:
        with transaction(context.db()):
            _record("job.cancelled", jobs.cancel(context.db(), job))
    except Conflict as error:
        return _page(str(error)), error.status
    return _back("cancel")


@blueprint.post("/jobs/<uuid:job_id>/priority")
@gate.admin
def priority(job_id: uuid.UUID) -> ResponseReturnValue:
    word, job = request.form.get("urgency", ""), _job(job_id)
    if word not in jobs.URGENCY:
        raise Refused(_("A priority is raised, normal or lowered."))
    try:
        with transaction(context.db()):
            jobs.set_urgency(context.db(), job, word)
            _record("job.priority", job, priority=word)
    except Conflict as error:
        return _page(str(error)), error.status
    return _back("priority")


def _job(job_id: uuid.UUID) -> Job:
    job = context.db().get(Job, job_id)
    if job is None:
        raise NotFound(_("There is no such job."))
    _note(job=str(job_id))
    return job


def _record(action: str, job: Job | None, **facts: custody.Detail) -> None:
    """In the agency's chain, since whoever runs the queue does not see the case that the work is for."""
    db, thing = context.db(), custody.Thing("job", job.id if job else None)
    details = {"kind": str(job.kind), **facts} if job else facts
    custody.record(db, custody.AGENCY_CHAIN, custody.acting(db), action, thing, before=None, after=None, **details)


def _note(**facts: str) -> None:
    log.info("operator_acts", account=str(context.account().id), endpoint=request.endpoint, **facts)


def _choice() -> Choice:
    """Which jobs are listed, by the address or by what a form says of the page that it was on."""
    state = request.values.get("state", "")
    shown = JobState(state) if state in queue.SHOWN else JobState.QUEUED
    return Choice(shown, _kind(request.values.get("kind", "")), request.values.get("page", 1, type=int))


def _kind(text: str) -> JobKind | None:
    return JobKind(text) if text in set(JobKind) else None


def _back(done: str) -> Response:
    chosen = _choice()
    where = url_for("operations.page", state=chosen.state, kind=chosen.kind, page=chosen.page, done=done)
    return Response(status=303, headers={"Location": where})


def _page(problem: str = "") -> str:
    db, settings = context.db(), context.settings()
    now = clock(db)
    hands = fleet.hands(db, now)
    live = _living(hands)
    lines = queue.queue(db, live, now)
    looks = look()
    # The probe has compared the schema with this code's just now.
    schema = newest_revision() if looks["database"].state == READY else current_revision(db.connection())
    done = request.args.get("done", "")
    return render_template(
        "admin/operations.html",
        lines=lines,
        listing=queue.listing(db, _choice(), lines, now),
        states=[(state, queue.STATE_WORDS[state]) for state in queue.SHOWN],
        kinds=queue.KIND_WORDS,
        urgencies=queue.URGENCY_WORDS,
        hands=hands,
        models=fleet.models(live, weights(settings.weights)),
        parts=fleet.parts(settings, looks, schema or "none"),
        purging=purge.waiting(db) if settings.purge else None,
        etag=etag(_state(lines, hands)),
        message=_retried(int(done)) if done.isdigit() else DONE.get(done, ""),
        problem=problem,
    )


def _retried(count: int) -> str:
    return str(ngettext("%(num)s failed job waits again.", "%(num)s failed jobs wait again.", count))


def _living(hands: Sequence[fleet.Hand]) -> list[Worker]:
    return [one.worker for one in hands if one.live]


def _state(lines: Sequence[queue.Line], hands: Sequence[fleet.Hand]) -> dict[str, Any]:
    """What the page shows, without what changes with every second."""
    return {
        "queue": {
            line.kind: {**{str(state): line.counts[state] for state in JobState}, "workers": line.takers}
            for line in lines
        },
        "workers": [
            {
                "name": one.name,
                "live": one.live,
                "job": one.job_id and str(one.job_id),
                "silent": one.silent_for // BEAT,
            }
            for one in hands
        ],
        "parts": {name: part.state for name, part in look().items()},
    }
