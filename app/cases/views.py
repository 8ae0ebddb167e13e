"""The pages about cases, gathered: the list, a case, and what is done there."""

import uuid

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from app import context, gate
from app.cases import editing, listing, service, words
from app.cases.blueprint import blueprint
from app.cases.forms import status as read_status
from app.cases.page import case_page, here
from app.cases.statuses import set_status
from app.errors import Conflict, Refused

__all__ = ["blueprint", "editing"]


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"case_words": words}


@blueprint.get("")
@gate.investigator
def cases() -> str:
    return render_template("cases/list.html", rows=listing.list_cases(context.db(), context.account()))


@blueprint.get("/<uuid:case_id>")
@gate.case_reader
def case(case_id: uuid.UUID) -> str:
    return _overview(case_id)


@blueprint.post("/<uuid:case_id>/status")
@gate.investigator
def status(case_id: uuid.UUID) -> ResponseReturnValue:
    head = here(case_id)
    try:
        after, seen = (read_status(request.form.get(name, "")) for name in ("status", "seen"))
        set_status(context.db(), context.account(), head.case, after, seen)
    except (Refused, Conflict) as error:
        context.db().rollback()
        return _overview(case_id, str(error)), error.status
    return redirect(url_for("cases.case", case_id=case_id), 303)


def _overview(case_id: uuid.UUID, message: str = "") -> str:
    head = here(case_id)
    tags = service.tags_of(context.db(), case_id)
    return case_page("cases/overview.html", "cases.case", head, tags=tags, message=message)
