"""The page that compares a likeness with the real photo, and the photo's own pictures."""

import uuid

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import context, gate
from app.errors import Conflict, Refused
from app.following import answer, etag
from app.languages.telling import tell
from app.objects import send_object
from app.photos import evidence, service
from app.photos.blueprint import blueprint
from app.photos.presenters import Comparison, comparison
from app.photos.shelf import get_photo
from app.problems import wants_json
from app.studio import viewing
from app.studio.forms import eyes_form
from app.studio.service import get_likeness
from imaging.decode import MAX_BYTES, ImageRefused
from models import Likeness, RealPhoto

__all__ = ["blueprint"]


@blueprint.get("/likenesses/<uuid:likeness_id>/photo")
@gate.case_reader
def page(likeness_id: uuid.UUID) -> str:
    return _page(_likeness(likeness_id))


@blueprint.post("/likenesses/<uuid:likeness_id>/photo")
@gate.investigator
def add(likeness_id: uuid.UUID) -> ResponseReturnValue:
    likeness = _likeness(likeness_id)
    file = request.files.get("photo")
    try:
        if file is None or not file.filename:
            raise Refused(_("Choose a photo first."))
        data = file.read(MAX_BYTES + 1)
        service.add_photo(context.db(), context.store(), context.account(), likeness, data, file.filename)
    except (Refused, ImageRefused) as error:
        return _refused(likeness, error)
    return _back_to(likeness_id)


@blueprint.post("/photos/<uuid:photo_id>/eyes")
@gate.investigator
def compare(photo_id: uuid.UUID) -> ResponseReturnValue:
    photo = _photo(photo_id)
    try:
        service.compare_again(context.db(), context.account(), photo, eyes_form(request.form))
    except (Refused, Conflict) as error:
        return _refused(_likeness(photo.likeness_id), error)
    return _back_to(photo.likeness_id)


@blueprint.post("/photos/<uuid:photo_id>/consent")
@gate.investigator
def consent(photo_id: uuid.UUID) -> ResponseReturnValue:
    photo = _photo(photo_id)
    given, note = request.form.get("consent") == "yes", request.form.get("note", "")
    try:
        service.set_consent(context.db(), context.account(), photo, given, note)
    except (Refused, Conflict) as error:
        return _refused(_likeness(photo.likeness_id), error)
    return _back_to(photo.likeness_id, said="consent")


@blueprint.get("/photos/<uuid:photo_id>/status.json")
@gate.case_reader
def status(photo_id: uuid.UUID) -> Response:
    return answer(describe(_comparison(_likeness(_photo(photo_id).likeness_id))))


@blueprint.get("/photos/<uuid:photo_id>/image")
@gate.case_reader
def image(photo_id: uuid.UUID) -> Response:
    photo = _photo(photo_id)
    return send_object(photo.clean_key, "image/png", "photo.png", seen=evidence.picture(photo, _sketch_of(photo)))


@blueprint.get("/photos/<uuid:photo_id>/thumbnail")
@gate.case_reader
def thumbnail(photo_id: uuid.UUID) -> Response:
    return send_object(_photo(photo_id).thumbnail_key, "image/webp", "photo.webp", seen=None)


@blueprint.get("/photos/<uuid:photo_id>/aligned")
@gate.case_reader
def aligned(photo_id: uuid.UUID) -> Response:
    photo = _photo(photo_id)
    # Without a face that was found there is nothing aligned: the photo itself stands for it.
    seen = evidence.aligned(photo, _sketch_of(photo))
    return send_object(photo.aligned_key or photo.clean_key, "image/png", "photo.png", seen=seen)


@blueprint.get("/photos/<uuid:photo_id>/original")
@gate.case_reader
def original(photo_id: uuid.UUID) -> Response:
    """The file as it was handed in: always a download, never shown by the browser."""
    photo = _photo(photo_id)
    seen = evidence.original(photo, _sketch_of(photo))
    return send_object(photo.original_key, photo.original_mime, photo.file_name, seen=seen, download=True)


def describe(shown: Comparison) -> dict[str, object]:
    """Everything that may change by itself. ``busy`` says whether to ask again."""
    photo = shown.photo
    return {
        "busy": shown.busy,
        "photo": str(photo.id) if photo else None,
        "state": shown.job.state if shown.job else None,
        "words": shown.words,
        "eyes": shown.eyes,
        "ssim": photo.ssim if photo else None,
        "cosine": photo.cosine if photo else None,
    }


def _likeness(likeness_id: uuid.UUID) -> Likeness:
    return get_likeness(context.db(), context.account(), likeness_id)


def _photo(photo_id: uuid.UUID) -> RealPhoto:
    return get_photo(context.db(), context.account(), photo_id)


def _sketch_of(photo: RealPhoto) -> uuid.UUID:
    return context.db().get_one(Likeness, photo.likeness_id).sketch_id


def _comparison(likeness: Likeness) -> Comparison:
    return comparison(context.db(), context.account(), likeness)


def _page(likeness: Likeness, message: str = "") -> str:
    shown = _comparison(likeness)
    return render_template(
        "photos/photo.html",
        shown=shown,
        etag=etag(describe(shown)),
        called=viewing.title,
        message=message,
        max_bytes=MAX_BYTES,
    )


def _refused(likeness: Likeness, error: Refused | Conflict | ImageRefused) -> ResponseReturnValue:
    if wants_json():
        raise error
    return _page(likeness, tell(error)), getattr(error, "status", 422)


def _back_to(likeness_id: uuid.UUID, said: str | None = None) -> Response:
    return Response(status=303, headers={"Location": url_for("photos.page", likeness_id=likeness_id, said=said)})
