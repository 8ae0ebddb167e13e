"""The forms that open a case and change what it says."""

import uuid
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.utils import redirect

from app import context, gate
from app.cases import service
from app.cases.blueprint import blueprint
from app.cases.forms import case_facts, identity
from app.cases.listing import recent_tags
from app.cases.page import CaseHead, case_page, here
from app.errors import Forbidden, Refused
from models import utc_now

FIELDS = ("title", "description", "incident_on", "incident_place", "tags")


@blueprint.route("/new", methods=["GET", "POST"])
@gate.investigator
def new() -> ResponseReturnValue:
    if request.method in context.SAFE_METHODS:
        return _new_page({})
    typed = _typed()
    try:
        facts = case_facts(typed, utc_now().date())
        unit_id = identity(request.form.get("unit", ""))
        case = service.create(context.db(), context.account(), facts, unit_id)
    except Refused as error:
        return _new_page(typed, str(error)), error.status
    return redirect(url_for("cases.case", case_id=case.id), 303)


@blueprint.route("/<uuid:case_id>/edit", methods=["GET", "POST"])
@gate.investigator
def edit(case_id: uuid.UUID) -> ResponseReturnValue:
    head = here(case_id)
    if not head.works:
        raise Forbidden(_("You look into this case for a while; only those who work on it can change it."))
    if request.method in context.SAFE_METHODS:
        return _edit_page(head, _stored(head), head.case.revision)
    typed, revision = _typed(), request.form.get("revision", 0, type=int)
    try:
        facts = case_facts(typed, utc_now().date())
        service.edit(context.db(), context.account(), case_id, facts, revision)
    except Refused as error:
        return _edit_page(head, typed, revision, error=str(error)), error.status
    except service.ChangedMeanwhile as error:
        context.db().rollback()
        again = here(case_id)
        return _edit_page(again, typed, error.revision, changes=error.changes, now=_stored(again)), error.status
    return redirect(url_for("cases.case", case_id=case_id), 303)


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in FIELDS}


def _stored(head: CaseHead) -> dict[str, str]:
    """What the form's fields say of the case as it is on record."""
    case = head.case
    day = case.incident_on.isoformat() if case.incident_on else ""
    tags = ", ".join(service.tags_of(context.db(), case.id))
    values = (case.title, case.description, day, case.incident_place, tags)
    return dict(zip(FIELDS, values, strict=True))


def _new_page(typed: dict[str, str], error: str = "") -> str:
    db, account = context.db(), context.account()
    known = {"units": service.units_of(db, account), "tag_names": recent_tags(db, account)}
    return render_template("cases/new.html", typed=typed, error=error, **known)


def _edit_page(head: CaseHead, typed: dict[str, str], revision: int, **values: Any) -> str:
    known = {"revision": revision, "tag_names": recent_tags(context.db(), context.account())}
    return case_page("cases/edit.html", "cases.case", head, typed=typed, **known, **values)
