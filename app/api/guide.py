"""The page that says how a program uses the JSON API."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, current_app, render_template

from app import gate
from app.api.v1.document import operations
from app.gate import access_of

blueprint = Blueprint("guide", __name__)

EXAMPLES = Path(__file__).parent / "examples"


@dataclass(frozen=True)
class Line:
    """One endpoint for a person to read."""

    method: str
    address: str
    summary: str
    scope: str


@blueprint.get("/api")
@gate.signed_in
def page() -> str:
    return render_template(
        "api/guide.html",
        lines=_lines(current_app),
        examples=[("curl", example("likeness.sh")), ("Python", example("likeness.py"))],
    )


@functools.cache
def example(name: str) -> str:
    return (EXAMPLES / name).read_text(encoding="utf-8").strip()


def _lines(app: Flask) -> Sequence[Line]:
    found = []
    for rule, method, described in operations(app):
        access = access_of(app, rule.endpoint)
        address = rule.rule.replace("<uuid:", "{").replace(">", "}")
        found.append(Line(method, address, described.summary, (access.scope or "") if access else ""))
    return found
