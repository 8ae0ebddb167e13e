"""The list of cases, what is done to several of them at once, and saved filters."""

import contextlib
import uuid
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.utils import redirect

from app import context, gate
from app.cases import bulk, colleagues, listing, people, saved
from app.cases.blueprint import blueprint
from app.cases.filters import NOBODY, Filter
from app.cases.forms import identity
from app.errors import AppError, Refused
from app.keyset import Cursor
from app.studio.samples import samples
from models import unmarked

ACTIONS = {"assign": people.assign, "unassign": people.unassign}


@blueprint.get("")
@gate.case_reader
def cases() -> ResponseReturnValue:
    said = request.args.to_dict()
    person = said.get("person", "")
    try:
        return _page(Filter.read({**said, "person": _person(person)}), Cursor.read(said.get("after", "")))
    except Refused as error:
        return _page(_readable(said), None, error=str(error), whose=person), error.status


@blueprint.post("/assign")
@gate.investigator
def assign() -> ResponseReturnValue:
    """Puts somebody on the cases that are ticked, or takes them off."""
    by = Filter.read(request.form)
    try:
        person = colleagues.named(context.db(), request.form.get("assignee", ""))
        ids = [one for text in request.form.getlist("case") if (one := identity(text))]
        if person is None or not ids:
            raise Refused(_("Tick the cases and choose somebody."))
        act = ACTIONS.get(request.form.get("action", ""), people.assign)
        done = bulk.each(context.db(), context.account(), ids, lambda db, who, case: act(db, who, case, person))
    except AppError as error:
        typed = request.form.get("assignee", "")
        return _page(by, None, error=str(error), typed=typed, ticked=request.form.getlist("case")), error.status
    return _page(by, None, done=done, did=_did(act, done)), 200 if done.changed or not done.refused else 422


def _person(text: str) -> str:
    """Whom the list is narrowed to, as `Filter.read` takes it, from what people type. Raises Refused."""
    said = unmarked(" ".join(text.split()))
    if said in {NOBODY, unmarked(_("Nobody"))}:
        return NOBODY
    if said == unmarked(_("Me")):
        return str(context.account().id)
    return str(colleagues.named(context.db(), text) or "")


def _readable(said: dict[str, str]) -> Filter:
    """What of a filter can be understood, so that one mistake does not clear the others."""
    kept = {}
    for name, value in said.items():
        with contextlib.suppress(Refused):
            Filter.read({name: value})
            kept[name] = value
    return Filter.read(kept)


def _whose(by: Filter, everybody: list[colleagues.Colleague]) -> str:
    """What the field says of the person whose cases are listed; one who left has no name to be typed."""
    return next((one.called for one in everybody if one.id == by.person), str(by.person or ""))


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
    everybody = colleagues.colleagues(db)
    said.setdefault("whose", _whose(by, everybody))
    return render_template(
        "cases/list.html",
        page=page,
        by=by,
        said=by.said,
        counted=counted,
        most=listing.COUNTED,
        first=after is None,
        colleagues=everybody,
        samples=samples(),
        saved=saved.list_saved(db, account),
        nobody=NOBODY,
        **said,
    )
