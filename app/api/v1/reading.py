"""Reading a request into a declared type. Whatever does not fit is refused with the place and what was expected."""

import re
import uuid
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.errors import BadRequest, Refused, UnsupportedBody
from app.idempotency import KEY
from app.studio.repeats import HEADER

Read = TypeVar("Read")

# NUL as JSON writes it. Databases disagree about it in text, and no field of ours has a use for it.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def body(kind: type[Read]) -> Read:
    """Raises UnsupportedBody, BadRequest for what is no JSON, and Refused for JSON that is not of this kind."""
    if request.mimetype != "application/json":
        raise UnsupportedBody(_("Send the body as JSON, with Content-Type: application/json."))
    data = request.get_data()
    if _NUL.search(data):
        raise BadRequest(_("The request holds a sign that cannot be kept. Remove it and try again."))
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        raise Refused(_words(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadRequest(_("The body is not valid JSON.")) from None


def query(kind: type[Read]) -> Read:
    """Raises Refused."""
    return fields(request.args, kind)


def form(kind: type[Read], file: str) -> Read:
    """The text fields of a multipart form whose only file is ``file``. Raises UnsupportedBody and Refused."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedBody(_("Send a form with the file in the field %(field)s: multipart/form-data.", field=file))
    if list(request.files.keys()) != [file] or len(request.files.getlist(file)) != 1:
        raise Refused(_("Send one file, in the field %(field)s.", field=file))
    return fields(request.form, kind)


def check_key() -> None:
    """An empty key would be no key, and its sender take the request for one that can be sent again. Raises Refused."""
    key = request.headers.get(HEADER)
    if key is not None and not KEY.fullmatch(key):
        raise Refused(_("An Idempotency-Key must have 1 to 100 visible ASCII characters. Nothing was done."))


def fields(given: MultiDict[str, str], kind: type[Read]) -> Read:
    """Raises Refused; a field that is given twice is refused too, since one of the two would be lost."""
    if twice := [name for name, values in given.lists() if len(values) > 1]:
        raise Refused(_("Give %(field)s once.", field=twice[0][:40]))
    texts: Mapping[str, str] = given.to_dict()
    try:
        return msgspec.convert(texts, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(_words(error)) from None


def _words(error: msgspec.ValidationError) -> str:
    return str(_("What was sent does not fit: %(where)s. Nothing was done.", where=str(error)[:300]))


def identity(text: str) -> uuid.UUID | None:
    """None for an empty text; forms leave fields empty rather than out."""
    return uuid.UUID(text) if text else None
