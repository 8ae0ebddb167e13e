"""The accounts: the list, and each one's page with what can be changed there."""

import uuid
from collections.abc import Callable

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from app import context, gate
from app.admin.blueprint import blueprint
from app.admin.forms import ROLES, Link, chosen_roles, chosen_unit, chosen_units, see
from app.errors import AppError, Conflict, Refused
from app.identity import access_tokens, directory, links, sessions, standing, units
from app.identity.accounts import get_account
from models import Account, utc_now

DONE = {
    "standing": lazy_gettext("Roles and units are saved. They hold from the next click on."),
    "suspended": lazy_gettext("The account is suspended and signed out everywhere."),
    "restored": lazy_gettext("The account can sign in again."),
    "signed-out": lazy_gettext("The account is signed out everywhere."),
    "token": lazy_gettext("The token is revoked. Whatever uses it is refused from now on."),
    "sketches": lazy_gettext("The sketches are in the unit now; everybody in it sees them."),
}


@blueprint.get("/accounts")
@gate.admin
def accounts() -> str:
    query = " ".join(request.args.get("q", "").split())[:200]
    page = directory.search(context.db(), query, request.args.get("page", 1, type=int))
    return render_template("admin/accounts.html", page=page, query=query, state_of=directory.state)


@blueprint.get("/accounts/<uuid:account_id>")
@gate.admin
def account(account_id: uuid.UUID) -> str:
    return _page(_chosen(account_id), message=DONE.get(request.args.get("done", ""), ""))


@blueprint.post("/accounts/<uuid:account_id>/standing")
@gate.admin
@gate.confirmed
def set_standing(account_id: uuid.UUID) -> ResponseReturnValue:
    def act(one: Account) -> None:
        # One's own roles are not in the form: they are for another administrator to change.
        roles = one.roles if one.id == context.account().id else chosen_roles()
        standing.set_standing(context.db(), context.account(), one, roles, chosen_units())

    return _change(account_id, "standing", act)


@blueprint.post("/accounts/<uuid:account_id>/suspend")
@gate.admin
@gate.confirmed
def suspend(account_id: uuid.UUID) -> ResponseReturnValue:
    return _change(account_id, "suspended", lambda one: standing.suspend(context.db(), context.account(), one))


@blueprint.post("/accounts/<uuid:account_id>/restore")
@gate.admin
@gate.confirmed
def restore(account_id: uuid.UUID) -> ResponseReturnValue:
    return _change(account_id, "restored", lambda one: standing.restore(context.db(), one, context.account()))


@blueprint.post("/accounts/<uuid:account_id>/sign-out")
@gate.admin
def end_sessions(account_id: uuid.UUID) -> ResponseReturnValue:
    return _change(account_id, "signed-out", lambda one: sessions.end_all(context.db(), one))


@blueprint.post("/accounts/<uuid:account_id>/tokens/<uuid:token_id>/revoke")
@gate.admin
def revoke_token(account_id: uuid.UUID, token_id: uuid.UUID) -> ResponseReturnValue:
    def act(one: Account) -> None:
        access_tokens.revoke(context.db(), one, token_id, context.account())

    return _change(account_id, "token", act)


@blueprint.post("/accounts/<uuid:account_id>/sketches")
@gate.admin
@gate.confirmed
def give_sketches(account_id: uuid.UUID) -> ResponseReturnValue:
    """Its sketches that are in no unit, into one: for those of somebody who has left, above all."""

    def act(one: Account) -> None:
        units.give_sketches(context.db(), context.account(), one, chosen_unit())

    return _change(account_id, "sketches", act)


@blueprint.post("/accounts/<uuid:account_id>/password-link")
@gate.admin
@gate.confirmed
def password_link(account_id: uuid.UUID) -> ResponseReturnValue:
    """A link for a new password, shown this once; with it the second factor goes if the form says so."""
    one = _chosen(account_id)
    clear = request.form.get("clear_second_factor") == "yes"
    try:
        token = links.issue_set_password(context.db(), one, clear)
    except Conflict as error:
        return _page(one, error=str(error)), error.status
    address = url_for("identity.set_password", token=token, _external=True)
    return _page(one, link=Link(one.email, address, utc_now() + links.SET_PASSWORD_FOR))


def _chosen(account_id: uuid.UUID) -> Account:
    return get_account(context.db(), account_id)


def _change(account_id: uuid.UUID, done: str, act: Callable[[Account], object]) -> ResponseReturnValue:
    """Do it and show the account's page again, with what was done or why not."""
    one = _chosen(account_id)
    try:
        act(one)
    except (Conflict, Refused) as error:
        return _refused(one, error)
    return see("admin.account", account_id=account_id, done=done)


def _refused(one: Account, error: AppError) -> tuple[str, int]:
    return _page(one, error=str(error)), error.status


def _page(one: Account, message: str = "", error: str = "", link: Link | None = None) -> str:
    signed, db = context.sign_in(), context.db()
    return render_template(
        "admin/account.html",
        one=one,
        state=directory.state(one),
        accepted=one.accepted,
        open_sessions=directory.open_sessions(db, one),
        units=units.list_units(db),
        tokens=access_tokens.of_account(db, one),
        token_state=access_tokens.state,
        sketches_without=units.count_without(db, one),
        role_words=ROLES,
        keeps_passwords=context.identity().keeps_passwords,
        is_confirmed=signed is not None and sessions.is_confirmed(context.db(), signed),
        message=message,
        error=error,
        link=link,
    )
