"""The units: the list, adding, renaming and removing them."""

import uuid
from collections.abc import Callable

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from app import context, gate
from app.admin.blueprint import blueprint
from app.admin.forms import see
from app.errors import Conflict, Refused
from app.identity import units as service

DONE = {
    "added": lazy_gettext("The unit is added."),
    "renamed": lazy_gettext("The unit has its new name."),
    "removed": lazy_gettext("The unit is removed."),
}


@blueprint.route("/units", methods=["GET", "POST"])
@gate.admin
def units() -> ResponseReturnValue:
    if request.method in context.SAFE_METHODS:
        return _page(message=DONE.get(request.args.get("done", ""), ""))
    return _change("added", lambda: service.add_unit(context.db(), request.form.get("name", "")))


@blueprint.post("/units/<uuid:unit_id>/name")
@gate.admin
def rename_unit(unit_id: uuid.UUID) -> ResponseReturnValue:
    return _change("renamed", lambda: service.rename_unit(context.db(), unit_id, request.form.get("name", "")))


@blueprint.post("/units/<uuid:unit_id>/remove")
@gate.admin
def remove_unit(unit_id: uuid.UUID) -> ResponseReturnValue:
    return _change("removed", lambda: service.remove_unit(context.db(), unit_id))


def _change(done: str, act: Callable[[], object]) -> ResponseReturnValue:
    try:
        act()
    except (Conflict, Refused) as error:
        return _page(error=str(error)), error.status
    return see("admin.units", done=done)


def _page(message: str = "", error: str = "") -> str:
    return render_template("admin/units.html", census=service.census(context.db()), message=message, error=error)
