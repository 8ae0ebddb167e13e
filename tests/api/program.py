"""A program that asks the API with a token, and believes no answer that the OpenAPI document does not describe."""

import functools
import io
import re
import uuid
from collections.abc import Mapping
from typing import Any

import schemathesis
from flask import Flask
from schemathesis.specs.openapi.schemas import OpenApiSchema
from werkzeug.test import TestResponse

from app.api.v1.document import build

ROOT = "/api/v1"
SOMETIMES = {"Link", "Idempotent-Replay", "WWW-Authenticate", "RateLimit", "RateLimit-Policy", "Retry-After"}
"""Headers that need not be there: on the last page, the first time, for a role, where limits are off or not reached."""
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@functools.cache
def contract(app: Flask) -> OpenApiSchema:
    with app.app_context():
        return schemathesis.openapi.from_dict(build(app))


class Program:
    def __init__(self, app: Flask, token: str, document: OpenApiSchema) -> None:
        self.app, self.token, self.document = app, token, document
        self.client = app.test_client(use_cookies=False)

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, **what: Any) -> TestResponse:
        """``path`` is below /api/v1, or a link from an answer."""
        address = path if path.startswith(ROOT) else ROOT + path
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        answer = self.client.open(address, method=method, headers=sent, **what)
        self.check(method, address.partition("?")[0], answer)
        return answer

    def check(self, method: str, address: str, answer: TestResponse) -> None:
        """Status, headers, type and body are those of the document, or this fails."""
        template = self.template(address)
        assert template is not None, f"{address} is not in the document"
        described = self.responses(template, method)
        assert str(answer.status_code) in described, f"{method} {template} gave {answer.status_code}: {answer.text}"
        expected = described[str(answer.status_code)]
        if answer.status_code != 304:
            assert answer.mimetype in expected["content"], f"{method} {template} gave {answer.mimetype}"
        missing = set(expected["headers"]) - SOMETIMES - set(answer.headers.keys())
        assert not missing, f"{method} {template} left out {missing}"
        self.document[template][method].validate_response(answer)

    def responses(self, template: str, method: str) -> dict[str, Any]:
        """What is described of each status."""
        raw = self.document.raw_schema
        shared, own = raw["components"]["responses"], raw["paths"][template][method.lower()]["responses"]
        named = {status: one.get("$ref", "").rpartition("/")[2] for status, one in own.items()}
        return {status: shared[named[status]] if named[status] else one for status, one in own.items()}

    def template(self, address: str) -> str | None:
        pattern = _ID.sub("{}", address)
        return next((path for path in self.document if re.sub(r"\{\w+\}", "{}", path) == pattern), None)

    def get(self, path: str, **what: Any) -> TestResponse:
        return self.ask("GET", path, **what)

    def post(self, path: str, **what: Any) -> TestResponse:
        return self.ask("POST", path, **what)

    def put(self, path: str, **what: Any) -> TestResponse:
        return self.ask("PUT", path, **what)

    def patch(self, path: str, **what: Any) -> TestResponse:
        return self.ask("PATCH", path, **what)

    def delete(self, path: str, **what: Any) -> TestResponse:
        return self.ask("DELETE", path, **what)

    def hand_in(
        self, png: bytes, name: str = "sketch.png", headers: Mapping[str, str] | None = None, **fields: str
    ) -> TestResponse:
        return self.post("/sketches", data={"file": (io.BytesIO(png), name), **fields}, headers=headers)


def nobody() -> str:
    """The id of nothing."""
    return str(uuid.uuid4())
