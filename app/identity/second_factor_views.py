"""The pages of the second factor: setting it up, giving it up, and being asked for it."""

import io
from collections.abc import Callable, Mapping

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup

from app import context, gate
from app.errors import AppError, ConfirmationNeeded, Refused
from app.identity import entrance, second_factor, sessions
from app.identity.accounts import SignInRefused
from app.security import device_account
from models import Account

blueprint = Blueprint("second_factor", __name__)

DONE = {
    "finish": lazy_gettext("Your second factor is set up. From now on you are asked for a code when you sign in."),
    "remove": lazy_gettext("Your second factor is removed."),
}


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@gate.public
def ask() -> ResponseReturnValue:
    """After the password. Whoever has not shown one is sent to."""
    try:
        account, following = entrance.pending()
    except AppError:
        if request.method == "POST":
            raise
        return redirect(url_for("identity.sign_in"))
    if request.method in context.SAFE_METHODS:
        return render_template("identity/code.html")
    try:
        code, secret_key = request.form.get("code", ""), context.settings().secret_key
        second_factor.check(context.db(), secret_key, account, code, device_of=device_account())
    except (SignInRefused, second_factor.SecretUnreadable) as error:
        return render_template("identity/code.html", error=str(error)), error.status
    account, following = entrance.pending()  # the password may have been changed while the code was looked at
    return entrance.start(account, following)


@blueprint.route("/account/second-factor", methods=["GET", "POST"])
@gate.signed_in
def page() -> ResponseReturnValue:
    me = context.account()
    if request.method in context.SAFE_METHODS:
        return _page(me)
    action = request.form.get("action", "")
    if action not in ACTIONS:
        raise Refused(_("That is not something this page can do."))
    _confirm_first(action)
    try:
        ACTIONS[action](me)
    except AppError as error:
        return _page(context.account(), str(error)), error.status
    return entrance.see_other(url_for("second_factor.page", done=action))


def _confirm_first(action: str) -> None:
    """A browser that was left open must not serve for tying an account to somebody else's telephone. Giving up asks
    for the password itself, where there is one here. Raises ConfirmationNeeded."""
    signed = context.sign_in()
    asks = action == "begin" or (action == "remove" and not context.identity().keeps_passwords)
    if asks and signed is not None and not sessions.is_confirmed(context.db(), signed):
        raise ConfirmationNeeded(url_for("confirm.confirm", next=url_for("second_factor.page")))


def _page(me: Account, error: str = "") -> str:
    key, unreadable = "", ""
    if me.totp_secret is not None:
        try:
            key = second_factor.unseal(context.settings().secret_key, me)
        except second_factor.SecretUnreadable as problem:
            unreadable = str(problem) if me.totp_confirmed_at else ""
    pending = bool(key) and me.totp_confirmed_at is None
    return render_template(
        "identity/second_factor.html",
        confirmed=me.totp_confirmed_at,
        key=" ".join(key[at : at + 4] for at in range(0, len(key), 4)) if pending else "",
        picture=_picture(second_factor.address(key, me)) if pending else "",
        error=error or unreadable,
        required=second_factor.missing(context.settings(), me),
        keeps_passwords=context.identity().keeps_passwords,
        message=DONE.get(request.args.get("done", "")) if not error else None,
    )


def _picture(text: str) -> Markup:
    """A QR code as part of the page itself: an address of its own would be one more place that shows the key."""
    drawn = io.BytesIO()
    segno.make(text, micro=False, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, scale=5, border=4, dark="#000", light="#fff", omitsize=True,
        svgclass="qr", lineclass=None, title="QR code for an authenticator app",
    )  # fmt: skip
    return Markup(drawn.getvalue().decode())  # noqa: S704  (made here, of squares alone)


def _begin(me: Account) -> None:
    second_factor.begin(context.db(), context.settings().secret_key, me)


def _finish(me: Account) -> None:
    second_factor.finish(context.db(), context.settings().secret_key, me, request.form.get("code", ""))


def _remove(me: Account) -> None:
    password = request.form.get("password", "") if context.identity().keeps_passwords else None
    code = request.form.get("code", "")
    second_factor.remove(context.db(), context.settings().secret_key, me, password, code)


ACTIONS: Mapping[str, Callable[[Account], None]] = {"begin": _begin, "finish": _finish, "remove": _remove}
