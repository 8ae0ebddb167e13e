"""What a request may bring, and how it is read: files of a form are sealed while they arrive, and never lie in clear.

Flask's own way would write parts of more than 500 kB to a temporary file as they are.
"""

from http import HTTPStatus
from typing import IO

from flask import Flask, Request, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import LengthRequired, RequestEntityTooLarge

from app.errors import AppError, Forbidden
from app.problems import linger, problem
from app.tips import desk
from app.tips.uploads import CHUNK, Part

PLAIN = 22 * 10**6
"""Bytes of a form that is sent whole, its files included."""
FIELDS = 2 * 2**20
"""Bytes of a form's fields, without its files."""
LITTLE = 64 * 2**10
SAFE = ("GET", "HEAD", "OPTIONS")


class TipRequest(Request):
    max_form_parts = 60
    max_form_memory_size = FIELDS

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        part = Part(desk.desk().uploads, (filename or "")[:255], (content_type or "")[:100])
        g.setdefault("tip_parts", []).append(part)
        return part  # type: ignore[return-value]


def bound() -> None:
    """Before every view: how large a body may be, and that no other site sent it. Raises Forbidden,
    RequestEntityTooLarge."""
    if request.method in SAFE:
        request.max_content_length = 0
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden(_("This came from another site and was not done."))
    if request.content_length is None:
        raise LengthRequired
    most = _most()
    request.max_content_length = most
    if request.content_length > most:  # said before anything counts what was claimed
        raise RequestEntityTooLarge


def _most() -> int:
    if request.mimetype == "application/octet-stream":
        return CHUNK + 1  # at the bound itself, Werkzeug takes the end of the body for too much
    if "form" not in request.args:  # no form of ours that has anything to send
        return LITTLE
    return PLAIN if request.mimetype == "multipart/form-data" else FIELDS


def parts() -> list[Part]:
    """The files of this request's form, in their order."""
    found: list[Part] = g.get("tip_parts", [])
    return found


def _too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:  # noqa: ARG001
    linger(PLAIN)
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(TooMuch()))


class TooMuch(AppError):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self) -> None:
        super().__init__(
            _(
                "That is too much to send at once. Without scripts all files together can have 20 MB, and a text can "
                "have 100,000 characters. Send less now; more can follow with your receipt."
            )
        )


def _close(error: BaseException | None = None) -> None:  # noqa: ARG001
    for part in parts():
        part.close()


def init_app(app: Flask) -> None:
    app.request_class = TipRequest
    app.teardown_request(_close)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
