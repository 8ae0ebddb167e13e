"""What every request must carry and every answer does: CSRF tokens, cookies, headers."""

import hashlib
import hmac
import secrets
import uuid
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, g, request
from flask_babel import gettext as _

from app import context
from app.errors import BadRequest, Forbidden
from app.identity import devices, sessions

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
OBJECT_CSP = "default-src 'none'; frame-ancestors 'none'; sandbox"
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
log = structlog.get_logger(__name__)

VISIT_COOKIE = "semblance_visit"
MAX_STRANGERS_FORM = 64 * 2**10
MAX_JSON = 512 * 2**10
"""Enough for the longest description of a case when every sign of it is escaped."""


def csrf_token() -> str:
    """The token that this browser's forms carry in the field ``csrf_token``.

    A signed-in browser's belongs to its session, an anonymous one's to a cookie of its visit.
    """
    signed = context.sign_in()
    if signed is not None:
        return signed.csrf_token
    if "visit" not in g:
        g.visit = request.cookies.get(context.cookie_name(VISIT_COOKIE)) or secrets.token_urlsafe(32)
    return _visit_token(g.visit)


def _visit_token(visit: str) -> str:
    key = context.settings().secret_key.encode()
    return hmac.new(key, b"csrf:" + visit.encode(), hashlib.sha256).hexdigest()


def check_csrf() -> None:
    """Refuse a change that another site, or a stale page, asks for. Raises Forbidden."""
    try:
        _check_csrf()
    except Forbidden:
        log.warning("change_refused", endpoint=request.endpoint, site=request.headers.get("Sec-Fetch-Site"))
        raise


def _check_csrf() -> None:
    if request.method in context.SAFE_METHODS or request.endpoint is None or context.by_bearer():
        return
    g.forged = True
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden(_("This came from another site and was not done."))
    origin = request.headers.get("Origin")
    if origin is not None and _netloc(origin) != request.host:
        raise Forbidden(_("This came from another site and was not done."))
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not hmac.compare_digest(sent.encode(), _expected_token().encode()):
        raise Forbidden(_("This page is out of date and nothing was changed. Reload it and try again."))
    g.forged = False


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def bound_bodies() -> None:
    """Forms of people who are not signed in are small: nobody else's files are read to the end. So is all JSON."""
    if request.method in context.SAFE_METHODS:
        return
    if context.sign_in() is None:
        request.max_content_length = MAX_STRANGERS_FORM
    elif request.is_json:
        request.max_content_length = MAX_JSON


def refuse_nul() -> None:
    """Databases disagree about NUL in text, and no field of ours has a use for it. Raises BadRequest."""
    fields = (request.args, request.form) if request.method not in context.SAFE_METHODS else (request.args,)
    if any("\0" in text for field in fields for pair in field.items(multi=True) for text in pair):
        raise BadRequest(_("The request holds a sign that cannot be kept. Remove it and try again."))


def _expected_token() -> str:
    signed = context.sign_in()
    if signed is not None:
        return signed.csrf_token
    visit = request.cookies.get(context.cookie_name(VISIT_COOKIE))
    # Without a cookie there is nothing to match; a random value never does.
    return _visit_token(visit) if visit else secrets.token_hex(32)


def remember(response: Response, token: str) -> Response:
    """Give the browser the cookie of its new session, and the mark by which it is known when it comes back."""
    signed = sessions.find(context.db(), token)
    lasts = int((signed.expires_at - signed.created_at).total_seconds()) if signed else None
    _set(response, context.cookie_name(), token, lasts)
    if signed is not None and device_account() != signed.account_id:
        mark = devices.new_mark(context.settings().secret_key, signed.account_id)
        _set(response, context.cookie_name(devices.COOKIE), mark, devices.LIFETIME)
    _set(response, context.cookie_name(VISIT_COOKIE), "", 0)
    g.pop("visit", None)
    return response


def device_account() -> uuid.UUID | None:
    """Whose browser this is: the account that last signed in with it, None for a new one."""
    mark = request.cookies.get(context.cookie_name(devices.COOKIE), "")
    return devices.known_account(context.settings().secret_key, mark)


def forget(response: Response) -> Response:
    """Take the cookie of an ended session away, and what the browser kept of its pages and pictures."""
    _set(response, context.cookie_name(), "", 0)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _set(response: Response, name: str, value: str, max_age: int | None = None) -> None:
    secure = context.settings().production
    response.set_cookie(name, value, max_age, path="/", httponly=True, samesite="Lax", secure=secure)


def add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if context.settings().production:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if "visit" in g and g.visit != request.cookies.get(context.cookie_name(VISIT_COOKIE)):
        _set(response, context.cookie_name(VISIT_COOKIE), g.visit)
    return response


def init_app(app: Flask) -> None:
    app.before_request(check_csrf)
    app.before_request(refuse_nul)
    app.after_request(add_headers)
    app.jinja_env.globals["csrf_token"] = csrf_token
