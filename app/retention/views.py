"""The pages about how long cases are kept: policies and what is due, a case's hold, and deletions."""

import uuid
from collections.abc import Callable

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.utils import redirect

from app import context, gate
from app.agency import settings
from app.cases.page import case_page, here
from app.errors import Refused
from app.retention import deletion, holds, policies, tip_views
from app.retention import page as shown
from app.retention.page import blueprint
from app.retention.words import PROPOSALS
from models import CaseStatus, Proposal, Role

__all__ = ["blueprint", "tip_views"]


@blueprint.get("/retention")
@gate.roles(Role.SUPERVISOR, Role.ADMIN)
def page() -> str:
    return shown.page()


@blueprint.post("/retention/policies")
@gate.roles(Role.SUPERVISOR, Role.ADMIN)
def set_policy() -> ResponseReturnValue:
    def change() -> None:
        status, proposal = request.form.get("status", ""), request.form.get("proposal", "")
        if status not in set(CaseStatus) or proposal not in set(Proposal):
            raise Refused(_("Choose a status and what is to be proposed."))
        months = request.form.get("months", type=int) or 0
        policies.set_policy(context.db(), context.account(), CaseStatus(status), months, Proposal(proposal))

    return shown.changed(change, shown.page, url_for("retention.page"))


@blueprint.post("/retention/policies/<uuid:policy_id>/remove")
@gate.roles(Role.SUPERVISOR, Role.ADMIN)
def remove_policy(policy_id: uuid.UUID) -> ResponseReturnValue:
    policies.remove_policy(context.db(), context.account(), policy_id)
    return redirect(url_for("retention.page"), 303)


@blueprint.get("/cases/<uuid:case_id>/retention")
@gate.case_reader
def case(case_id: uuid.UUID) -> str:
    return _case(case_id)


def _case(case_id: uuid.UUID, message: str = "") -> str:
    db, account, head = context.db(), context.account(), here(case_id)
    rule = next((one for one in policies.policies(db) if one.status == head.case.status), None)
    return case_page(
        "retention/case.html",
        "retention.case",
        head,
        policy=rule,
        proposals=PROPOSALS,
        supervises=head.works and account.has_role(Role.SUPERVISOR),
        request_=deletion.open_request(db, case_id),
        two=settings.current(db).two_people,
        most=holds.MAX_REASON,
        reason=request.form.get("reason", ""),
        message=message,
    )


@blueprint.post("/cases/<uuid:case_id>/hold")
@gate.supervisor
def hold(case_id: uuid.UUID) -> ResponseReturnValue:
    return _on_case(case_id, lambda: holds.put(context.db(), context.account(), case_id, _reason()))


@blueprint.post("/cases/<uuid:case_id>/release")
@gate.supervisor
def release(case_id: uuid.UUID) -> ResponseReturnValue:
    return _on_case(case_id, lambda: holds.release(context.db(), context.account(), case_id))


@blueprint.post("/cases/<uuid:case_id>/deletion")
@gate.supervisor
def ask(case_id: uuid.UUID) -> ResponseReturnValue:
    def change() -> None:
        deletion.ask(context.db(), context.account(), case_id, _reason())

    return _on_case(case_id, change)


@blueprint.post("/deletions/<uuid:request_id>/approve")
@gate.supervisor
@gate.confirmed
def approve(request_id: uuid.UUID) -> ResponseReturnValue:
    def change() -> None:
        deletion.approve(context.db(), context.account(), request_id)

    return shown.changed(change, shown.page, url_for("retention.page"))


@blueprint.post("/deletions/<uuid:request_id>/refuse")
@gate.supervisor
def refuse(request_id: uuid.UUID) -> ResponseReturnValue:
    def change() -> None:
        deletion.refuse(context.db(), context.account(), request_id)

    return shown.changed(change, shown.page, url_for("retention.page"))


def _reason() -> str:
    return request.form.get("reason", "")


def _on_case(case_id: uuid.UUID, change: Callable[[], None]) -> ResponseReturnValue:
    here(case_id)
    return shown.changed(change, lambda message: _case(case_id, message), url_for("retention.case", case_id=case_id))
