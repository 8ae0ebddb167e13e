"""The one place that turns what went wrong into a page or a JSON problem."""

import traceback
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from app.database import is_full, is_unreachable
from app.errors import DISK_FULL, WORDS, AppError
from app.gate import API
from app.languages.telling import tell, told
from imaging.decode import ImageRefused

log = structlog.get_logger(__name__)

PROBLEM = "application/problem+json"
RETRY_AFTER = 5
"""Seconds: what is away is tried again by itself after that."""


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What went wrong, for a person in ``detail`` (RFC 9457). ``code`` is there where a program can do something about
    it; ``request_id`` is what an operator finds it by."""

    title: str
    status: int
    detail: str
    request_id: str
    code: str = ""


def wants_json() -> bool:
    """Whether the asker is a script: it accepts JSON rather than a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json", PROBLEM])
    return (
        request.path.endswith((".json", ".atom"))
        or request.path.startswith(API)
        or best in ("application/json", PROBLEM)
    )


def problem(status: int, message: str, code: str = "", way: tuple[str, str] | None = None) -> Response:
    """The answer for an error, as a page or as an RFC 9457 problem; ``way`` leads on: an address and its words."""
    known = HTTPStatus(status)
    facts: dict[str, Any] = {"title": known.phrase, "status": int(known), "detail": message, "code": code}
    facts["request_id"] = g.get("request_id", "")
    if wants_json():
        response = jsonify(msgspec.to_builtins(Problem(**facts)))
        response.mimetype = PROBLEM
    else:
        response = make_response(render_template("error.html", way=way, **facts))
    response.status_code = int(known)
    if known == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _from_http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if error.response is not None:  # a redirect that werkzeug made
        return make_response(error.response)
    if isinstance(error, RequestEntityTooLarge):
        linger()
    response = problem(status, told(WORDS.get(status, error.description or status.phrase)))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def linger(most: int = 64 * 2**20) -> None:
    """Swallow the rest of a refused upload, within bounds: closing on a browser that is still
    sending shows it a broken connection instead of the sentence that explains."""
    stream = request.environ.get("wsgi.input")
    left = min(request.content_length or 0, most)
    while stream is not None and left > 0:
        chunk = stream.read(min(left, 2**16))
        if not chunk:
            break
        left -= len(chunk)


def _from_app(error: AppError) -> Response:
    g.problem, g.refusal = type(error).__name__, error
    response = problem(error.status, tell(error), error.code, error.way)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _from_image(error: ImageRefused) -> Response:
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, tell(error))


def _from_database(error: SQLAlchemyError) -> Response:
    if not is_unreachable(error):
        return _from_statement(error) if isinstance(error, DBAPIError) else _from_anything(error)
    g.problem = "DatabaseUnavailable"
    g.sign_in = None  # the page that says so must not ask again who is there
    full = is_full(error)
    status = HTTPStatus.INSUFFICIENT_STORAGE if full else HTTPStatus.SERVICE_UNAVAILABLE
    log.error("database_failed", kind=type(getattr(error, "orig", error)).__name__, full=full)
    return problem(status, told(WORDS[status]))


def _from_statement(error: DBAPIError) -> Response:
    """Without the database's message, which quotes the row that broke a rule."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    at = f"{ours[-1].filename}:{ours[-1].lineno}" if ours else "unknown"
    g.problem = "Unexpected"
    log.error("statement_failed", kind=type(error.orig).__name__, at=at)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, told(WORDS[HTTPStatus.INTERNAL_SERVER_ERROR]))


def _from_system(error: OSError) -> Response:
    if error.errno in DISK_FULL:
        g.problem = "StorageFull"
        log.error("disk_full")
        return problem(HTTPStatus.INSUFFICIENT_STORAGE, told(WORDS[HTTPStatus.INSUFFICIENT_STORAGE]))
    return _from_anything(error)


def _from_anything(error: Exception) -> Response:
    g.problem = "Unexpected"
    log.error("unexpected_error", exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, told(WORDS[HTTPStatus.INTERNAL_SERVER_ERROR]))


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(AppError, _from_app)
    app.register_error_handler(ImageRefused, _from_image)
    app.register_error_handler(SQLAlchemyError, _from_database)
    app.register_error_handler(OSError, _from_system)
    app.register_error_handler(Exception, _from_anything)
