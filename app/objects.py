"""Answers that are stored objects."""

from collections.abc import Iterator
from typing import BinaryIO

import structlog
from flask import Response, request

from app import context, custody
from app.custody.looking import Evidence, look
from app.security import OBJECT_CSP
from app.storage import DamagedObject, MissingObject, split_key

log = structlog.get_logger(__name__)

CHUNK = 64 * 2**10


def send_object(key: str, mime: str, file_name: str, *, seen: Evidence | None, download: bool = False) -> Response:
    """The object as an answer that this browser alone may keep, and shows again only after asking: whoever may
    no longer see it does not, and whoever may is told by its sha256 that nothing has changed.

    Whoever calls this has made sure that the asker may see it, and says what evidence is ``seen`` by it, None for a
    thumbnail; being told that nothing has changed is looking too. Nothing is sent before all of it was checked.
    """
    if seen is not None:
        note_look(seen, taken=download)
    digest = split_key(key)[1]
    unchanged = request.if_none_match.contains_weak(digest)
    response = Response(status=304) if unchanged else _content(key)
    response.set_etag(digest)
    response.mimetype = mime
    response.headers["Content-Security-Policy"] = OBJECT_CSP
    response.headers["Cache-Control"] = "private, no-cache"
    how = "attachment" if download else "inline"
    response.headers.set("Content-Disposition", how, filename=file_name)
    return response


def note_look(seen: Evidence, *, taken: bool) -> None:
    """Record that whoever is asking looks at this evidence or takes it away, before any of it is sent."""
    db = context.db()
    look(db, context.services().database, custody.acting(db), seen, taken=taken)


def _content(key: str) -> Response:
    try:
        file = context.store().open(key)
    except (MissingObject, DamagedObject) as error:
        log.error("object_lost", key=key, kind=type(error).__name__)
        raise
    response = Response(_chunks(file))
    response.content_length = file.seek(0, 2)
    response.call_on_close(file.close)
    file.seek(0)
    return response


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
