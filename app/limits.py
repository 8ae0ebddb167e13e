"""How often one asker may ask. Who is signed in is counted by account, everybody else by address.

An agency behind one address is thus not held back once its people are signed in. Where a secret could be
guessed, wrong tries are counted, not right ones. A refusal carries Retry-After, and it and every answer of the JSON API
the fields RateLimit-Policy and RateLimit as draft-ietf-httpapi-ratelimit-headers has them since its version 8.
"""

import functools
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from flask import Flask, Response, current_app, g, request
from flask_babel import gettext as _
from limits import RateLimitItem, parse
from sqlalchemy.exc import SQLAlchemyError

from app import context
from app.counting import Counters
from app.database import is_unreachable
from app.errors import NotSignedIn, TooManyRequests
from app.gate import API
from app.hosts import INSIDE
from app.identity import entrance
from app.proxies import network_of
from app.security import device_account
from models import SignInSession

log = structlog.get_logger(__name__)

UNLIMITED = INSIDE | {"assets.file", "languages.script"}
"""Files that cost nothing to send, and probes that may all come from one address."""


@dataclass(frozen=True)
class Limit:
    """``by`` says whose count it is, None for nobody's; ``counts`` which answers count, None for every request."""

    name: str
    rate: str
    by: Callable[[], str | None]
    counts: Callable[[int], bool] | None = None

    @functools.cached_property
    def item(self) -> RateLimitItem:
        return parse(self.rate)


def network() -> str:
    """Where the request comes from: an IPv4 address, or the /64 that an IPv6 customer has to themselves."""
    return network_of(request.remote_addr or "")


def _account() -> str | None:
    signed = _signed_in()
    return str(signed.account_id) if signed else None


def _token() -> str | None:
    """A program's own count: one that runs wild stops before its owner's browser does."""
    token = context.access_token() if _signed_in() is not None else None
    return str(token.id) if token else None


def _stranger() -> str | None:
    return network() if _signed_in() is None else None


def _signed_in() -> SignInSession | None:
    """None too while the records are away: pages that do without them must go on, the others will say so."""
    try:
        return context.sign_in()
    except SQLAlchemyError as error:
        if not is_unreachable(error):
            raise
        return None


def _name() -> str | None:
    """The account that somebody tries to enter. A browser that its owner has signed in with before counts
    apart, so that strangers' tries, however many, cannot keep the owner out."""
    email = request.form.get("email", "").strip().lower()[:254]
    if not email:
        return None
    known = device_account()
    return f"{email} at the device of {known}" if known else email


def _pending() -> str | None:
    """The account that has shown its password and is asked for a code: a new try at the password is no new start."""
    try:
        return str(entrance.pending()[0].id)
    except NotSignedIn:
        return None


def _wrong(status: int) -> bool:
    return status in (401, 403, 422)


def _done(status: int) -> bool:  # noqa: ARG001
    """Whatever it led to. Counted afterwards, so that what another site sends does not count."""
    return True


def _unknown(status: int) -> bool:
    return status in (404, 410)


EVERYTHING = (
    Limit("account", "3000/minute", _account),
    Limit("token", "1200/minute", _token),
    Limit("address", "600/minute", _stranger),
)
GUESSING = (
    Limit("tries-address", "60/15minute", network, _wrong),
    Limit("tries-address-day", "500/day", network, _wrong),
    Limit("tries-name", "20/hour", _name, _wrong),
)
CODES = (
    Limit("tries-address", "60/15minute", network, _wrong),
    Limit("tries-code", "10/15minute", _pending, _wrong),
)
LINKS = (Limit("links", "30/15minute", network, _unknown),)
CONFIRMING = (Limit("confirm", "10/15minute", _account, _wrong),)
ADDING = (Limit("uploads", "600/minute", _account, _done), Limit("uploads-hour", "6000/hour", _account, _done))
RENDERING = (Limit("renders", "600/minute", _account, _done), Limit("renders-hour", "6000/hour", _account, _done))
NUMBERS = (Limit("glass", "10/hour", _account, _unknown), Limit("glass-day", "40/day", _account, _unknown))
IMPORTING = (Limit("imports", "10/10minute", _account, _done),)

STRICT: dict[str, tuple[Limit, ...]] = {
    "POST identity.sign_in": GUESSING,
    "POST identity.account": CONFIRMING,
    "POST confirm.confirm": CONFIRMING,
    "POST second_factor.ask": CODES,
    "POST second_factor.page": CONFIRMING,
    "POST firebase.exchange": GUESSING,
    "POST admin.import_accounts": IMPORTING,
    "POST glass.page": NUMBERS,
    "GET identity.invitation": LINKS,
    "GET identity.first_account": LINKS,
    "POST identity.first_account": LINKS,
    "GET identity.set_password": LINKS,
    "POST identity.set_password": LINKS,
    "POST api.create_render": RENDERING,
    "POST api.create_sketch": ADDING,
    "POST studio.new": ADDING,
    "POST studio.sample": ADDING,
    "POST studio.render": RENDERING,
}
"""Endpoints with limits of their own, beside those of everything."""


def key(limit: Limit) -> str | None:
    """Under what a request is counted: a keyed hash, so that no counter names a person or an address."""
    whose = limit.by()
    if whose is None:
        return None
    secret = context.settings().secret_key.encode()
    return hmac.new(secret, f"limits:{limit.name}:{whose}".encode(), hashlib.sha256).hexdigest()[:32]


def _limits() -> tuple[Limit, ...]:
    method = "GET" if request.method == "HEAD" else request.method
    return (*EVERYTHING, *STRICT.get(f"{method} {request.endpoint}", ()))


def check() -> None:
    """Runs before every request. Raises TooManyRequests."""
    g.limits_to_count, g.limits_to_tell = [], []
    if request.endpoint in UNLIMITED:
        return
    counters: Counters = current_app.extensions["limits"]
    for limit in _limits():
        counted = key(limit)
        if counted is None:
            continue
        if limit.counts is not None:
            g.limits_to_count.append((limit, counted))
        elif request.path.startswith(API):
            g.limits_to_tell.append((limit, counted))
        if not (counters.hit if limit.counts is None else counters.room)(limit.item, counted):
            g.limits_to_count = []
            _refuse(limit, counters.seconds_left(limit.item, counted))


def _refuse(limit: Limit, seconds: int) -> None:
    log.warning("limited", limit=limit.name, endpoint=request.endpoint)
    g.limits_to_tell = []
    g.limit_headers = {"Retry-After": str(seconds), **_fields([(limit, 0, seconds)])}
    raise TooManyRequests(_words(seconds))


def _fields(standing: Sequence[tuple[Limit, int, int]]) -> dict[str, str]:
    """The header fields that tell, of each limit, how many requests are left and for how many seconds that holds."""
    policies = (f'"{limit.name}";q={limit.item.amount};w={limit.item.get_expiry()}' for limit, _, _ in standing)
    states = (f'"{limit.name}";r={left};t={seconds}' for limit, left, seconds in standing)
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(states)} if standing else {}


def _words(seconds: int) -> str:
    if seconds <= 1:
        return str(_("That was too often in a short time. Wait a second, then try again."))
    if seconds < 90:
        return str(_("That was too often in a short time. Wait %(seconds)s seconds, then try again.", seconds=seconds))
    minutes = -(-seconds // 60)
    return str(_("That was too often in a short time. Wait %(minutes)s minutes, then try again.", minutes=minutes))


def count(response: Response) -> Response:
    """Runs after every request: counts what only its answer shows to have been a wrong try."""
    for limit, counted in g.get("limits_to_count", []):
        # Not what another site made this browser send: it could use up its owner's tries.
        if limit.counts(response.status_code) and not g.get("forged"):
            current_app.extensions["limits"].hit(limit.item, counted)
    counters: Counters = current_app.extensions["limits"]
    told = [(limit, *counters.left(limit.item, counted)) for limit, counted in g.get("limits_to_tell", [])]
    response.headers.update({**_fields(told), **g.get("limit_headers", {})})
    return response


def init_app(app: Flask) -> None:
    """Must come before the gate: whom the gate turns away is counted too."""
    settings = app.extensions["semblance"].settings
    if not settings.rate_limits:
        return
    app.extensions["limits"] = Counters(settings)
    app.before_request(check)
    app.after_request(count)
