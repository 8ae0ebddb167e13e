"""Runs before every request: lets it through, sends it to sign in or to confirm, or refuses it.

What each endpoint declares is in app.gate.
"""

from urllib.parse import urlencode, urlsplit

import structlog
from flask import Flask, current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import context, custody
from app.errors import ConfirmationNeeded, Forbidden, NotSignedIn, ScopeMissing
from app.gate import API, Access, access_of, largest, safe_next
from app.identity import access_tokens, sessions
from app.problems import wants_json
from models import AccessToken, SignInSession

log = structlog.get_logger(__name__)

CONFIRM = "/confirm"


def init_app(app: Flask) -> None:
    app.before_request(guard)


def guard() -> ResponseReturnValue | None:
    """Raises NotSignedIn, Forbidden and ConfirmationNeeded; None lets the request through."""
    if request.endpoint is None:
        return None  # nothing is called: it becomes a 404 or 405
    access = access_of(current_app, request.endpoint)
    if access is None:
        raise Forbidden(_("Nobody may call this."))
    if access.anonymous:
        return None
    # Read with the account, its state and its roles, for each request anew.
    signed = context.sign_in()
    if signed is None:
        return _to_sign_in()
    structlog.contextvars.bind_contextvars(asker=str(signed.account_id))
    custody.act_as(context.db(), signed.account, context.access_token())
    return _check(access, signed)


def _check(access: Access, signed: SignInSession) -> ResponseReturnValue | None:
    if access.roles and not signed.account.has_role(*access.roles):
        log.warning("forbidden", account=str(signed.account_id), endpoint=request.endpoint)
        raise Forbidden(
            _("Your account does not have the role for this. If you need it for your work, ask an administrator.")
        )
    if (token := context.access_token()) is not None:
        _check_token(access, token)
    if access.confirmed and not sessions.is_confirmed(context.db(), signed):
        return _to_confirm()
    if request.method not in context.SAFE_METHODS:
        sessions.touch(context.db(), signed)
    # Only now, and before anything reads the form: it is these people's to send.
    if most := largest(current_app, request.endpoint or ""):
        request.max_content_length = most
    return None


def _check_token(access: Access, token: AccessToken) -> None:
    """Raises Forbidden for what no token may do, ScopeMissing for what this one may not."""
    if access.scope is None:
        raise Forbidden(_("An access token is not enough for this. Sign in and do it there."))
    if access.scope and access.scope not in token.scopes:
        log.warning("scope_missing", token=str(token.id), endpoint=request.endpoint)
        raise ScopeMissing(access.scope)
    structlog.contextvars.bind_contextvars(token=str(token.id))
    access_tokens.note_use(context.db(), token)


def _to_sign_in() -> ResponseReturnValue:
    if request.path.startswith(API):
        raise NotSignedIn(_("Show an access token that works: Authorization: Bearer semb_… (the page /api says how)."))
    if wants_json() or request.method not in context.SAFE_METHODS:
        raise NotSignedIn(_("You are not signed in, or your session has ended. Sign in and try again."))
    return redirect("/sign-in?" + urlencode({"next": _here()}))


def _to_confirm() -> ResponseReturnValue:
    if wants_json() or request.method not in context.SAFE_METHODS:
        raise ConfirmationNeeded(f"{CONFIRM}?" + urlencode({"next": page_before()}))
    return redirect(f"{CONFIRM}?" + urlencode({"next": _here()}))


def _here() -> str:
    return request.full_path.rstrip("?")


def page_before() -> str:
    """The page whose form this was: a change cannot be gone back to, its page can."""
    before = urlsplit(request.referrer or "")
    if before.netloc != request.host:
        return "/"
    return safe_next(before.path + (f"?{before.query}" if before.query else ""))
