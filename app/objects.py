"""Answers that are stored objects."""

from flask import Response, make_response, request

from app import context
from app.security import OBJECT_CSP
from app.storage import split_key

MAX_AGE = 3600


def send_object(key: str, mime: str, file_name: str, *, download: bool = False) -> Response:
    """The object as an answer that this browser alone may keep, told apart by its sha256.

    Whoever calls this has made sure that the asker may see it.
    """
    digest = split_key(key)[1]
    unchanged = request.if_none_match.contains_weak(digest)
    response = make_response(b"" if unchanged else context.store().get(key))
    response.status_code = 304 if unchanged else 200
    response.set_etag(digest)
    response.mimetype = mime
    response.headers["Content-Security-Policy"] = OBJECT_CSP
    response.headers["Cache-Control"] = f"private, max-age={MAX_AGE}"
    how = "attachment" if download else "inline"
    response.headers.set("Content-Disposition", how, filename=file_name)
    return response
