"""The pages about how long cases are kept: policies and what is due, a case's hold, and deletions."""

import uuid
from collections.abc import Callable

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.utils import redirect

from app import context, gate
from app.agency import settings
from app.cases.page import case_page, here
from app.errors import AppError, Refused
from app.languages.telling import tell
from app.retention import deletion, holds, policies
from app.retention.words import PROPOSALS
from models import CaseStatus, Proposal, Role

blueprint = Blueprint("retention", __name__)


@blueprint.get("/retention")
@gate.roles(Role.SUPERVISOR, Role.ADMIN)
def page() -> str:
    return _page()


def _page(message: str = "") -> str:
    db, account = context.db(), context.account()
    supervises, rules = account.has_role(Role.SUPERVISOR), policies.policies(db)
    return render_template(
        "retention/page.html",
        policies=rules,
        due=policies.due(db, account, rules, request.args.get("page", 1, type=int)) if supervises else None,
        waiting=deletion.waiting(db, account) if supervises else [],
        decided=deletion.decided(db, account) if supervises else [],
        two=settings.current(db).two_people,
        statuses=list(CaseStatus),
        proposals=PROPOSALS,
        most=policies.MAX_MONTHS,
        message=message,
    )


@blueprint.post("/retention/policies")
@gate.roles(Role.SUPERVISOR, Role.ADMIN)
def set_policy() -> ResponseReturnValue:
    def change() -> None:
        status, proposal = request.form.get("status", ""), request.form.get("proposal", "")
        if status not in set(CaseStatus) or proposal not in set(Proposal):
            raise Refused(_("Choose a status and what is to be proposed."))
        months = request.form.get("months", type=int) or 0
        policies.set_policy(context.db(), context.account(), CaseStatus(status), months, Proposal(proposal))

    return _changed(change, _page, url_for("retention.page"))


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

    return _changed(change, _page, url_for("retention.page"))


@blueprint.post("/deletions/<uuid:request_id>/refuse")
@gate.supervisor
def refuse(request_id: uuid.UUID) -> ResponseReturnValue:
    def change() -> None:
        deletion.refuse(context.db(), context.account(), request_id)

    return _changed(change, _page, url_for("retention.page"))


def _reason() -> str:
    return request.form.get("reason", "")


def _on_case(case_id: uuid.UUID, change: Callable[[], None]) -> ResponseReturnValue:
    here(case_id)
    return _changed(change, lambda message: _case(case_id, message), url_for("retention.case", case_id=case_id))


def _changed(change: Callable[[], None], page: Callable[[str], str], target: str) -> ResponseReturnValue:
    """Do it and go to a page, or draw the page that it was asked from with what is wrong."""
    try:
        change()
    except AppError as error:
        if error.status in (401, 403, 404) or error.status >= 500:
            raise
        context.db().rollback()
        return page(tell(error)), error.status
    return redirect(target, 303)
