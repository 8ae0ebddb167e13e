"""Inviting people, and the invitations that nobody has accepted yet."""

import uuid

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import context, gate
from app.admin.blueprint import blueprint
from app.admin.forms import ROLES, Link, chosen_roles, chosen_units, invitation_address, see
from app.errors import Conflict, Refused
from app.identity import invitations as service
from app.identity import links, units
from app.identity.accounts import get_account
from app.identity.forms import Errors, check
from models import Account, Role, utc_now


@blueprint.get("/invitations")
@gate.admin
def invitations() -> str:
    return _list(message=_("The invitation is revoked.") if "revoked" in request.args else "")


@blueprint.route("/invitations/new", methods=["GET", "POST"])
@gate.admin
@gate.confirmed
def invite() -> ResponseReturnValue:
    if request.method in context.SAFE_METHODS:
        there = units.list_units(context.db())
        # Without a unit nobody opens a case, and where there is one only, it is that one.
        return _form(Errors(), roles=[Role.INVESTIGATOR], units=[one.id for one in there] if len(there) == 1 else [])
    errors, form = check(request.form, ("name", "email")), request.form
    roles, chosen = chosen_roles(), chosen_units()
    if not roles:
        errors["roles"] = _("Choose at least one role.")
    if not errors:
        try:
            account, token = service.invite(context.db(), form["email"], form["name"], roles, chosen)
            return _list(link=_link(account, token))
        except Conflict as error:
            errors["email"] = str(error)
        except Refused as error:
            errors["form"] = str(error)
    return _form(errors, name=form.get("name", ""), email=form.get("email", ""), roles=roles, units=chosen), 422


@blueprint.post("/invitations/<uuid:account_id>/renew")
@gate.admin
@gate.confirmed
def renew_invitation(account_id: uuid.UUID) -> ResponseReturnValue:
    account = get_account(context.db(), account_id)
    try:
        return _list(link=_link(account, links.issue_invitation(context.db(), account)))
    except Conflict as error:
        return _list(error=str(error)), error.status


@blueprint.post("/invitations/<uuid:account_id>/revoke")
@gate.admin
def revoke_invitation(account_id: uuid.UUID) -> ResponseReturnValue:
    try:
        service.revoke(context.db(), get_account(context.db(), account_id))
    except Conflict as error:
        return _list(error=str(error)), error.status
    return see("admin.invitations", revoked=1)


def _link(account: Account, token: str) -> Link:
    return Link(account.email, invitation_address(token), utc_now() + links.INVITATION_FOR)


def _list(message: str = "", error: str = "", link: Link | None = None) -> str:
    found = service.open_invitations(context.db())
    return render_template("admin/invitations.html", invitations=found, message=message, error=error, link=link)


def _form(errors: Errors, **form: object) -> str:
    return render_template(
        "admin/invite.html",
        errors=errors,
        units=units.list_units(context.db()),
        role_words=ROLES,
        form={"name": "", "email": "", "roles": [], "units": [], **form},
    )
