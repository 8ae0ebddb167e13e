"""Renders: asking for likenesses of a sketch, how that stands, and taking it back."""

import datetime as dt
import uuid
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

import msgspec
from flask import url_for
from flask_babel import gettext as _

import models
from app import context, gate
from app.api.v1.blueprint import blueprint
from app.api.v1.operation import In, Out, operation
from app.api.v1.sketches import HERE as SKETCH
from app.api.v1.sketches import seen
from app.errors import NotFound
from app.studio import asking, repeats, service, shelf
from app.studio.requests import Request
from models import JobKind, JobState, Likeness, Scope

HERE = "/renders/<uuid:render_id>"
POLL = "2"
"""Seconds after which it is worth asking again how a render stands."""


class RenderWish(In):
    """What the drawing does not say is named by region; what is left out is not known."""

    engine: Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="One of /engines, by its name.")]
    seed: Annotated[int, msgspec.Meta(ge=0, le=asking.MAX_SEED, description="0 is the engine's own answer.")] = 0
    strength: Annotated[
        Annotated[float, msgspec.Meta(ge=0, le=1)] | None,
        msgspec.Meta(description="Of the restoration; null for the engine's own."),
    ] = None
    appearance: Annotated[
        dict[str, str], msgspec.Meta(max_length=16, description="Names of choices by region, as /engines lists them.")
    ] = msgspec.field(default_factory=dict)
    candidates: Annotated[int, msgspec.Meta(ge=1, le=asking.MAX_CANDIDATES, description="How many likenesses.")] = 1


class Made(Out):
    """A likeness that came of it."""

    id: uuid.UUID
    candidate: int | None
    href: str


class Render(Out):
    """A request for likenesses. It runs from its first likeness until nothing of it waits any more."""

    id: uuid.UUID
    sketch_id: uuid.UUID
    state: JobState
    position: Annotated[int | None, msgspec.Meta(description="The place in the queue, 1 for next; null once begun.")]
    reason: Annotated[str, msgspec.Meta(description="Why it failed or was set aside.")]
    engine: str
    seed: int
    strength: float | None
    appearance: dict[str, str]
    candidates: int
    created_at: dt.datetime
    finished_at: dt.datetime | None
    likenesses: Sequence[Made]
    links: dict[str, str]


def shown(jobs: Sequence[models.Job], likenesses: Sequence[Likeness]) -> Render:
    """``jobs`` in the order of the candidates, of which the first one's id is the render's."""
    first, asked = jobs[0], Request(tuple(jobs))
    speaks, ended = asked.spokesman, [job.finished_at for job in jobs]
    waits = asked.state == JobState.QUEUED
    return Render(
        id=first.id,
        sketch_id=first.subject_id,
        state=asked.state,
        position=service.queue_position(context.db(), speaks) if waits else None,
        reason=speaks.reason,
        engine=str(first.params["engine"]),
        seed=int(first.params["seed"]),
        strength=first.params["strength"],
        appearance=dict(first.params.get("appearance", {})),
        candidates=len(jobs),
        created_at=first.created_at,
        finished_at=max(one for one in ended if one is not None) if all(ended) else None,
        likenesses=[
            Made(id=one.id, candidate=one.candidate, href=url_for("api.read_likeness", likeness_id=one.id))
            for one in likenesses
        ],
        links={
            "self": url_for("api.read_render", render_id=first.id),
            "sketch": url_for("api.read_sketch", sketch_id=first.subject_id),
        },
    )


def _shown(job: models.Job) -> tuple[Render, dict[str, str]]:
    jobs = asking.together(context.db(), job)
    render = shown(jobs, shelf.likenesses_of(context.db(), jobs))
    return render, {"Retry-After": POLL} if render.state in (JobState.QUEUED, JobState.RUNNING) else {}


def _seen(render_id: uuid.UUID) -> models.Job:
    """Raises NotFound."""
    job = service.get_job(context.db(), context.account(), render_id)
    if job.kind != JobKind.RENDER:
        raise NotFound(_("There is no such piece of work, or it is not yours."))
    return job


@blueprint.post(f"{SKETCH}/renders")
@gate.investigator
@gate.scope(Scope.RENDERS_WRITE)
@operation(
    "Ask for likenesses of a sketch; the same that still waits or runs is not asked for twice",
    Render,
    status=HTTPStatus.ACCEPTED,
    body=RenderWish,
    keyed=True,
    located=True,
)
def create_render(sketch_id: uuid.UUID, body: RenderWish) -> tuple[Render, dict[str, str]]:
    asked = repeats.asked(sketch_id, msgspec.to_builtins(body))
    job = service.request_render(
        context.db(),
        context.account(),
        seen(sketch_id),
        body.engine,
        body.seed,
        body.strength,
        request=asked,
        appearance=body.appearance,
        candidates=body.candidates,
    )
    render, headers = _shown(job)
    return render, {**headers, "Location": render.links["self"]}


@blueprint.get(HERE)
@gate.investigator
@gate.scope(Scope.RENDERS_READ)
@operation("How a render stands, with what came of it", Render)
def read_render(render_id: uuid.UUID) -> tuple[Render, dict[str, str]]:
    return _shown(_seen(render_id))


@blueprint.delete(HERE)
@gate.investigator
@gate.scope(Scope.RENDERS_WRITE)
@operation("Cancel what of a render is not done", Render, refusals=(HTTPStatus.CONFLICT,))
def cancel_render(render_id: uuid.UUID) -> tuple[Render, dict[str, str]]:
    job = _seen(render_id)
    service.cancel(context.db(), context.account(), job)
    return _shown(_seen(render_id))
