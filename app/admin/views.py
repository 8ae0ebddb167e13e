"""The administrator's page of accounts: who there is, adding somebody, links, disabling."""

import datetime as dt
import uuid
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import context, gate
from app.errors import AppError, Conflict, NotFound, Refused
from app.identity import accounts as service
from app.identity import links
from app.identity.forms import Errors, check
from models import Account, Role, utc_now

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@dataclass(frozen=True)
class Link:
    """A one-time link, to be shown this once."""

    email: str
    address: str
    expires_at: dt.datetime


@blueprint.route("/accounts", methods=["GET", "POST"])
@gate.roles("admin")
def accounts() -> ResponseReturnValue:
    if request.method == "GET":
        return _page()
    try:
        return _act(request.form.get("action", ""))
    except (Conflict, Refused) as error:
        return _page(Errors(form=str(error))), error.status


def _act(action: str) -> ResponseReturnValue:
    if action == "add":
        return _add()
    chosen = service.get_account(context.db(), _chosen_id())
    if action == "link":
        return _page(link=_link(chosen))
    if action not in ("enable", "disable"):
        raise Refused("That is not something this page can do.")
    service.set_disabled(context.db(), context.account(), chosen, action == "disable")
    return Response(status=303, headers={"Location": url_for("admin.accounts", done=action, account=chosen.id)})


def _chosen_id() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("account_id", ""))
    except ValueError:
        raise NotFound("There is no such account.") from None


def _add() -> ResponseReturnValue:
    errors, form = check(request.form, ("name", "email")), request.form
    roles = [Role(role) for role in form.getlist("roles") if role in set(Role)]
    if not roles:
        errors["roles"] = "Choose at least one role."
    if not errors:
        try:
            added = service.add_account(context.db(), form["email"], form["name"], roles)
            return _page(link=_link(added))
        except Conflict as error:
            errors["email"] = str(error)
    return _page(errors, name=form.get("name", ""), email=form.get("email", ""), roles=roles), 422


def _link(account: Account) -> Link:
    token = links.issue_set_password(context.db(), account)
    address = url_for("identity.set_password", token=token, _external=True)
    return Link(account.email, address, utc_now() + links.SET_PASSWORD_FOR)


def _page(errors: Errors | None = None, link: Link | None = None, **form: object) -> str:
    return render_template(
        "admin/accounts.html",
        accounts=service.list_accounts(context.db()),
        now=utc_now(),
        errors=errors or Errors(),
        link=link,
        message=_message(),
        form={"name": "", "email": "", "roles": [Role.INVESTIGATOR], **form},
    )


def _message() -> str:
    words = {"enable": "{} can sign in again.", "disable": "{} is disabled and signed out everywhere."}
    done = request.args.get("done", "")
    if done not in words:
        return ""
    try:
        changed = service.get_account(context.db(), uuid.UUID(request.args.get("account", "")))
    except (AppError, ValueError):
        return ""
    return words[done].format(changed.name)
