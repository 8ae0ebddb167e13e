"""What the pages of this surface share: letting a form through, and drawing it again when it was not."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, Response, make_response, render_template, request

from app.errors import AppError
from app.tips import admission, fields
from app.tips.admission import FormStale, Wait
from app.tips.desk import desk
from app.tips.quota import NoRoom

blueprint = Blueprint("tips", __name__)

LANGUAGE = "/<any(en, th):language>"
SMALL = 512 * 1024
"""Bytes of a form with no files to speak of: it is read even when it is refused, so that nothing is typed twice."""

UNADMITTED = (Wait, FormStale, NoRoom)
"""What ``admit`` raises."""


def admit() -> None:
    """Before the body is read. Raises Wait, FormStale, NoRoom."""
    admission.admit(request.args)
    size = request.content_length or 0
    desk().quota.take(size, files=size > SMALL)


def typed(refused: AppError) -> Mapping[str, str]:
    """What to fill the form with again. A large body that was refused unread stays unread."""
    unread = isinstance(refused, UNADMITTED) and (request.content_length or 0) > SMALL
    return {} if unread else request.form


def page(template: str, refused: AppError | None, given: Mapping[str, str], **facts: object) -> Response:
    """A form with what was typed, and why it was not taken. One that has to wait keeps its mark: the time that it has
    been open counts."""
    waits = isinstance(refused, Wait)
    mark = request.args.get("form", "") if waits else admission.door().mark()
    field = getattr(refused, "field", None)
    arrived = [] if field == "files" else fields.arrived(given)  # else they are what is wrong
    known = {"mark": mark, "refused": refused, "field": field, "given": given, "arrived": arrived}
    response = make_response(render_template(template, **known, **facts))
    response.status_code = refused.status if refused else HTTPStatus.OK
    if isinstance(refused, Wait):
        response.headers["Retry-After"] = str(refused.seconds)
    return response
