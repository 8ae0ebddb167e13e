"""The form of a notice's texts: a new notice, and changing one."""

import uuid
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.utils import redirect

from app import context, gate
from app.agency.settings import current
from app.cases.forms import identity
from app.cases.page import CaseHead, case_page, here
from app.errors import Conflict, Refused
from app.languages.names import NAMES
from app.languages.telling import tell
from app.notices import forms, service
from app.notices.blueprint import blueprint
from app.notices.content import Content, Picture, Wording
from app.notices.forms import MOST, Typed
from app.notices.page import TAB, languages, notice_here, require_work, revision
from app.notices.words import FIELDS, HINTS
from app.public.words import CATEGORY
from models import Category


@blueprint.route("/cases/<uuid:case_id>/notices/new", methods=["GET", "POST"])
@gate.investigator
def new(case_id: uuid.UUID) -> ResponseReturnValue:
    """``likeness`` in the address is the notice's first picture."""
    head = here(case_id)
    require_work(head)
    fresh = _fresh(request.values.get("likeness", ""))
    if request.method in context.SAFE_METHODS:
        return _form(head, forms.typed_of(fresh, languages()))
    content, typed = _read(fresh)
    if typed.errors:
        return _form(head, typed), 422
    try:
        row = service.draft(context.db(), context.account(), case_id, content)
    except Refused as error:
        return _form(head, typed, error=tell(error)), error.status
    return redirect(url_for("notices.pictures", notice_id=row.id), 303)


@blueprint.route("/notices/<uuid:notice_id>/edit", methods=["GET", "POST"])
@gate.investigator
def edit(notice_id: uuid.UUID) -> ResponseReturnValue:
    found = notice_here(notice_id, to_change=True)
    if request.method in context.SAFE_METHODS:
        typed = forms.typed_of(found.content, languages())
        return _form(found.head, typed, saved=found.notice, revision=found.notice.revision)
    content, typed = _read(found.content)
    if typed.errors:
        return _form(found.head, typed, saved=found.notice, revision=revision()), 422
    try:
        service.change(context.db(), context.account(), notice_id, revision(), content)
    except (Refused, Conflict) as error:
        context.db().rollback()
        again = notice_here(notice_id)
        now = forms.typed_of(again.content, languages()) if isinstance(error, service.ChangedMeanwhile) else None
        known = {"saved": again.notice, "revision": again.notice.revision, "now": now, "error": tell(error)}
        return _form(again.head, typed, **known), error.status
    return redirect(url_for("notices.notice", notice_id=notice_id), 303)


def _fresh(likeness: str) -> Content:
    """What a new notice begins with: how to reach the agency, and the likeness that it was begun from."""
    chosen = identity(likeness)
    words = {languages()[0]: Wording(contact=contact())}
    return Content(category=Category.SUSPECT, words=words, pictures=(Picture(likenesses=(chosen,)),) if chosen else ())


def contact() -> str:
    """As the agency's settings have it, line by line."""
    agency = current(context.db())
    return "\n".join(line for line in (agency.name, agency.phone, agency.email) if line)


def _read(content: Content) -> tuple[Content, Typed]:
    return forms.read(request.form, languages(), content, contact(), service.today(context.db()))


def _form(head: CaseHead, typed: Typed, **values: Any) -> str:
    if typed.errors and not values.get("error"):
        values["error"] = _("Nothing was saved: look at what is marked.")
    known: dict[str, Any] = {"tongues": languages(), "names": NAMES, "fields": FIELDS, "hints": HINTS, "most": MOST}
    lines, lasts = forms.LINES, forms.LASTS.days
    known |= {"categories": CATEGORY, "lines": lines, "lasts": lasts, "likeness": request.values.get("likeness", "")}
    return case_page("notices/edit.html", TAB, head, typed=typed, **known, **values)
