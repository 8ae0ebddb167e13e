"""What an endpoint takes and gives, declared beside it.

@blueprint.put("/sketches/<uuid:sketch_id>/eyes")
@gate.investigator
@gate.scope(Scope.SKETCHES_WRITE)
@operation("Say where the eyes are", body=Eyes, answer=Sketch, matched=True)
def put_eyes(sketch_id: uuid.UUID, body: Eyes) -> Sketch: ...

The decorator reads the request into ``query``, ``body`` or ``form`` and writes what the view gives back;
app.api.v1.document makes the OpenAPI document of the same declarations.
"""

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Flask, Response, request

from app import context
from app.api.v1 import reading

MARK = "__operation__"
View = Callable[..., Any]


class In(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a request holds: an unknown field is a mistake that its sender should hear of."""


class Out(msgspec.Struct, kw_only=True):
    """What an answer holds. Readers must let pass what they do not know: fields are added without a new version."""


@dataclass(frozen=True)
class Media:
    """An answer that is a file, of one of these types."""

    types: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Operation:
    """``upload`` names the field of the file beside ``form``. ``keyed``: takes an Idempotency-Key. ``matched``: wants
    If-Match. ``paged``: has a Link to what follows. ``refusals`` beside those that follow from the rest."""

    summary: str
    answer: type[Out] | Media
    status: HTTPStatus = HTTPStatus.OK
    query: type[In] | None = None
    body: type[In] | None = None
    form: type[In] | None = None
    upload: str = "file"
    upload_types: tuple[str, ...] = ()
    upload_words: str = ""
    keyed: bool = False
    matched: bool = False
    paged: bool = False
    located: bool = False
    refusals: tuple[HTTPStatus, ...] = ()


def operation(summary: str, answer: type[Out] | Media, **facts: Any) -> Callable[[View], View]:
    described = Operation(summary, answer, **facts)

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def run(**values: Any) -> Response:
            if described.query is not None:
                values["query"] = reading.query(described.query)
            if described.body is not None:
                values["body"] = reading.body(described.body)
            if described.form is not None:
                values["form"] = reading.form(described.form, described.upload)
            if described.keyed:
                reading.check_key()
            given = view(**values)
            return given if isinstance(given, Response) else _written(described, given)

        setattr(run, MARK, described)
        return run

    return decorate


def operation_of(app: Flask, endpoint: str) -> Operation | None:
    found: Operation | None = getattr(app.view_functions[endpoint], MARK, None)
    return found


def etag(shown: Out) -> str:
    """Names this very state of a record: the sha256 of what is shown of it, shortened."""
    return hashlib.sha256(msgspec.json.encode(shown)).hexdigest()[:32]


def _written(described: Operation, given: Out | tuple[Out, dict[str, str]]) -> Response:
    shown, headers = given if isinstance(given, tuple) else (given, {})
    response = Response(msgspec.json.encode(shown), described.status, headers, mimetype="application/json")
    response.set_etag(etag(shown))
    if request.method in context.SAFE_METHODS:
        response.make_conditional(request)
    return response
