"""Large files, in pieces: a script begins a file, sends it piece by piece, and asks how far it came after a bad line.

``POST uploads`` answers with an id and a key; ``POST uploads/<id>`` takes a piece, with the headers Upload-Key and
Upload-Offset; ``GET uploads/<id>`` tells the offset. A tip then names its files by id and key.
"""

import uuid
from http import HTTPStatus

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from app import gate
from app.errors import BadRequest
from app.tips import admission
from app.tips.admission import FormStale
from app.tips.answers import LANGUAGE, blueprint
from app.tips.desk import desk
from app.tips.forms import solved
from app.tips.uploads import CHUNK, MOST, Misplaced, key_text, read_key
from imaging.words import N_

WORK_FOR_FILES = 40
"""Files that one form's work is good for."""
BEGUN, ALL_BEGUN = (60, 600.0), (1200, 600.0)
"""How many files one network, and everybody together, may begin in how many seconds."""


@blueprint.post(f"{LANGUAGE}/uploads")
@gate.public
def begin_upload(language: str) -> ResponseReturnValue:  # noqa: ARG001
    """A file that comes in pieces, for a form whose work is done. Raises FormStale, TooManyRequests."""
    here, mark = admission.door(), request.args.get("form", "")
    form = here.forms.read(mark)
    if form is None or not solved(mark, form.bits, request.args.get("work", "")):
        raise FormStale
    admission.limited(f"files {form.nonce}", WORK_FOR_FILES, 3600, everybody=True)
    admission.limited("begun", *BEGUN)
    admission.limited("all begun", *ALL_BEGUN, everybody=True)
    desk().tidy()
    name, key = desk().uploads.begin()
    return jsonify(id=name, key=key_text(key), piece=CHUNK, most=MOST)


@blueprint.get(f"{LANGUAGE}/uploads/<uuid:upload>")
@gate.public
def upload_progress(language: str, upload: uuid.UUID) -> ResponseReturnValue:  # noqa: ARG001
    """How many bytes have arrived. Raises Gone."""
    return jsonify(offset=desk().uploads.progress(str(upload), _upload_key()).size)


@blueprint.post(f"{LANGUAGE}/uploads/<uuid:upload>")
@gate.public
def upload_piece(language: str, upload: uuid.UUID) -> ResponseReturnValue:  # noqa: ARG001
    """The next piece, which must begin where the file ends so far. Raises Gone, TooLarge, NoRoom, BadRequest."""
    admission.limited("pieces", 600, 600)
    offset = request.headers.get("Upload-Offset", "")
    if not offset.isascii() or not offset.isdigit() or len(offset) > 12:
        raise BadRequest(N_("The piece does not say where it belongs."))
    key = _upload_key()
    desk().uploads.progress(str(upload), key)
    desk().quota.check(request.content_length or 0, files=True)
    try:
        size = desk().uploads.append(str(upload), key, int(offset), request.stream)
    except Misplaced as error:
        return jsonify(offset=error.size), HTTPStatus.CONFLICT
    desk().quota.count(size - int(offset))  # what arrived: whoever only says how much would use up the day
    return jsonify(offset=size)


def _upload_key() -> bytes:
    return read_key(request.headers.get("Upload-Key", ""))
