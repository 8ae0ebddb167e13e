"""After the gate: is whoever is signed in still vouched for, and have they the second factor they need?"""

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import context, gate
from app.errors import Forbidden, NotSignedIn
from app.identity import second_factor
from app.problems import wants_json

ALWAYS = frozenset({"identity.sign_out"})
"""Leaving needs nobody's word."""
SETTING_UP = frozenset({"second_factor.page", "confirm.confirm"})


def init_app(app: Flask) -> None:
    """After the gate and the check of tokens: what those refuse is nobody's to ask about."""
    app.before_request(check)


def check() -> ResponseReturnValue | None:
    """Raises NotSignedIn, Forbidden and Unavailable; None lets the request through."""
    if request.endpoint is None or request.endpoint in ALWAYS:
        return None
    access = gate.access_of(current_app, request.endpoint)
    if access is None or access.anonymous:
        return None  # probes among them: they must not wait for records that hang
    signed = context.sign_in()
    if signed is None:
        return None
    reading = request.method in context.SAFE_METHODS
    # Of an ID token Firebase has just been asked; a session or an access token was given long ago.
    shown = context.access_token() or (None if context.by_bearer() else signed)
    if shown is not None and not context.identity().vouch(context.db(), shown, not reading):
        g.sign_in = None
        if reading and not wants_json():
            return redirect(url_for("identity.sign_in", next=request.full_path.rstrip("?")))
        raise NotSignedIn(_("Your session has ended. Sign in and try again."))
    if request.endpoint not in SETTING_UP and second_factor.missing(context.settings(), signed.account):
        if reading and not wants_json():
            return redirect(url_for("second_factor.page"))
        raise Forbidden(_("Set up your second factor first: it is on the page of your account."))
    return None
