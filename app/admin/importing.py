"""Inviting everybody in a CSV file: first what it would do, then all of it or nothing."""

import base64

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import context, gate
from app.admin.blueprint import blueprint
from app.admin.forms import invitation_address
from app.errors import Conflict, Refused
from app.identity import importing as service
from app.identity.links import INVITATION_FOR
from app.identity.roster import MAX_BYTES, MAX_ROWS, Problem, Roster, decode
from models import utc_now


@blueprint.route("/accounts/import", methods=["GET", "POST"])
@gate.admin
@gate.confirmed
def import_accounts() -> ResponseReturnValue:
    if request.method in context.SAFE_METHODS:
        return _page()
    add_units = request.form.get("add_units") == "yes"
    try:
        if request.form.get("action") == "import":
            return _import(request.form.get("text", ""), add_units)
        return _preview(_uploaded(), add_units)
    except (Conflict, Refused) as error:
        return _page(add_units=add_units, error=str(error)), error.status


def _uploaded() -> str:
    """Raises Refused."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused(_("Choose a file first."))
    return decode(file.read(MAX_BYTES + 1))


def _preview(text: str, add_units: bool) -> ResponseReturnValue:
    roster = service.check(context.db(), text, add_units)
    if roster.problems:
        return _page(problems=roster.problems, add_units=add_units), 422
    return _page(roster=roster, new_units=service.new_units(context.db(), roster), add_units=add_units)


def _import(text: str, add_units: bool) -> ResponseReturnValue:
    """What was previewed, checked once more: the records may have changed since."""
    try:
        invited = service.carry_out(context.db(), text, add_units)
    except service.ImportRefused as error:
        return _page(problems=error.problems, add_units=add_units), error.status
    csv = service.links_csv(invited, invitation_address)
    return render_template(
        "admin/imported.html",
        invited=[(one.row, invitation_address(one.token)) for one in invited],
        expires_at=utc_now() + INVITATION_FOR,
        # The links are nowhere but in this answer, so that the file is in it too.
        csv="data:text/csv;charset=utf-8;base64," + base64.b64encode(b"\xef\xbb\xbf" + csv.encode()).decode(),
    )


def _page(
    roster: Roster | None = None,
    problems: list[Problem] | None = None,
    new_units: list[str] | None = None,
    add_units: bool = False,
    error: str = "",
) -> str:
    return render_template(
        "admin/import.html",
        roster=roster,
        problems=problems or [],
        new_units=new_units or [],
        add_units=add_units,
        error=error,
        max_rows=MAX_ROWS,
    )
