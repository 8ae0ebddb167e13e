"""The pages of breaking the glass: asking, ending it, and the list of all who did."""

import uuid

from flask import Blueprint, Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import context, gate
from app.cases import glass
from app.errors import Refused
from models import EmergencyAccess, Role

blueprint = Blueprint("glass", __name__, url_prefix="/glass")


@blueprint.route("", methods=["GET", "POST"])
@gate.case_reader
@gate.confirmed
def page() -> ResponseReturnValue:
    if request.method in context.SAFE_METHODS:
        return _page(number=request.args.get("number", ""), message=_done())
    number, reason = request.form.get("number", ""), request.form.get("reason", "")
    try:
        case_id = glass.break_glass(context.db(), context.account(), number, reason)
    except (Refused, glass.NoSuchCase) as error:
        return _page(number, reason, error=str(error)), error.status
    return Response(status=303, headers={"Location": _address(case_id)})


@blueprint.get("/record")
@gate.roles(Role.SUPERVISOR, Role.ADMIN)
def record() -> str:
    found = glass.record(context.db(), context.account())
    return render_template("cases/glass_record.html", found=found, most=glass.RECORD_LIMIT)


@blueprint.post("/<uuid:access_id>/close")
@gate.case_reader
def close(access_id: uuid.UUID) -> Response:
    glass.close(context.db(), context.account(), access_id)
    return Response(status=303, headers={"Location": url_for("glass.page", done="closed")})


@blueprint.app_template_global("glass_open")
def glass_open(case_id: uuid.UUID | None) -> EmergencyAccess | None:
    """What a page about this case says of whoever looks into it; asked once a request."""
    signed = context.sign_in()
    if case_id is None or signed is None:
        return None
    asked: dict[uuid.UUID, EmergencyAccess | None] = g.setdefault("glass", {})
    if case_id not in asked:
        asked[case_id] = glass.open_for(context.db(), signed.account, case_id)
    return asked[case_id]


@blueprint.app_template_global("glass_of_case")
def glass_of_case(case_id: uuid.UUID) -> list[glass.Broken]:
    """Everybody who ever looked into the case, for its own page."""
    return glass.of_case(context.db(), case_id)


def _done() -> str:
    return _("The case is closed to you again.") if request.args.get("done") == "closed" else ""


def _address(case_id: uuid.UUID) -> str:
    return url_for("cases.case", case_id=case_id)


def _page(number: str = "", reason: str = "", message: str = "", error: str = "") -> str:
    minutes = context.agency().settings.glass_minutes
    mine = glass.all_open(context.db(), context.account())
    form = {"number": number, "reason": reason}
    known = {"minutes": minutes, "mine": mine, "form": form, "message": message, "error": error}
    return render_template("cases/glass.html", least=glass.MIN_REASON, most=glass.MAX_REASON, **known)
