"""Requests of the studio that a client may send again, under an ``Idempotency-Key``."""

import hashlib
import secrets
from collections.abc import Sequence

from flask import Response, g, request
from werkzeug.datastructures import FileStorage

from app import context, idempotency
from app.idempotency import Asked
from app.studio.blueprint import blueprint

HEADER, FIELD, REPLAY = "Idempotency-Key", "idempotency_key", "Idempotent-Replay"


def asked(*body: object) -> Asked | None:
    """This request, if it has a key: in the header, or in the field that our own forms fill in. Raises Refused."""
    key = request.headers.get(HEADER) or request.form.get(FIELD)
    return idempotency.asked(context.account().id, key, request.endpoint, *body)


def parts(whole: Asked | None, count: int) -> list[Asked | None]:
    """The request for each of several files, which are done one by one: a repeat does those that are missing.

    The whole request takes its key first, so that another one with it is refused before anything is done. Raises
    KeyReused.
    """
    if whole is None or count < 2:
        return [whole] * count
    db = context.db()
    idempotency.once(db, whole, list)
    db.info["replayed"] = False  # what counts is whether a file's sketch is
    return [whole.part(str(number)) for number in range(count)]


def digests(files: Sequence[FileStorage]) -> list[str]:
    """The sha256 of each file, which is left at its start."""
    found = []
    for file in files:
        digest = hashlib.sha256()
        while chunk := file.stream.read(2**20):
            digest.update(chunk)
        found.append(digest.hexdigest())
        file.stream.seek(0)
    return found


@blueprint.app_template_global()
def new_key() -> str:
    """For a form: every page has another, so pressing its button twice is one request and a new page a new one."""
    return secrets.token_urlsafe(18)


@blueprint.after_request
def say_replayed(response: Response) -> Response:
    if "db" in g and g.db.info.get("replayed"):
        response.headers[REPLAY] = "true"
    return response
