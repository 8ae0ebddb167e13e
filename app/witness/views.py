"""The pages of a case's witness sessions."""

import uuid
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.utils import redirect

from app import context, gate, workers
from app.cases.page import CaseHead, case_page, here
from app.errors import Forbidden, Refused
from app.filing.shelf import sketches_by_session
from app.languages.telling import tell
from app.witness import service
from app.witness.facts import COLOURED, WORDS, told_facts
from app.witness.forms import FIELDS, read_session, said_of, typed_of
from imaging.words import N_
from models import utc_now

blueprint = Blueprint("witness", __name__, url_prefix="/cases/<uuid:case_id>/sessions")
METHODS = (N_("Free-hand drawing"), N_("Composite by features"), N_("Drawing program"))
TAB = "witness.sessions"


@blueprint.get("")
@gate.case_reader
def sessions(case_id: uuid.UUID) -> str:
    head = here(case_id)
    return case_page(
        "witness/sessions.html",
        TAB,
        head,
        sessions=service.sessions_of(context.db(), case_id),
        drawn=sketches_by_session(context.db(), case_id),
        told_facts=told_facts,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@gate.investigator
def new(case_id: uuid.UUID) -> ResponseReturnValue:
    head = _worked_on(case_id)
    if request.method in context.SAFE_METHODS:
        return _form(head, {"artist": context.account().name})
    typed = _typed()
    try:
        said = read_session(typed, utc_now().date())
        row = service.add_session(context.db(), context.account(), case_id, said)
    except Refused as error:
        return _form(head, typed, error=tell(error)), error.status
    return redirect(url_for(TAB, case_id=case_id, _anchor=f"session-{row.number}"), 303)


@blueprint.route("/<uuid:session_id>/edit", methods=["GET", "POST"])
@gate.investigator
def edit(case_id: uuid.UUID, session_id: uuid.UUID) -> ResponseReturnValue:
    head = _worked_on(case_id)
    row = service.get_session(context.db(), context.account(), case_id, session_id)
    if request.method in context.SAFE_METHODS:
        return _form(head, typed_of(said_of(row)), row=row, revision=row.revision)
    typed, revision = _typed(), request.form.get("revision", 0, type=int)
    try:
        said = read_session(typed, utc_now().date())
        service.edit_session(context.db(), context.account(), case_id, session_id, said, revision)
    except Refused as error:
        return _form(head, typed, row=row, revision=revision, error=tell(error)), error.status
    except service.ChangedMeanwhile as error:
        context.db().rollback()
        again = service.get_session(context.db(), context.account(), case_id, session_id)
        now = typed_of(said_of(again))
        page = _form(here(case_id), typed, row=again, revision=again.revision, now=now, error=tell(error))
        return page, error.status
    return redirect(url_for(TAB, case_id=case_id, _anchor=f"session-{row.number}"), 303)


def _worked_on(case_id: uuid.UUID) -> CaseHead:
    head = here(case_id)
    if not head.works:
        raise Forbidden(_("You look into this case for a while; only those who work on it can change it."))
    return head


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in FIELDS}


def _form(head: CaseHead, typed: dict[str, str], **values: Any) -> str:
    return case_page(
        "witness/form.html",
        TAB,
        head,
        typed=typed,
        fields=WORDS,
        methods=METHODS,
        colours=_colours(),
        **values,
    )


def _colours() -> dict[str, list[str]]:
    """By region, those that the engine that was here last can be told."""
    worker = workers.newest(context.db())
    engines = worker.capabilities.get("engines", []) if worker else []
    choices = engines[0].get("choices", {}) if engines else {}
    return {region: [str(one["name"]) for one in choices.get(region, ())] for region in COLOURED}
