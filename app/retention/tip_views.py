"""What is done about the time of tips on the page about retention."""

import uuid

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.utils import redirect

from app import context, gate
from app.errors import Refused
from app.retention import page, tip_policies, tips
from app.retention.page import blueprint
from models import Role, TipState


@blueprint.post("/retention/tips")
@gate.roles(Role.SUPERVISOR, Role.ADMIN)
def set_tip_policy() -> ResponseReturnValue:
    def change() -> None:
        state = request.form.get("state", "")
        if state not in set(TipState):
            raise Refused(_("Choose a state in which a tip has been dealt with."))
        months = request.form.get("months", type=int) or 0
        tip_policies.set_policy(context.db(), context.account(), TipState(state), months)

    return page.changed(change, page.page, _here())


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

    return page.changed(change, page.page, _here())


def _here() -> str:
    return url_for("retention.page", _anchor="tips")
