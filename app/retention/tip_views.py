"""The page about how long tips of no case are kept."""

import uuid

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.utils import redirect

from app import context, gate
from app.agency import settings
from app.errors import Refused
from app.retention import policies, tip_policies, tips
from app.retention.page import blueprint, changed
from models import Role, TipState


@blueprint.get("/retention/tips")
@gate.roles(Role.SUPERVISOR, Role.ADMIN)
def tips_page() -> str:
    return _page()


def _page(message: str = "") -> str:
    db, account = context.db(), context.account()
    return render_template(
        "retention/tips.html",
        tips=tip_policies.due(db, account),
        states=tip_policies.STATES,
        two=settings.current(db).two_people,
        supervises=account.has_role(Role.SUPERVISOR),
        most=policies.MAX_MONTHS,
        message=message,
    )


@blueprint.post("/retention/tips")
@gate.roles(Role.SUPERVISOR, Role.ADMIN)
def set_tip_policy() -> ResponseReturnValue:
    def change() -> None:
        state = request.form.get("state", "")
        if state not in set(TipState):
            raise Refused(_("Choose a state in which a tip has been dealt with."))
        months = request.form.get("months", type=int) or 0
        tip_policies.set_policy(context.db(), context.account(), TipState(state), months)

    return changed(change, _page, _here())


@blueprint.post("/retention/tips/<uuid:tip_policy_id>/remove")
@gate.roles(Role.SUPERVISOR, Role.ADMIN)
def remove_tip_policy(tip_policy_id: uuid.UUID) -> ResponseReturnValue:
    tip_policies.remove_policy(context.db(), context.account(), tip_policy_id)
    return redirect(_here(), 303)


@blueprint.post("/retention/tips/<uuid:tip_policy_id>/delete")
@gate.supervisor
@gate.confirmed
def delete_tips(tip_policy_id: uuid.UUID) -> ResponseReturnValue:
    def change() -> None:
        tips.delete_due(context.db(), context.account(), tip_policy_id)

    return changed(change, _page, _here())


def _here() -> str:
    return url_for("retention.tips_page")
