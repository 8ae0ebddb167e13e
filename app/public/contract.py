"""What programs may ask of this surface and what they are answered, as an OpenAPI 3.1 document at `/openapi.json`."""

import functools
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response, request

from app import gate
from app.languages.names import NAMES
from app.problems import PROBLEM, Problem
from app.public import feed, machine, misp
from app.public.answers import answer, open_to_others
from app.public.blueprint import blueprint
from app.public.shape import Misp, Notices, OneNotice
from models import Category

Schema = dict[str, Any]
JSON, ATOM = "application/json", "application/atom+xml"
REF = "#/components/schemas/{name}"
ABOUT = (
    "The notices that are current, for programs: no key, no cookie. Pictures are computer-generated likenesses, not "
    "photographs. Whoever shows a notice elsewhere asks again at least every minute, with If-None-Match, and takes "
    "down what is no longer there. Readers must let pass fields that they do not know."
)
WORDS = {
    HTTPStatus.NOT_MODIFIED: "It is what If-None-Match names.",
    HTTPStatus.BAD_REQUEST: "What was sent cannot be read.",
    HTTPStatus.NOT_FOUND: "There never was such a notice.",
    HTTPStatus.CONFLICT: "A picture of it is damaged, and is not sent.",
    HTTPStatus.GONE: "The notice is over; nothing says why. Take down what you show of it.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A filter, or a place in the list, that cannot be.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Something that it relies on is away; ask again after Retry-After.",
}
OPEN = {"const": "", "description": "Left open, as forms send it."}
DAY = {"anyOf": [{"type": "string", "format": "date"}, OPEN]}
FILTERS: dict[str, tuple[str, Schema]] = {
    "q": ("Words that must all occur in it, also inside longer ones.", {"type": "string"}),
    "area": ("The same, of its area alone.", {"type": "string"}),
    "category": ("Why the public is asked.", {"anyOf": [{"enum": list(Category)}, OPEN]}),
    "from": ("It happened on this day or later.", DAY),
    "to": ("It happened on this day or before.", DAY),
    "after": ("Goes on where an earlier answer ended; from its `next`.", {"type": "string"}),
}
ALWAYS = (HTTPStatus.NOT_MODIFIED, HTTPStatus.BAD_REQUEST, HTTPStatus.SERVICE_UNAVAILABLE)
NOT_FOUND, CONFLICT, GONE = HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.GONE
UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
ETAG = {"description": "Names this very answer, for If-None-Match.", "schema": {"type": "string"}}
SLUG = {"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}}
LANGUAGE = {"name": "language", "in": "path", "required": True, "schema": {"type": "string", "enum": list(NAMES)}}


@blueprint.get("/openapi.json")
@gate.public
def openapi() -> Response:
    return open_to_others(answer(_document(request.script_root or "/"), JSON))


@functools.cache
def _document(root: str) -> str:
    return json.dumps(document(root), indent=1)


def document(root: str) -> Schema:
    """The document of a surface whose addresses begin with ``root``."""
    schemas = msgspec.json.schema_components([Notices, OneNotice, Misp, Problem], ref_template=REF)[1]
    return {
        "openapi": "3.1.1",
        "info": {"title": "Semblance: public notices", "version": "1", "description": ABOUT},
        "servers": [{"url": root}],
        "security": [],
        "paths": {
            "/notices.json": _path(machine.notices, "List the current notices", Notices, _filters(), UNPROCESSABLE),
            "/notices/{slug}.json": _path(machine.one_notice, "Read a notice", OneNotice, [SLUG], NOT_FOUND, GONE),
            "/notices/{slug}/misp.json": _path(
                misp.misp, "Read a notice as an event of MISP", Misp, [SLUG], NOT_FOUND, GONE, CONFLICT
            ),
            f"/{{language}}/{feed.PATH}": _path(
                feed.feed, "The newest notices as an Atom feed", None, [LANGUAGE], NOT_FOUND
            ),
            "/openapi.json": _path(openapi, "This document", dict, []),
        },
        "components": {"schemas": schemas, "responses": {status.name: _refusal(status) for status in WORDS}},
    }


def _filters() -> list[Schema]:
    return [
        {"name": name, "in": "query", "description": words, "schema": kind} for name, (words, kind) in FILTERS.items()
    ]


def _path(
    view: Callable[..., Response], summary: str, told: type | None, parameters: list[Schema], *refusals: HTTPStatus
) -> Schema:
    """The Path Item Object of an address that gives ``told`` as JSON, or for None a feed."""
    content = {JSON: {"schema": msgspec.json.schema_components([told], ref_template=REF)[0][0]}} if told else {ATOM: {}}
    responses: Schema = {"200": {"description": "OK", "headers": {"ETag": ETAG}, "content": content}}
    for status in sorted({*ALWAYS, *refusals}):
        responses[str(int(status))] = {"$ref": f"#/components/responses/{status.name}"}
    said = {"operationId": view.__name__, "summary": summary, "parameters": parameters, "responses": responses}
    return {"get": said}


def _refusal(status: HTTPStatus) -> Schema:
    found: Schema = {"description": WORDS[status]}
    if status != HTTPStatus.NOT_MODIFIED:
        found["content"] = {PROBLEM: {"schema": {"$ref": REF.format(name="Problem")}}}
    return found
