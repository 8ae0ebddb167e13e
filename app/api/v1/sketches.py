"""Sketches: handed in, listed, read, renamed, and where their eyes are."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

import msgspec
from flask import Response, request, url_for

import models
from app import context, gate
from app.api.v1 import matching, paging
from app.api.v1.blueprint import blueprint
from app.api.v1.operation import In, Media, Out, operation
from app.api.v1.reading import identity
from app.cases.sight import get_case
from app.filing.place import Place
from app.studio import eyes, pictures, repeats, service, shelf
from imaging.decode import MAX_BYTES
from models import Scope

Point = Annotated[list[float], msgspec.Meta(min_length=2, max_length=2, description="x and y, in pixels.")]
Pair = Annotated[
    list[Point], msgspec.Meta(min_length=2, max_length=2, description="Both eyes, the viewer's left one first.")
]
Id = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$")]
PICTURES = ("image/png", "image/jpeg", "image/webp")
HERE = "/sketches/<uuid:sketch_id>"


class Original(Out):
    """The file as it was handed in, which is kept byte for byte."""

    file_name: str
    mime: str
    size: Annotated[int, msgspec.Meta(description="Bytes.")]
    sha256: str


class Sketch(Out):
    """One version of a witness sketch. Positions are in pixels of the clean image."""

    id: uuid.UUID
    lineage_id: Annotated[uuid.UUID, msgspec.Meta(description="The first version's id, the same for all of them.")]
    version: int
    title: str
    owner_id: uuid.UUID
    unit_id: uuid.UUID | None
    case_id: Annotated[uuid.UUID | None, msgspec.Meta(description="The case that it is filed in.")]
    created_at: dt.datetime
    width: int
    height: int
    original: Original
    eyes: Annotated[Pair | None, msgspec.Meta(description="Where a person put them; null leaves them to the program.")]
    found_eyes: Annotated[Pair | None, msgspec.Meta(description="Where the program found them.")]
    found_by: Annotated[
        str | None,
        msgspec.Meta(description="How it looked: landmarks, cascade, or centred when it found none; null until then."),
    ]
    links: dict[str, str]


class Sketches(Out):
    items: Sequence[Sketch]
    next: Annotated[str | None, msgspec.Meta(description="The cursor of the next page; null on the last one.")]


class SketchQuery(paging.PageQuery):
    q: Annotated[str, msgspec.Meta(max_length=200, description="Words that the title must have.")] = ""
    case_id: Annotated[uuid.UUID | None, msgspec.Meta(description="Only what is filed in this case.")] = None


class NewSketch(In):
    title: Annotated[str, msgspec.Meta(max_length=200, description="The file's name where it is left out.")] = ""
    unit_id: Annotated[Id, msgspec.Meta(description="Needed by whoever is in several units.")] = ""
    parent_id: Annotated[Id, msgspec.Meta(description="The sketch that this is a new version of.")] = ""
    case_id: Annotated[Id, msgspec.Meta(description="The case to file it in; it is then of the case's unit.")] = ""


class SketchChange(In):
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="Of all versions.")]


class Eyes(In):
    eyes: Annotated[Pair | None, msgspec.Meta(description="Null leaves them to the program.")]


def shown(one: models.Sketch) -> Sketch:
    names = {"self": "read_sketch", "image": "sketch_image", "original": "sketch_original"}
    links = {name: url_for(f"api.{endpoint}", sketch_id=one.id) for name, endpoint in names.items()}
    links["likenesses"] = url_for("api.list_likenesses", sketch_id=one.id)
    return Sketch(
        id=one.id,
        lineage_id=one.lineage_id,
        version=one.version,
        title=one.title,
        owner_id=one.owner_id,
        unit_id=one.unit_id,
        case_id=one.case_id,
        created_at=one.created_at,
        width=one.width,
        height=one.height,
        original=Original(
            file_name=one.file_name, mime=one.original_mime, size=one.original_size, sha256=one.original_sha256
        ),
        eyes=one.eyes,
        found_eyes=one.found_eyes,
        found_by=one.found_method,
        links=links,
    )


def seen(sketch_id: uuid.UUID) -> models.Sketch:
    """Raises NotFound."""
    return service.get_sketch(context.db(), context.account(), sketch_id)


@blueprint.get("/sketches")
@gate.investigator
@gate.scope(Scope.SKETCHES_READ)
@operation(
    "List the sketches that you see, the latest version of each, newest first", Sketches, query=SketchQuery, paged=True
)
def list_sketches(query: SketchQuery) -> tuple[Sketches, dict[str, str]]:
    found = shelf.sketches_after(context.db(), context.account(), query.q, query.after, query.limit, query.case_id)
    page = Sketches(items=[shown(one) for one in found.items], next=paging.following(found.after))
    return page, paging.link(found.after)


@blueprint.post("/sketches")
@gate.investigator
@gate.scope(Scope.SKETCHES_WRITE)
@operation(
    "Hand in a sketch; its eyes are then looked for",
    Sketch,
    status=HTTPStatus.CREATED,
    form=NewSketch,
    upload_types=PICTURES,
    upload_words="A PNG, JPEG or WebP of at most 20 MB and 40 megapixels.",
    keyed=True,
    located=True,
    refusals=(HTTPStatus.NOT_FOUND,),
)
def create_sketch(form: NewSketch) -> tuple[Sketch, dict[str, str]]:
    file = request.files["file"]
    data, parent_id, unit_id = file.read(MAX_BYTES + 1), identity(form.parent_id), identity(form.unit_id)
    db, store, account, case_id = context.db(), context.store(), context.account(), identity(form.case_id)
    parent = seen(parent_id) if parent_id else None
    place = Place(get_case(db, account, case_id).id) if case_id else None
    name, title = file.filename or "", form.title.strip()
    asked = repeats.asked(hashlib.sha256(data).hexdigest(), name, title, parent_id, unit_id, case_id)
    made = service.create_sketch(db, store, account, data, name, title, parent, unit_id, asked, place)
    return shown(made), {"Location": url_for("api.read_sketch", sketch_id=made.id)}


@blueprint.get(HERE)
@gate.investigator
@gate.scope(Scope.SKETCHES_READ)
@operation("Read a sketch", Sketch)
def read_sketch(sketch_id: uuid.UUID) -> Sketch:
    return shown(seen(sketch_id))


@blueprint.patch(HERE)
@gate.investigator
@gate.scope(Scope.SKETCHES_WRITE)
@operation("Give a sketch another title", Sketch, body=SketchChange, matched=True)
def change_sketch(sketch_id: uuid.UUID, body: SketchChange) -> Sketch:
    db, account = context.db(), context.account()
    with matching.as_seen(shown, lambda: shelf.held_sketch(db, account, sketch_id)) as held:
        service.rename(db, account, held, body.title)
        return shown(held)


@blueprint.put(f"{HERE}/eyes")
@gate.investigator
@gate.scope(Scope.SKETCHES_WRITE)
@operation("Say where the eyes are, or leave them to the program", Sketch, body=Eyes, matched=True)
def put_eyes(sketch_id: uuid.UUID, body: Eyes) -> Sketch:
    db, account = context.db(), context.account()
    with matching.as_seen(shown, lambda: shelf.held_sketch(db, account, sketch_id)) as held:
        eyes.put(db, account, held, body.eyes)
        return shown(held)


@blueprint.get(f"{HERE}/image")
@gate.investigator
@gate.scope(Scope.SKETCHES_READ)
@operation(
    "The clean image: upright, without metadata, at most 2048 pixels wide or high", Media(("image/png",), "A picture.")
)
def sketch_image(sketch_id: uuid.UUID) -> Response:
    return pictures.send_picture(seen(sketch_id), download=True)


@blueprint.get(f"{HERE}/original")
@gate.investigator
@gate.scope(Scope.SKETCHES_READ)
@operation("The file as it was handed in, byte for byte", Media(PICTURES, "The file."))
def sketch_original(sketch_id: uuid.UUID) -> Response:
    return pictures.send_original(seen(sketch_id))
