"""Proving again who one is, before something grave: by all that signing in asks for, and no less."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app import context, gate
from app.errors import NotSignedIn
from app.identity import second_factor, sessions
from app.identity.accounts import SignInRefused
from models import Account

blueprint = Blueprint("confirm", __name__)

NOT_PROVED = lazy_gettext(
    "That did not prove it is you. Try again; after five wrong tries an account rests for 15 minutes."
)


@blueprint.route("/confirm", methods=["GET", "POST"])
@gate.signed_in
def confirm() -> ResponseReturnValue:
    following = gate.safe_next(request.values.get("next"))
    if request.method in context.SAFE_METHODS:
        return _page(following)
    signed = context.sign_in()
    if signed is None:
        raise NotSignedIn(_("Sign in to go on."))
    try:
        _prove(signed.account)
    except second_factor.SecretUnreadable as error:
        return _page(following, str(error)), error.status
    except SignInRefused as error:
        return _page(following, str(NOT_PROVED)), error.status
    sessions.confirm(context.db(), signed)
    return Response(status=303, headers={"Location": following})


def _prove(account: Account) -> None:
    """Raises SignInRefused, SecretUnreadable and Unavailable. No answer tells whether password or code was wrong."""
    db = context.db()
    context.identity().confirm(db, account, request.form)
    if account.totp_confirmed_at is not None:
        second_factor.check(db, context.settings().secret_key, account, request.form.get("code", ""))


def _page(following: str, error: str = "") -> str:
    return render_template(
        "identity/confirm.html",
        next=following,
        error=error,
        keeps_passwords=context.identity().keeps_passwords,
        minutes=int(sessions.confirmed_for(context.db()).total_seconds() // 60),
    )
