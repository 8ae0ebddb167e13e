"""What every request must carry and every answer does: CSRF tokens, cookies, headers."""

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from app import context
from app.errors import Forbidden
from app.identity.sessions import LIFETIME

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
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
VISIT_COOKIE = "semblance_visit"


def csrf_token() -> str:
    """The token that this browser's forms carry in the field ``csrf_token``.

    A signed-in browser's belongs to its session, an anonymous one's to a cookie of its visit.
    """
    signed = context.sign_in()
    if signed is not None:
        return signed.csrf_token
    if "visit" not in g:
        g.visit = request.cookies.get(VISIT_COOKIE) or secrets.token_urlsafe(32)
    return _visit_token(g.visit)


def _visit_token(visit: str) -> str:
    key = context.settings().secret_key.encode()
    return hmac.new(key, b"csrf:" + visit.encode(), hashlib.sha256).hexdigest()


def check_csrf() -> None:
    """Refuse a change that another site, or a stale page, asks for. Raises Forbidden."""
    if request.method in context.SAFE_METHODS or request.endpoint is None:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("This came from another site and was not done.")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Forbidden("This came from another site and was not done.")
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not hmac.compare_digest(sent.encode(), _expected_token().encode()):
        raise Forbidden("This page is out of date and nothing was changed. Reload it and try again.")


def _expected_token() -> str:
    signed = context.sign_in()
    if signed is not None:
        return signed.csrf_token
    visit = request.cookies.get(VISIT_COOKIE)
    # Without a cookie there is nothing to match; a random value never does.
    return _visit_token(visit) if visit else secrets.token_hex(32)


def remember(response: Response, token: str) -> Response:
    """Give the browser the cookie of its new session."""
    _set(response, context.cookie_name(), token, int(LIFETIME.total_seconds()))
    _set(response, VISIT_COOKIE, "", 0)
    g.pop("visit", None)
    return response


def forget(response: Response) -> Response:
    """Take the cookie of an ended session away, and what the browser kept of its pages and pictures."""
    _set(response, context.cookie_name(), "", 0)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _set(response: Response, name: str, value: str, max_age: int | None = None) -> None:
    secure = context.settings().production
    response.set_cookie(name, value, max_age, path="/", httponly=True, samesite="Lax", secure=secure)


def add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if context.settings().production:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if "visit" in g and g.visit != request.cookies.get(VISIT_COOKIE):
        _set(response, VISIT_COOKIE, g.visit)
    return response


def init_app(app: Flask) -> None:
    app.before_request(check_csrf)
    app.after_request(add_headers)
    app.jinja_env.globals["csrf_token"] = csrf_token
