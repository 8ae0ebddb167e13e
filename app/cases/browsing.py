"""The list of cases, what is done to several of them at once, and saved filters."""

import uuid
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.utils import redirect

from app import context, gate
from app.cases import bulk, listing, people, saved
from app.cases.blueprint import blueprint
from app.cases.filters import NOBODY, Filter
from app.cases.forms import identity
from app.errors import AppError, Refused
from app.keyset import Cursor

ACTIONS = {"assign": people.assign, "unassign": people.unassign}


@blueprint.get("")
@gate.case_reader
def cases() -> ResponseReturnValue:
    try:
        return _page(Filter.read(request.args), Cursor.read(request.args.get("after", "")))
    except Refused as error:
        return _page(Filter(), None, error=str(error)), error.status


@blueprint.post("/assign")
@gate.investigator
def assign() -> ResponseReturnValue:
    """Puts somebody on the cases that are ticked, or takes them off."""
    by = Filter.read(request.form)
    try:
        person = identity(request.form.get("assignee", ""))
        ids = [one for text in request.form.getlist("case") if (one := identity(text))]
        if person is None or not ids:
            raise Refused(_("Tick the cases and choose somebody."))
        act = ACTIONS.get(request.form.get("action", ""), people.assign)
        done = bulk.each(context.db(), context.account(), ids, lambda db, who, case: act(db, who, case, person))
    except AppError as error:
        return _page(by, None, error=str(error)), error.status
    return _page(by, None, done=done, did=_did(act, done)), 200 if done.changed or not done.refused else 422


def _did(act: Any, done: bulk.Outcome) -> str:
    if act is people.unassign:
        return str(ngettext("Taken off %(num)s case.", "Taken off %(num)s cases.", done.changed))
    return str(ngettext("Put on %(num)s case.", "Put on %(num)s cases.", done.changed))


@blueprint.post("/filters")
@gate.investigator
def save_filter() -> ResponseReturnValue:
    by = Filter.read(request.form)
    try:
        saved.save(context.db(), context.account(), request.form.get("called", ""), by)
    except Refused as error:
        return _page(by, None, error=str(error)), error.status
    return redirect(url_for("cases.cases", **by.said), 303)  # type: ignore[arg-type]


@blueprint.post("/filters/<uuid:filter_id>/remove")
@gate.investigator
def remove_filter(filter_id: uuid.UUID) -> ResponseReturnValue:
    saved.remove(context.db(), context.account(), filter_id)
    return redirect(url_for("cases.cases"), 303)


def _page(by: Filter, after: Cursor | None, **said: Any) -> str:
    db, account = context.db(), context.account()
    if after is None:
        page, counted = listing.first_page(db, account, by)
    else:  # whoever reads on knows already how many there are
        page, counted = listing.list_cases(db, account, by, after), None
    return render_template(
        "cases/list.html",
        page=page,
        by=by,
        said=by.said,
        counted=counted,
        most=listing.COUNTED,
        first=after is None,
        workers=listing.workers(db),
        saved=saved.list_saved(db, account),
        nobody=NOBODY,
        **said,
    )
