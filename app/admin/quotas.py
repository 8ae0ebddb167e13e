"""Limits to what units and accounts may use: the list, and the form of one."""

import uuid

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import context, gate
from app.admin.blueprint import blueprint
from app.admin.forms import revision, see
from app.agency import limiting
from app.agency.quotas import MEASURES, STORED, Use, near
from app.errors import Conflict

MEGABYTE = 2**20


@blueprint.get("/quotas")
@gate.admin
def quotas() -> str:
    db = context.db()
    message = _("The limits are saved. They hold from now on.") if request.args.get("done") else ""
    return render_template(
        "admin/quotas.html", units=limiting.units(db), accounts=limiting.accounts(db), message=message
    )


@blueprint.route("/quotas/<any(unit,account):kind>/<uuid:subject_id>", methods=["GET", "POST"])
@gate.admin
@gate.confirmed
def quota(kind: str, subject_id: uuid.UUID) -> ResponseReturnValue:
    db = context.db()
    one = limiting.of(db, kind, subject_id)
    if request.method in context.SAFE_METHODS:
        return _form(one)
    errors: dict[str, str] = {}
    wanted = {measure: _limit(measure, errors) for measure in MEASURES}
    if errors:
        return _form(one, errors), 422
    try:
        limiting.set_limits(db, context.account(), kind, subject_id, revision(), wanted)
    except Conflict as error:
        return _form(limiting.of(db, kind, subject_id), {"form": str(error)}), error.status
    return see("admin.quotas", done=1)


@blueprint.app_template_global("limits_near")
def limits_near() -> list[Use]:
    """The limits of whoever is asking that are used up soon, for the pages on which more is asked for."""
    account = context.account()
    return near(context.db(), account.id, [unit.id for unit in account.units])


def _limit(measure: str, errors: dict[str, str]) -> int | None:
    """None where the field is empty; megabytes become bytes."""
    text, most = request.form.get(measure, "").strip(), limiting.MOST[measure]
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= most):
        errors[measure] = _("Give a whole number from 0 to %(most)s, or leave it empty.", most=most)
        return None
    return int(text) * (MEGABYTE if measure == STORED else 1)


def _form(one: limiting.Limited, errors: dict[str, str] | None = None) -> str:
    limits = {
        measure: "" if value is None else str(-(-value // MEGABYTE) if measure == STORED else value)
        for measure, value in one.limits.items()
    }
    return render_template("admin/quota.html", one=one, form={**limits, **request.form}, errors=errors or {})
