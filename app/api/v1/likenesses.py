"""Likenesses: what was made from a sketch, its picture, and how it was made."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Annotated

import msgspec
from flask import Response, url_for

import models
from app import context, gate
from app.api.v1 import paging
from app.api.v1.blueprint import blueprint
from app.api.v1.operation import Media, Out, operation
from app.api.v1.sketches import HERE as SKETCH
from app.api.v1.sketches import Pair, seen
from app.studio import pictures, service, shelf
from models import Scope

HERE = "/likenesses/<uuid:likeness_id>"
LABEL = "Computer-generated likeness from a witness sketch. Not a photograph."


class Likeness(Out):
    """A computer-generated likeness. Whoever shows it shows its label too."""

    id: uuid.UUID
    sketch_id: uuid.UUID
    number: Annotated[int, msgspec.Meta(description="Among the likenesses of its sketch, from 1.")]
    label: str
    kept: Annotated[bool, msgspec.Meta(description="Whether it is the sketch's current one.")]
    engine: str
    seed: int
    strength: float
    eyes: Pair | None
    appearance: Annotated[dict[str, str], msgspec.Meta(description="What the engine was told, by region.")]
    varied: Annotated[Sequence[str], msgspec.Meta(description="The regions whose choice nobody had asked for.")]
    candidate: Annotated[int | None, msgspec.Meta(description="Its place among those of its render, from 1.")]
    sha256: Annotated[str, msgspec.Meta(description="Of the picture's bytes.")]
    created_at: dt.datetime
    links: dict[str, str]


class Likenesses(Out):
    items: Sequence[Likeness]
    next: Annotated[str | None, msgspec.Meta(description="The cursor of the next page; null on the last one.")]


def shown(one: models.Likeness, kept_id: uuid.UUID | None) -> Likeness:
    names = {"self": "read_likeness", "image": "likeness_image", "provenance": "read_provenance"}
    links = {name: url_for(f"api.{endpoint}", likeness_id=one.id) for name, endpoint in names.items()}
    links["sketch"] = url_for("api.read_sketch", sketch_id=one.sketch_id)
    links["render"] = url_for("api.read_render", render_id=one.job_id)
    return Likeness(
        id=one.id,
        sketch_id=one.sketch_id,
        number=one.number,
        label=LABEL,
        kept=one.id == kept_id,
        engine=one.engine,
        seed=one.seed,
        strength=one.strength,
        eyes=one.eyes,
        appearance=dict(one.appearance or {}),
        varied=one.varied or [],
        candidate=one.candidate,
        sha256=one.image_sha256,
        created_at=one.created_at,
        links=links,
    )


def _seen(likeness_id: uuid.UUID) -> models.Likeness:
    """Raises NotFound."""
    return service.get_likeness(context.db(), context.account(), likeness_id)


def _shown(likeness_id: uuid.UUID) -> Likeness:
    one = _seen(likeness_id)
    return shown(one, shelf.kept_id(context.db(), one.sketch_id))


@blueprint.get(f"{SKETCH}/likenesses")
@gate.investigator
@gate.scope(Scope.LIKENESSES_READ)
@operation("List the likenesses of a sketch, newest first", Likenesses, query=paging.PageQuery, paged=True)
def list_likenesses(sketch_id: uuid.UUID, query: paging.PageQuery) -> tuple[Likenesses, dict[str, str]]:
    found = shelf.likenesses_after(context.db(), seen(sketch_id), query.after, query.limit)
    kept = shelf.kept_id(context.db(), sketch_id)
    page = Likenesses(items=[shown(one, kept) for one in found.items], next=paging.following(found.after))
    return page, paging.link(found.after)


@blueprint.get(HERE)
@gate.investigator
@gate.scope(Scope.LIKENESSES_READ)
@operation("Read a likeness", Likeness)
def read_likeness(likeness_id: uuid.UUID) -> Likeness:
    return _shown(likeness_id)


@blueprint.put(f"{HERE}/kept")
@gate.investigator
@gate.scope(Scope.LIKENESSES_WRITE)
@operation("Keep a likeness: it becomes its sketch's current one", Likeness)
def keep_likeness(likeness_id: uuid.UUID) -> Likeness:
    service.keep(context.db(), context.account(), _seen(likeness_id))
    return _shown(likeness_id)


@blueprint.get(f"{HERE}/image")
@gate.investigator
@gate.scope(Scope.LIKENESSES_READ)
@operation("The picture, with its mark", Media(("image/png",), "A picture of 512 x 512 pixels."))
def likeness_image(likeness_id: uuid.UUID) -> Response:
    return pictures.send_face(_seen(likeness_id), download=True)


@blueprint.get(f"{HERE}/provenance")
@gate.investigator
@gate.scope(Scope.LIKENESSES_READ)
@operation("How a likeness was made", Media(("application/json",), "The provenance, as the command line writes it."))
def read_provenance(likeness_id: uuid.UUID) -> Response:
    return pictures.send_provenance(_seen(likeness_id), download=True)
