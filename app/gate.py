"""Who may call what. Every endpoint says it; one that does not keeps the application from starting.

@blueprint.get("/sketches")
@gate.investigator
def sketches() -> str: ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

import structlog
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue

from app import context
from app.errors import Forbidden, NotSignedIn
from app.identity import sessions
from app.problems import wants_json
from models import Role

log = structlog.get_logger(__name__)

View = TypeVar("View", bound=Callable[..., Any])
MARK = "__access__"


@dataclass(frozen=True)
class Access:
    """Who may call an endpoint: anybody, anybody signed in, or holders of one of some roles."""

    anonymous: bool = False
    roles: frozenset[str] = frozenset()


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, MARK, access)
        return view

    return mark


def public(view: View) -> View:
    """Anybody may call this."""
    return _declare(Access(anonymous=True))(view)


def signed_in(view: View) -> View:
    """Anybody with an account may call this."""
    return _declare(Access())(view)


def roles(*names: str) -> Callable[[View], View]:
    """Whoever holds at least one of these roles may call this."""
    return _declare(Access(roles=frozenset(Role(name) for name in names)))


def investigator(view: View) -> View:
    """Those who work on sketches may call this; a supervisor is one of them."""
    return roles(Role.INVESTIGATOR, Role.SUPERVISOR)(view)


def access_of(app: Flask, endpoint: str) -> Access | None:
    found: Access | None = getattr(app.view_functions[endpoint], MARK, None)
    return found


def check_declared(app: Flask) -> None:
    """Raises RuntimeError naming every endpoint that does not say who may call it."""
    rules = app.url_map.iter_rules()
    silent = sorted({rule.endpoint for rule in rules if access_of(app, rule.endpoint) is None})
    if silent:
        raise RuntimeError(f"These endpoints do not say who may call them: {', '.join(silent)}.")


def guard() -> ResponseReturnValue | None:
    """Runs before every request: lets it through, sends it to sign in, or refuses it."""
    from flask import current_app

    if request.endpoint is None:
        return None  # nothing is called: it becomes a 404 or 405
    access = access_of(current_app, request.endpoint)
    if access is None:
        raise Forbidden("Nobody may call this.")
    if access.anonymous:
        return None
    signed = context.sign_in()
    if signed is None:
        return _to_sign_in()
    if access.roles and not signed.account.has_role(*access.roles):
        log.warning("forbidden", account=str(signed.account_id), endpoint=request.endpoint)
        raise Forbidden("Your account does not have the role for this. An administrator can give it to you.")
    if request.method not in context.SAFE_METHODS:
        sessions.touch(context.db(), signed)
    return None


def _to_sign_in() -> ResponseReturnValue:
    if wants_json() or request.method not in context.SAFE_METHODS:
        raise NotSignedIn("You are not signed in, or your session has ended. Sign in and try again.")
    here = request.full_path.rstrip("?")
    return redirect("/sign-in?" + urlencode({"next": here}))


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a path of this site, else the start page."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return "/"
    return "/" if "\\" in target or any(ord(sign) < 32 for sign in target) else target
