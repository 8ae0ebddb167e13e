"""Signing in and out, the one-time links, and a person's own account."""

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import context, gate
from app.assets import THEME_COOKIE, THEMES, YEAR
from app.errors import AppError, Refused
from app.identity import accounts, links, sessions
from app.identity.forms import Errors, check
from app.identity.passwords import MIN_LENGTH
from app.security import forget, remember
from models import Account, LinkPurpose

blueprint = Blueprint("identity", __name__)

DONE = {
    "name": "Your name is saved.",
    "password": "Your password is changed, and you are signed out everywhere else.",
    "sessions": "You are signed out everywhere else.",
    "theme": "Saved for this device.",
}


@blueprint.route("/sign-in", methods=["GET", "POST"])
@gate.public
def sign_in() -> ResponseReturnValue:
    following = gate.safe_next(request.values.get("next"))
    if request.method == "GET":
        if context.sign_in() is not None:
            return redirect(following)
        return _sign_in_page(following)
    email = request.form.get("email", "")
    try:
        account = context.identity().authenticate(context.db(), email, request.form.get("password", ""))
        return _enter(account, following)
    except accounts.SignInRefused as error:
        return _sign_in_page(following, email=email, error=str(error)), error.status


def _sign_in_page(following: str, **words: str) -> str:
    return render_template(
        "identity/sign_in.html",
        next=following if following != "/" else "",
        nobody=not accounts.any_account(context.db()),
        signed_out="signed_out" in request.args,
        **words,
    )


def _enter(account: Account, following: str) -> Response:
    """Start a session in place of the one that this browser had, and go on."""
    new = sessions.start(context.db(), account, replacing=context.sign_in())
    g.pop("sign_in", None)
    return remember(_redirect(following), new.token)


def _redirect(address: str) -> Response:
    return Response(status=303, headers={"Location": address})


@blueprint.post("/sign-out")
@gate.signed_in
def sign_out() -> ResponseReturnValue:
    signed = context.sign_in()
    if signed is not None:
        sessions.end(context.db(), signed)
        g.pop("sign_in", None)
    return forget(_redirect(url_for("identity.sign_in", signed_out=1)))


@blueprint.route("/first-account/<token>", methods=["GET", "POST"])
@gate.public
def first_account(token: str) -> ResponseReturnValue:
    links.find(context.db(), token, LinkPurpose.FIRST_ADMIN)
    form = request.form
    if request.method == "GET":
        return _choose_page(Errors(), first=True)
    errors = check(form, ("name", "email", "password", "repeat"))
    if errors:
        return _choose_page(errors, first=True, name=form.get("name", ""), email=form.get("email", "")), 422
    account = links.create_first_account(context.db(), token, form["email"], form["name"], form["password"])
    return _enter(account, "/")


@blueprint.route("/set-password/<token>", methods=["GET", "POST"])
@gate.public
def set_password(token: str) -> ResponseReturnValue:
    link = links.find(context.db(), token, LinkPurpose.SET_PASSWORD)
    email = link.account.email if link.account else ""
    if request.method == "GET":
        return _choose_page(Errors(), email=email)
    errors = check(request.form, ("password", "repeat"), email=email)
    if errors:
        return _choose_page(errors, email=email), 422
    return _enter(links.set_password(context.db(), token, request.form["password"]), "/")


def _choose_page(errors: Errors, **values: object) -> str:
    return render_template("identity/choose_password.html", errors=errors, min_password=MIN_LENGTH, **values)


@blueprint.route("/account", methods=["GET", "POST"])
@gate.signed_in
def account() -> ResponseReturnValue:
    if request.method == "GET":
        return _account_page(Errors())
    action = request.form.get("action", "")
    if action not in ACTIONS:
        raise Refused("That is not something this page can do.")
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
        roles=", ".join(sorted(role.title() for role in me.roles)),
        others=len(sessions.of_account(context.db(), me)) - 1,
        keeps_passwords=context.identity().keeps_passwords,
        min_password=MIN_LENGTH,
        message=DONE.get(request.args.get("done", "")),
    )


def _done(action: str) -> Response:
    return _redirect(url_for("identity.account", done=action))


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
    return _enter(me, url_for("identity.account", done="password"))


def _end_others(_me: Account) -> Response:
    signed = context.sign_in()
    if signed is not None:
        sessions.end_others(context.db(), signed)
    return _done("sessions")


def _save_theme(_me: Account) -> Response:
    response, theme = _done("theme"), request.form.get("theme", "")
    if theme in THEMES:
        secure = context.settings().production
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)
    else:
        response.delete_cookie(THEME_COOKIE)
    return response


ACTIONS = {"name": _save_name, "password": _save_password, "sessions": _end_others, "theme": _save_theme}
