"""The OpenAPI 3.1 document, made of what the endpoints declare; it says nothing that the code does not do."""

import json
import re
from collections.abc import Iterator

import msgspec
from flask import Flask, Response, current_app, request
from werkzeug.routing import Rule

from app import gate
from app.api.v1.blueprint import blueprint
from app.api.v1.describing import JSON, REF, WORDS, Schema, describe, headers, refusal
from app.api.v1.operation import Media, Operation, operation, operation_of
from app.gate import access_of
from app.problems import Problem

ABOUT = (
    "Sketches in, likenesses out, for programs that act for a person. A likeness is computer-generated; "
    "it is not a photograph. Readers must let pass fields that they do not know: fields are added within a version."
)
_PARAMETER = re.compile(r"<(?:uuid:)?(\w+)>")


def operations(app: Flask) -> Iterator[tuple[Rule, str, Operation]]:
    """Every endpoint of the API with its method, by address. Raises RuntimeError for one that does not describe
    itself."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        if not rule.endpoint.startswith(f"{blueprint.name}."):
            continue
        described = operation_of(app, rule.endpoint)
        if described is None:
            raise RuntimeError(f"{rule.endpoint} does not say what it takes and gives.")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, described


def build(app: Flask) -> Schema:
    """The document. Raises RuntimeError, see ``operations``."""
    paths: Schema = {}
    kinds: set[type] = {Problem}
    for rule, method, described in operations(app):
        access = access_of(app, rule.endpoint)
        if access is None:
            continue  # and nobody may call it
        path = paths.setdefault(_PARAMETER.sub(r"{\1}", rule.rule), {})
        path[method.lower()] = describe(rule.endpoint, method, sorted(rule.arguments), described, access)
        kinds |= {kind for kind in (described.answer, described.body) if isinstance(kind, type)}
    _, schemas = msgspec.json.schema_components(sorted(kinds, key=lambda kind: kind.__name__), ref_template=REF)
    return {
        "openapi": "3.1.1",
        "info": {"title": "Semblance", "version": "1", "description": ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": headers(),
            "responses": {status.name: refusal(status) for status in WORDS},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


@blueprint.get("/openapi.json")
@gate.public
@operation("This document", Media((JSON,), "OpenAPI 3.1."))
def openapi() -> Response:
    response = Response(json.dumps(build(current_app), indent=1), mimetype=JSON)
    response.add_etag()
    response.make_conditional(request)
    return response
