"""Signing in and out, the one-time links, and a person's own account."""

import uuid

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app import context, gate
from app.assets import THEME_COOKIE, THEMES, YEAR
from app.errors import AppError, NotFound, Refused
from app.identity import accounts, entrance, links, sessions
from app.identity.firebase import pages as firebase
from app.identity.forms import Errors, check
from app.identity.passwords import MIN_LENGTH
from app.identity.units import FIRST_UNIT
from app.languages.telling import role_title
from app.security import device_account, forget
from models import Account, LinkPurpose

blueprint = Blueprint("identity", __name__)

DONE = {
    "name": lazy_gettext("Your name is saved."),
    "password": lazy_gettext("Your password is changed, and you are signed out everywhere else."),
    "sessions": lazy_gettext("You are signed out everywhere else."),
    "session": lazy_gettext("That session is ended."),
    "theme": lazy_gettext("Saved for this device."),
}


@blueprint.route("/sign-in", methods=["GET", "POST"])
@gate.public
def sign_in() -> ResponseReturnValue:
    following = gate.safe_next(request.values.get("next"))
    if request.method in context.SAFE_METHODS:
        if context.sign_in() is not None:
            return redirect(following)
        return _sign_in_page(following)
    email = request.form.get("email", "")
    try:
        password = request.form.get("password", "")
        account = context.identity().authenticate(context.db(), email, password, device_of=device_account())
        return entrance.enter(account, following)
    except accounts.SignInRefused as error:
        return _sign_in_page(following, email=email, error=str(error)), error.status


def _sign_in_page(following: str, **words: str) -> str:
    return render_template(
        "identity/sign_in.html" if context.identity().keeps_passwords else "identity/firebase/sign_in.html",
        next=following if following != "/" else "",
        nobody=not accounts.any_account(context.db()),
        signed_out="signed_out" in request.args,
        **words,
    )


@blueprint.post("/sign-out")
@gate.signed_in
def sign_out() -> ResponseReturnValue:
    signed = context.sign_in()
    if signed is not None:
        sessions.end(context.db(), signed)
        g.pop("sign_in", None)
    return forget(entrance.see_other(url_for("identity.sign_in", signed_out=1)))


@blueprint.route("/first-account/<token>", methods=["GET", "POST"])
@gate.public
def first_account(token: str) -> ResponseReturnValue:
    if not context.identity().keeps_passwords:
        return firebase.first_account(token)
    links.find(context.db(), token, LinkPurpose.FIRST_ADMIN)
    form = request.form
    if request.method in context.SAFE_METHODS:
        return _choose_page(Errors(), first=True, unit=FIRST_UNIT)
    unit = form.get("unit", FIRST_UNIT)
    errors = check({**form, "unit": unit}, ("name", "email", "unit", "password", "repeat"))
    if errors:
        return _choose_page(errors, first=True, name=form.get("name", ""), email=form.get("email", ""), unit=unit), 422
    account = links.create_first_account(context.db(), token, form["email"], form["name"], form["password"], unit)
    return entrance.start(account, "/")


@blueprint.get("/invitation/<token>")
@gate.public
def invitation(token: str) -> ResponseReturnValue:
    """Where an invitation is accepted is for the backend to say."""
    links.find(context.db(), token, LinkPurpose.INVITATION)
    return redirect(context.identity().invitation_target(token))


@blueprint.route("/set-password/<token>", methods=["GET", "POST"])
@gate.public
def set_password(token: str) -> ResponseReturnValue:
    if not context.identity().keeps_passwords:
        return firebase.open_link(token)
    link = links.find(context.db(), token, *links.PASSWORD_PURPOSES)
    email, invited = link.account.email if link.account else "", link.purpose == LinkPurpose.INVITATION
    if request.method in context.SAFE_METHODS:
        return _choose_page(Errors(), email=email, invited=invited)
    errors = check(request.form, ("password", "repeat"), email=email)
    if errors:
        return _choose_page(errors, email=email, invited=invited), 422
    return entrance.enter(links.set_password(context.db(), token, request.form["password"]), "/")


def _choose_page(errors: Errors, **values: object) -> str:
    return render_template("identity/choose_password.html", errors=errors, min_password=MIN_LENGTH, **values)


@blueprint.route("/account", methods=["GET", "POST"])
@gate.signed_in
def account() -> ResponseReturnValue:
    if request.method in context.SAFE_METHODS:
        return _account_page(Errors())
    action = request.form.get("action", "")
    if action not in ACTIONS:
        raise Refused(_("That is not something this page can do."))
    outcome = ACTIONS[action](context.account())
    if isinstance(outcome, Errors):
        return _account_page(outcome), 422
    return outcome


def _account_page(errors: Errors) -> str:
    me = context.account()
    return render_template(
        "identity/account.html",
        errors=errors,
        name=request.form.get("name", me.name) if errors.get("name") else me.name,
        roles=", ".join(role_title(role) for role in sorted(me.roles)),
        sessions=sessions.of_account(context.db(), me),
        here=context.sign_in(),
        keeps_passwords=context.identity().keeps_passwords,
        min_password=MIN_LENGTH,
        message=DONE.get(request.args.get("done", "")),
    )


def _done(action: str) -> Response:
    return entrance.see_other(url_for("identity.account", done=action))


def _save_name(me: Account) -> Response | Errors:
    errors = check(request.form, ("name",))
    if errors:
        return errors
    accounts.rename_account(context.db(), me, request.form["name"])
    return _done("name")


def _save_password(me: Account) -> Response | Errors:
    errors = check(request.form, ("password", "repeat"), email=me.email)
    if errors:
        return errors
    try:
        accounts.change_password(context.db(), me, request.form.get("current", ""), request.form["password"])
    except AppError as error:
        return Errors(current=str(error))
    # The old password alone is less than signing in asks of somebody with a second factor.
    done = url_for("identity.account", done="password")
    return entrance.start(me, done, confirmed=me.totp_confirmed_at is None)


def _end_others(_me: Account) -> Response:
    signed = context.sign_in()
    if signed is not None:
        sessions.end_others(context.db(), signed)
    return _done("sessions")


def _end_session(me: Account) -> Response | Errors:
    try:
        sessions.end_one(context.db(), me, uuid.UUID(request.form.get("session_id", "")))
    except (NotFound, ValueError):
        return Errors(form=_("That session has already ended."))
    return _done("session")


def _save_theme(_me: Account) -> Response:
    response, theme, name = _done("theme"), request.form.get("theme", ""), context.cookie_name(THEME_COOKIE)
    secure = context.settings().production
    if theme in THEMES:
        response.set_cookie(name, theme, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)
    else:
        response.delete_cookie(name, httponly=True, samesite="Lax", secure=secure)
    return response


ACTIONS = {
    "name": _save_name,
    "password": _save_password,
    "sessions": _end_others,
    "session": _end_session,
    "theme": _save_theme,
}
