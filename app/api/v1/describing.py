"""One endpoint's declarations as OpenAPI 3.1 says them."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import msgspec

from app.api.v1.matching import ETAGS
from app.api.v1.operation import In, Media, Operation
from app.gate import Access
from app.idempotency import KEY
from app.problems import PROBLEM, Problem

Schema = dict[str, Any]
JSON = "application/json"
REF = "#/components/schemas/{name}"
SAFE = ("GET", "HEAD")


HEADERS: dict[str, tuple[str, str]] = {
    "X-Request-ID": ("string", "What an operator finds this request by."),
    "RateLimit-Policy": ("string", "How many requests are taken in how many seconds."),
    "RateLimit": ("string", "How many are left, and in how many seconds there is room for all again."),
    "Retry-After": ("integer", "Seconds after which to ask again."),
    "ETag": ("string", "Names this very state of it: for If-None-Match, and for If-Match in a change."),
    "Location": ("string", "Where what was made is read."),
    "Link": ("string", 'The next page, with rel="next"; not there on the last one.'),
    "Idempotent-Replay": ("string", "`true` when this request had been executed before."),
    "WWW-Authenticate": ("string", "What is needed to be let in."),
}
WORDS = {
    HTTPStatus.NOT_MODIFIED: "It is what If-None-Match names.",
    HTTPStatus.BAD_REQUEST: "What was sent cannot be read.",
    HTTPStatus.UNAUTHORIZED: "No token, or one that does not work, or not any more.",
    HTTPStatus.FORBIDDEN: "The account's roles, or the token's scopes, do not allow it.",
    HTTPStatus.NOT_FOUND: "It is not there, or not for these eyes: the two look the same.",
    HTTPStatus.CONFLICT: "It is not in the state for that.",
    HTTPStatus.PRECONDITION_FAILED: "It was changed since it was read.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "More than is taken at once.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Another type of body is wanted.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Understood and refused; the detail says why.",
    HTTPStatus.PRECONDITION_REQUIRED: "If-Match is missing.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too often in a short time.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Something that it relies on is away; try again.",
    HTTPStatus.INSUFFICIENT_STORAGE: "There is no room left; nothing was kept.",
}
ALWAYS = ("X-Request-ID", "RateLimit-Policy", "RateLimit")
MATCH = '"0123456789abcdef0123456789abcdef" from ETag, or * for whatever is there.'
KEY_WORDS = "A key of your own choosing for this request: sent again with it, it is not executed again for 24 hours."


def describe(endpoint: str, method: str, arguments: list[str], described: Operation, access: Access) -> Schema:
    """The Operation Object of one method of one address."""
    found: Schema = {
        "operationId": endpoint.partition(".")[2],
        "summary": described.summary,
        "parameters": list(_parameters(arguments, described)),
        "responses": dict(_responses(method, bool(arguments), described, access)),
    }
    if access.anonymous:
        found["security"] = []
    else:
        found["security"] = [{"token": [access.scope] if access.scope else []}]
        found["description"] = _who(access)
    if body := _body(described):
        found["requestBody"] = {"required": True, "content": body}
    return found


def schema(kind: type) -> Schema:
    """Of a type itself, with what it is made of by reference."""
    (found,), _ = msgspec.json.schema_components([kind], ref_template=REF)
    return found


def _who(access: Access) -> str:
    roles = " or ".join(sorted(access.roles)) or "anybody with an account"
    return f"For {roles}; a token needs {f'the scope `{access.scope}`' if access.scope else 'no scope'}."


def _parameters(arguments: list[str], described: Operation) -> Iterator[Schema]:
    for name in arguments:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    if described.query is not None:
        yield from _fields(described.query)
    if described.matched:
        yield _header("If-Match", MATCH, required=True, schema={"type": "string", "pattern": ETAGS, "examples": ["*"]})
    if described.keyed:
        yield _header("Idempotency-Key", KEY_WORDS, schema={"type": "string", "pattern": f"^{KEY.pattern}$"})


def _header(name: str, words: str, *, required: bool = False, schema: Schema) -> Schema:
    return {"name": name, "in": "header", "description": words, "required": required, "schema": schema}


def _fields(kind: type[In]) -> Iterator[Schema]:
    properties = _inline(kind)["properties"]
    for name, facts in properties.items():
        words = facts.pop("description", "")
        yield {"name": name, "in": "query", "description": words, "required": False, "schema": facts}


def _inline(kind: type[In]) -> Schema:
    _, components = msgspec.json.schema_components([kind], ref_template=REF)
    found: Schema = components[kind.__name__]
    return found


def _body(described: Operation) -> Schema:
    if described.body is not None:
        return {JSON: {"schema": schema(described.body)}}
    if described.form is None:
        return {}
    form = _inline(described.form)
    file = {"type": "string", "contentMediaType": "application/octet-stream", "description": described.upload_words}
    form["properties"] = {described.upload: file, **form["properties"]}
    form["required"] = [described.upload, *form["required"]]
    encoding = {described.upload: {"contentType": ", ".join(described.upload_types)}}
    return {"multipart/form-data": {"schema": form, "encoding": encoding}}


def _responses(method: str, named: bool, described: Operation, access: Access) -> Iterator[tuple[str, Schema]]:
    yield str(int(described.status)), _success(described)
    for status in refusals(method, named, described, access):
        yield str(int(status)), {"$ref": f"#/components/responses/{status.name}"}


def _success(described: Operation) -> Schema:
    answer = described.answer
    names = [*ALWAYS, *(["Location"] if described.located else []), *(["Link"] if described.paged else [])]
    names += ["Idempotent-Replay"] if described.keyed else []
    if isinstance(answer, Media):
        content: Schema = {kind: {} for kind in answer.types}
        words = answer.words
    else:
        names.append("ETag")
        content, words = {JSON: {"schema": schema(answer)}}, described.status.phrase
    return {"description": words, "headers": references(names), "content": content}


def refusals(method: str, named: bool, described: Operation, access: Access) -> list[HTTPStatus]:
    """Every other status that may come, in their order."""
    found = {HTTPStatus.BAD_REQUEST, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, *described.refusals}
    takes = described.body is not None or described.form is not None
    found |= {HTTPStatus.NOT_MODIFIED} if method in SAFE else {HTTPStatus.INSUFFICIENT_STORAGE}
    found |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} if not access.anonymous else set()
    found |= {HTTPStatus.NOT_FOUND} if named else set()
    # What is stored can turn out to be damaged, and is then not sent.
    found |= {HTTPStatus.CONFLICT} if isinstance(described.answer, Media) and named else set()
    found |= {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED} if described.matched else set()
    found |= {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE} if takes else set()
    found |= {HTTPStatus.UNPROCESSABLE_ENTITY} if takes or described.query or described.keyed else set()
    return sorted(found)


def refusal(status: HTTPStatus) -> Schema:
    """The Response Object of a status that is no success."""
    names = list(ALWAYS)
    names += ["WWW-Authenticate"] if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) else []
    names += ["Retry-After"] if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE) else []
    found: Schema = {"description": WORDS[status], "headers": references(names)}
    if status != HTTPStatus.NOT_MODIFIED:
        found["content"] = {PROBLEM: {"schema": schema(Problem)}}
    return found


def references(names: list[str]) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def headers() -> Schema:
    """The Header Objects that answers refer to."""
    return {name: {"description": words, "schema": {"type": kind}} for name, (kind, words) in HEADERS.items()}
