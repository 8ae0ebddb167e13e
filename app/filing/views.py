"""A case's sketches, filing one, and its versions side by side."""

import uuid

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import context, gate
from app.cases.forms import identity
from app.cases.page import case_page, here
from app.errors import Forbidden, NotFound, Refused
from app.filing import service, shelf
from app.languages.telling import tell
from app.problems import wants_json
from app.studio.service import get_sketch
from app.witness.service import sessions_of

blueprint = Blueprint("filing", __name__)
TAB = "filing.sketches"


@blueprint.get("/cases/<uuid:case_id>/sketches")
@gate.case_reader
def sketches(case_id: uuid.UUID) -> str:
    return _page(case_id)


@blueprint.post("/cases/<uuid:case_id>/sketches")
@gate.investigator
def file_here(case_id: uuid.UUID) -> ResponseReturnValue:
    """File a quick render in this case."""
    here(case_id)
    try:
        sketch_id, session_id = (identity(request.form.get(name, "")) for name in ("sketch", "session"))
        if sketch_id is None:
            raise Refused(_("Choose a sketch first."))
        sketch = get_sketch(context.db(), context.account(), sketch_id)
        service.file_sketch(context.db(), context.account(), sketch, case_id, session_id)
    except (Refused, Forbidden, NotFound) as error:
        if wants_json():
            raise
        context.db().rollback()
        return _page(case_id, tell(error)), error.status
    return _see(url_for(TAB, case_id=case_id))


@blueprint.post("/sketches/<uuid:sketch_id>/case")
@gate.investigator
def file_one(sketch_id: uuid.UUID) -> ResponseReturnValue:
    """File this sketch in the case of a number, or say which of its case's sessions it came of."""
    sketch = get_sketch(context.db(), context.account(), sketch_id)
    session_id = identity(request.form.get("session", ""))
    number = request.form.get("number")
    if number is None and sketch.case_id is not None:
        case_id = sketch.case_id
    else:
        case_id = service.case_by_number(context.db(), context.account(), number or "")
    service.file_sketch(context.db(), context.account(), sketch, case_id, session_id)
    return _see(url_for("studio.sketch", sketch_id=sketch_id, filed=1))


@blueprint.get("/sketches/<uuid:sketch_id>/versions")
@gate.case_reader
def versions(sketch_id: uuid.UUID) -> str:
    sketch = get_sketch(context.db(), context.account(), sketch_id)
    found = shelf.versions_of(context.db(), sketch)
    return render_template("filing/versions.html", sketch=sketch, versions=found)


def _page(case_id: uuid.UUID, message: str = "") -> str:
    head, sessions = here(case_id), sessions_of(context.db(), case_id)
    filed, quick = shelf.filed_in(context.db(), case_id, sessions, context.account())
    return case_page(
        "filing/sketches.html",
        TAB,
        head,
        filed=filed,
        sessions=sessions,
        quick=quick if head.works else [],
        message=message,
    )


def _see(address: str) -> Response:
    return Response(status=303, headers={"Location": address})
