"""The stored pictures and the provenance, for whoever may see the sketch. Looking at them is recorded."""

import uuid

from flask import Response, request

from app import context, gate
from app.objects import note_look, send_object
from app.provenance import document
from app.studio import evidence, service
from app.studio.blueprint import blueprint
from models import Likeness, Sketch


def _sketch(sketch_id: uuid.UUID) -> Sketch:
    return service.get_sketch(context.db(), context.account(), sketch_id)


def _likeness(likeness_id: uuid.UUID) -> Likeness:
    return service.get_likeness(context.db(), context.account(), likeness_id)


@blueprint.get("/sketches/<uuid:sketch_id>/image")
@gate.case_reader
def image(sketch_id: uuid.UUID) -> Response:
    return send_picture(_sketch(sketch_id))


@blueprint.get("/sketches/<uuid:sketch_id>/thumbnail")
@gate.case_reader
def thumbnail(sketch_id: uuid.UUID) -> Response:
    return send_object(_sketch(sketch_id).thumbnail_key, "image/webp", "sketch.webp", seen=None)


@blueprint.get("/sketches/<uuid:sketch_id>/original")
@gate.case_reader
def original(sketch_id: uuid.UUID) -> Response:
    """The file as it was handed in: always a download, never shown by the browser."""
    return send_original(_sketch(sketch_id))


@blueprint.get("/likenesses/<uuid:likeness_id>/image")
@gate.case_reader
def likeness_image(likeness_id: uuid.UUID) -> Response:
    return send_face(_likeness(likeness_id), download="download" in request.args)


@blueprint.get("/likenesses/<uuid:likeness_id>/thumbnail")
@gate.case_reader
def likeness_thumbnail(likeness_id: uuid.UUID) -> Response:
    return send_object(_likeness(likeness_id).thumbnail_key, "image/webp", "likeness.webp", seen=None)


@blueprint.get("/likenesses/<uuid:likeness_id>/provenance.json")
@gate.case_reader
def provenance(likeness_id: uuid.UUID) -> Response:
    return send_provenance(_likeness(likeness_id), download="download" in request.args)


# What follows is for whoever was asked whether they may see it, by the pages or by the JSON API.


def send_picture(sketch: Sketch, *, download: bool = False) -> Response:
    seen = evidence.picture(sketch)
    return send_object(sketch.clean_key, "image/png", "sketch.png", seen=seen, download=download)


def send_original(sketch: Sketch) -> Response:
    seen = evidence.original(sketch)
    return send_object(sketch.original_key, sketch.original_mime, sketch.file_name, seen=seen, download=True)


def send_face(likeness: Likeness, *, download: bool = False) -> Response:
    name, seen = f"{_file_stem(likeness)}.png", evidence.face(likeness)
    return send_object(likeness.image_key, "image/png", name, seen=seen, download=download)


def send_provenance(likeness: Likeness, *, download: bool = False) -> Response:
    """As the command line writes it."""
    note_look(evidence.provenance(likeness), taken=download)
    response = Response(document(likeness.provenance), mimetype="application/json")
    how = "attachment" if download else "inline"
    response.headers.set("Content-Disposition", how, filename=f"{_file_stem(likeness)}.json")
    return response


def _file_stem(likeness: Likeness) -> str:
    return f"likeness-{likeness.number}-{likeness.image_sha256[:8]}"
