"""The pages about cases, gathered: the list, a case, and what is done there."""

import uuid
from collections.abc import Callable

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.utils import redirect

from app import context, gate
from app.cases import browsing, colleagues, custody, editing, moving, people, words, writing
from app.cases.blueprint import blueprint
from app.cases.forms import identity
from app.cases.forms import status as read_status
from app.cases.page import case_page, here
from app.cases.sight import sees
from app.cases.statuses import set_status
from app.errors import Conflict, Refused
from app.filing import shelf

__all__ = ["blueprint", "browsing", "custody", "editing", "writing"]


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"case_words": words}


@blueprint.get("/<uuid:case_id>")
@gate.case_reader
def case(case_id: uuid.UUID) -> str:
    return _overview(case_id)


@blueprint.post("/<uuid:case_id>/status")
@gate.investigator
def status(case_id: uuid.UUID) -> ResponseReturnValue:
    def act() -> None:
        after, seen = (read_status(request.form.get(name, "")) for name in ("status", "seen"))
        set_status(context.db(), context.account(), case_id, after, seen)

    return _change(case_id, act)


@blueprint.post("/<uuid:case_id>/people")
@gate.investigator
def assign_one(case_id: uuid.UUID) -> ResponseReturnValue:
    def act() -> None:
        person = colleagues.named(context.db(), request.form.get("person", ""))
        if person is None:
            raise Refused(_("Write whom you want to put on the case."))
        people.assign(context.db(), context.account(), case_id, person)

    return _change(case_id, act)


@blueprint.post("/<uuid:case_id>/people/<uuid:account_id>/remove")
@gate.investigator
def unassign(case_id: uuid.UUID, account_id: uuid.UUID) -> ResponseReturnValue:
    return _change(case_id, lambda: people.unassign(context.db(), context.account(), case_id, account_id))


@blueprint.post("/<uuid:case_id>/unit")
@gate.investigator
def move(case_id: uuid.UUID) -> ResponseReturnValue:
    def act() -> None:
        moving.move(context.db(), context.account(), case_id, identity(request.form.get("unit", "")))

    return _change(case_id, act)


def _change(case_id: uuid.UUID, act: Callable[[], object]) -> ResponseReturnValue:
    """Do it and show the case again, or the list when whoever did it does not see the case any more."""
    try:
        act()
    except (Refused, Conflict) as error:
        context.db().rollback()
        return _overview(case_id, str(error)), error.status
    seen = sees(context.db(), context.account(), case_id)
    return redirect(url_for("cases.case", case_id=case_id) if seen else url_for("cases.cases"), 303)


def _overview(case_id: uuid.UUID, message: str = "") -> str:
    head = here(case_id)
    return case_page(
        "cases/overview.html",
        "cases.case",
        head,
        recent=shelf.newest_in(context.db(), case_id),
        message=message,
        colleagues=colleagues.colleagues(context.db()) if head.works else [],
        typed=request.form.get("person", ""),
        targets=moving.targets(context.account(), head.case) if head.works else [],
    )
