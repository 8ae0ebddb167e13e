"""The API's blueprint, and what every answer of it carries."""

from flask import Blueprint, Response, g

from app.errors import ScopeMissing
from app.gate import API
from app.studio.repeats import say_replayed

PREFIX = f"{API}v1"
blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
blueprint.after_request(say_replayed)


@blueprint.after_request
def challenge(response: Response) -> Response:
    """Says how to be let in (RFC 6750, section 3)."""
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="semblance"'
    elif isinstance(error := g.get("refusal"), ScopeMissing):
        response.headers["WWW-Authenticate"] = (
            f'Bearer realm="semblance", error="insufficient_scope", scope="{error.scope}"'
        )
    return response
