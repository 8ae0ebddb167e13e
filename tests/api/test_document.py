"""The OpenAPI document says what the code does: every endpoint, every field, and what holds for all."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.openapi.checks import JsonSchemaError

from app import create_app, gate
from app.api.v1.document import build
from app.settings import Settings
from tests.api.program import Program

DOCUMENT = "/api/v1/openapi.json"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One is enough here."""
    return f"sqlite:///{tmp_path / 'records.db'}"


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get(DOCUMENT)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json  # type: ignore[assignment]
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, one) for path, some in document["paths"].items() for method, one in some.items()]


def test_it_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_it_has_every_endpoint_and_no_other(app: Flask, document: dict[str, Any]) -> None:
    there = {
        (re.sub(r"<uuid:(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(gate.API)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, _ in operations(document)} == there


def test_an_endpoint_that_does_not_describe_itself_has_no_document(settings: Settings) -> None:
    app = create_app(settings)
    app._got_first_request = False
    app.add_url_rule("/api/v1/silent", "api.silent", gate.any_scope(gate.signed_in(lambda: Response())))
    with app.app_context(), pytest.raises(RuntimeError, match=r"api\.silent"):
        build(app)


def test_every_post_takes_a_key_and_every_change_of_a_record_what_was_seen(document: dict[str, Any]) -> None:
    for path, method, one in operations(document):
        headers = {name["name"] for name in one["parameters"] if name["in"] == "header"}
        if method == "post":
            assert "Idempotency-Key" in headers, path
        if method == "patch" or path.endswith("/eyes"):
            assert "If-Match" in headers, path


def test_every_body_refuses_what_it_does_not_know(document: dict[str, Any]) -> None:
    """And every answer lets pass: fields are added within a version."""
    schemas, bodies = document["components"]["schemas"], 0
    for path, _, one in operations(document):
        for content in one.get("requestBody", {}).get("content", {}).values():
            schema = content["schema"]
            schema = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
            assert schema["additionalProperties"] is False, path
            bodies += 1
        success = next(iter(one["responses"].values()))
        for content in success.get("content", {}).values():
            if "$ref" in content.get("schema", {}):
                assert "additionalProperties" not in schemas[content["schema"]["$ref"].rpartition("/")[2]]
    assert bodies >= 4


def test_every_refusal_is_a_problem(document: dict[str, Any]) -> None:
    responses = document["components"]["responses"]
    for path, method, one in operations(document):
        for status, found in one["responses"].items():
            if int(status) >= 400:
                refusal = responses[found["$ref"].rpartition("/")[2]]
                assert list(refusal["content"]) == ["application/problem+json"], (path, method, status)


def test_every_protected_endpoint_names_its_scope(app: Flask, document: dict[str, Any]) -> None:
    open_to_all = [path for path, _, one in operations(document) if one["security"] == []]
    assert open_to_all == [DOCUMENT]
    for path, method, one in operations(document):
        access = gate.access_of(app, f"api.{one['operationId']}")
        assert access is not None
        if not access.anonymous:
            assert one["security"] == [{"token": [access.scope] if access.scope else []}], (path, method)


def test_it_is_the_same_every_time_and_is_asked_for_once(app: Flask) -> None:
    first = app.test_client().get(DOCUMENT)
    again = app.test_client().get(DOCUMENT, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, first.data) == (304, app.test_client().get(DOCUMENT).data)


def test_an_answer_that_it_does_not_describe_is_noticed(program: Program) -> None:
    """Or every other test here would believe whatever comes."""
    answer = program.client.get("/api/v1/me", headers={"Authorization": f"Bearer {program.token}"})
    program.check("GET", "/api/v1/me", answer)
    answer.set_data(json.dumps({**(answer.json or {}), "id": 7}))
    with pytest.raises(JsonSchemaError, match="violates schema"):
        program.check("GET", "/api/v1/me", answer)
    del answer.headers["ETag"]
    with pytest.raises(AssertionError, match="left out"):
        program.check("GET", "/api/v1/me", answer)
    answer.mimetype = "text/html"
    with pytest.raises(AssertionError, match="gave text/html"):
        program.check("GET", "/api/v1/me", answer)
    answer.status_code = 418
    with pytest.raises(AssertionError, match="gave 418"):
        program.check("GET", "/api/v1/me", answer)
