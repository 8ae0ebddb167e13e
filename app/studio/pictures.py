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
    sketch = _sketch(sketch_id)
    return send_object(sketch.clean_key, "image/png", "sketch.png", seen=evidence.picture(sketch))


@blueprint.get("/sketches/<uuid:sketch_id>/thumbnail")
@gate.case_reader
def thumbnail(sketch_id: uuid.UUID) -> Response:
    return send_object(_sketch(sketch_id).thumbnail_key, "image/webp", "sketch.webp", seen=None)


@blueprint.get("/sketches/<uuid:sketch_id>/original")
@gate.case_reader
def original(sketch_id: uuid.UUID) -> Response:
    """The file as it was handed in: always a download, never shown by the browser."""
    sketch = _sketch(sketch_id)
    seen = evidence.original(sketch)
    return send_object(sketch.original_key, sketch.original_mime, sketch.file_name, seen=seen, download=True)


@blueprint.get("/likenesses/<uuid:likeness_id>/image")
@gate.case_reader
def likeness_image(likeness_id: uuid.UUID) -> Response:
    likeness = _likeness(likeness_id)
    name, seen = f"{_file_stem(likeness)}.png", evidence.face(likeness)
    return send_object(likeness.image_key, "image/png", name, seen=seen, download="download" in request.args)


@blueprint.get("/likenesses/<uuid:likeness_id>/thumbnail")
@gate.case_reader
def likeness_thumbnail(likeness_id: uuid.UUID) -> Response:
    return send_object(_likeness(likeness_id).thumbnail_key, "image/webp", "likeness.webp", seen=None)


@blueprint.get("/likenesses/<uuid:likeness_id>/provenance.json")
@gate.case_reader
def provenance(likeness_id: uuid.UUID) -> Response:
    likeness, download = _likeness(likeness_id), "download" in request.args
    note_look(evidence.provenance(likeness), taken=download)
    response = Response(document(likeness.provenance), mimetype="application/json")
    how = "attachment" if download else "inline"
    response.headers.set("Content-Disposition", how, filename=f"{_file_stem(likeness)}.json")
    return response


def _file_stem(likeness: Likeness) -> str:
    return f"likeness-{likeness.number}-{likeness.image_sha256[:8]}"
