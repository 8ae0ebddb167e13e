"""A case's notes and its timeline."""

import uuid
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from app import context, gate
from app.cases import notes as service
from app.cases.blueprint import blueprint
from app.cases.markdown import render
from app.cases.page import case_page, here
from app.cases.telling import sentence, shape, who
from app.cases.timeline import timeline as events
from app.errors import Refused
from app.keyset import Cursor


@blueprint.get("/<uuid:case_id>/notes")
@gate.case_reader
def notes(case_id: uuid.UUID) -> str:
    return _notes(case_id)


@blueprint.post("/<uuid:case_id>/notes")
@gate.investigator
def add_note(case_id: uuid.UUID) -> ResponseReturnValue:
    typed = request.form.get("body", "")
    try:
        service.add(context.db(), context.account(), case_id, typed)
    except Refused as error:
        return _notes(case_id, typed=typed, error=str(error)), error.status
    return redirect(url_for("cases.notes", case_id=case_id), 303)


@blueprint.post("/<uuid:case_id>/notes/<uuid:note_id>")
@gate.investigator
def change_note(case_id: uuid.UUID, note_id: uuid.UUID) -> ResponseReturnValue:
    typed = request.form.get("body", "")
    try:
        service.change(context.db(), context.account(), case_id, note_id, typed)
    except Refused as error:
        return _notes(case_id, changing=note_id, changed=typed, error=str(error)), error.status
    return redirect(url_for("cases.notes", case_id=case_id, _anchor=f"note-{note_id}"), 303)


@blueprint.post("/<uuid:case_id>/notes/<uuid:note_id>/remove")
@gate.investigator
def remove_note(case_id: uuid.UUID, note_id: uuid.UUID) -> ResponseReturnValue:
    service.remove(context.db(), context.account(), case_id, note_id)
    return redirect(url_for("cases.notes", case_id=case_id), 303)


@blueprint.get("/<uuid:case_id>/timeline")
@gate.case_reader
def timeline(case_id: uuid.UUID) -> str:
    head = here(case_id)
    shown = events(context.db(), head.case, request.args.get("before", type=int))
    told = {"render": render, "sentence": sentence, "shape": shape, "who": who}
    return case_page("cases/timeline.html", "cases.timeline", head, shown=shown, **told)


def _notes(case_id: uuid.UUID, **values: Any) -> str:
    head = here(case_id)
    after = Cursor.read(request.args.get("after", ""))
    page = service.list_notes(context.db(), head.case, after)
    known = {"page": page, "first": after is None, "render": render, "most": service.MAX_NOTE}
    return case_page("cases/notes.html", "cases.notes", head, **known, **values)
