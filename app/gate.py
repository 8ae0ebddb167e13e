"""Who may call what. Every endpoint says it; one that does not keeps the application from starting.

@blueprint.post("/admin/accounts/<uuid:account_id>/roles")
@gate.admin
@gate.confirmed
def set_roles(account_id: uuid.UUID) -> Response: ...

An endpoint of the JSON API also says which scope an access token needs for it (``@gate.scope``).

app.guard holds to it before every request.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flask import Flask

from models import Role, Scope

View = TypeVar("View", bound=Callable[..., Any])
MARK = "__access__"
CONFIRMED = "__confirmed__"
LARGE = "__large__"
SCOPE = "__scope__"
ANY_SCOPE = ""
API = "/api/"


@dataclass(frozen=True)
class Access:
    """Who may call an endpoint: anybody, anybody signed in, or holders of one of some roles.

    ``confirmed``: and only within minutes of having proved who they are. ``scope``: what an access token must be for,
    ANY_SCOPE when every token will do, None when none does.
    """

    anonymous: bool = False
    roles: frozenset[str] = frozenset()
    confirmed: bool = False
    scope: str | None = None

    @property
    def words(self) -> str:
        """For a person to read."""
        if self.anonymous:
            return "anybody"
        who = " or ".join(role for role in Role if role in self.roles) or "anybody signed in"
        return who + (", confirmed" if self.confirmed else "") + (f", `{self.scope}`" if self.scope else "")


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


def case_reader(view: View) -> View:
    """Those who work on cases may call this, and administrators, who see a case only after breaking the glass."""
    return roles(*Role)(view)


def supervisor(view: View) -> View:
    """Supervisors may call this."""
    return roles(Role.SUPERVISOR)(view)


def admin(view: View) -> View:
    """Administrators may call this."""
    return roles(Role.ADMIN)(view)


def confirmed(view: View) -> View:
    """Whoever may call this must have proved who they are a short while ago; says so beside who may."""
    setattr(view, CONFIRMED, True)
    return view


def large(most: int) -> Callable[[View], View]:
    """Whoever may call this may send a body of so many bytes, beyond what others may."""

    def mark(view: View) -> View:
        setattr(view, LARGE, most)
        return view

    return mark


def scope(needed: Scope) -> Callable[[View], View]:
    """An access token with this scope may call this, within its owner's roles; only for the JSON API."""

    def mark(view: View) -> View:
        setattr(view, SCOPE, needed)
        return view

    return mark


def largest(app: Flask, endpoint: str) -> int | None:
    """What the endpoint says about the size of its bodies; None when it says nothing."""
    return getattr(app.view_functions[endpoint], LARGE, None)


def any_scope(view: View) -> View:
    """Every access token that works may call this; only for the JSON API."""
    setattr(view, SCOPE, ANY_SCOPE)
    return view


def access_of(app: Flask, endpoint: str) -> Access | None:
    """What the endpoint declares; None when it does not say who may call it."""
    view = app.view_functions[endpoint]
    found: Access | None = getattr(view, MARK, None)
    if found is None:
        return None
    return replace(found, confirmed=getattr(view, CONFIRMED, False), scope=getattr(view, SCOPE, None))


def check_declared(app: Flask) -> None:
    """Raises RuntimeError naming every endpoint that does not say who may call it, or says what cannot be."""
    endpoints = sorted({rule.endpoint for rule in app.url_map.iter_rules()})
    silent = [endpoint for endpoint in endpoints if access_of(app, endpoint) is None]
    if silent:
        raise RuntimeError(f"These endpoints do not say who may call them: {', '.join(silent)}.")
    open_to_all = [
        one for one in endpoints if (access := access_of(app, one)) and access.anonymous and access.confirmed
    ]
    if open_to_all:
        raise RuntimeError(f"These endpoints want anybody to confirm who they are: {', '.join(open_to_all)}.")
    _check_scopes(app)


def _check_scopes(app: Flask) -> None:
    """Every endpoint of the API says which tokens it takes, and no other endpoint takes any: a token proves less than
    a person who is there, who alone can confirm."""
    wrong = set()
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        if access is None or access.anonymous:
            continue
        if rule.rule.startswith(API) != (access.scope is not None) or (access.scope is not None and access.confirmed):
            wrong.add(rule.endpoint)
    if wrong:
        raise RuntimeError(f"What these endpoints say of access tokens cannot be: {', '.join(sorted(wrong))}.")


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a path of this site, else the start page."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return "/"
    return "/" if "\\" in target or any(ord(sign) < 32 for sign in target) else target
