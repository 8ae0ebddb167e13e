"""The form of a notice's pictures: which likenesses, what is cut off and covered, and what they show in words."""

import uuid
from dataclasses import replace
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.utils import redirect

from app import context, gate
from app.errors import Conflict, Refused
from app.languages.telling import tell
from app.notices import picture_forms, service, sources
from app.notices.blueprint import blueprint
from app.notices.content import MAX_MORPHED, MAX_PICTURES
from app.notices.page import Here, languages, notice_here, notice_page, revision
from app.notices.picture_forms import MOST_ALT, SIDES, TypedPicture


@blueprint.route("/notices/<uuid:notice_id>/pictures", methods=["GET", "POST"])
@gate.investigator
def pictures(notice_id: uuid.UUID) -> ResponseReturnValue:
    """Every button saves what is written; all but the last stay on the page."""
    found = notice_here(notice_id, to_change=True)
    stored = picture_forms.typed_of(found.content.pictures, languages())
    if request.method in context.SAFE_METHODS:
        return _form(found, stored)
    typed: list[TypedPicture] = stored
    try:
        chosen, typed = picture_forms.read(request.form, languages())
        if any(one.errors for one in typed):
            return _form(found, typed, revision=revision(), error=_("Nothing was saved: look at what is marked.")), 422
        content = replace(found.content, pictures=tuple(chosen))
        service.change(context.db(), context.account(), notice_id, revision(), content)
    except (Refused, Conflict) as error:
        context.db().rollback()
        return _form(notice_here(notice_id), typed, error=tell(error)), error.status
    if request.form.get("action", "save") == "save":
        return redirect(url_for("notices.notice", notice_id=notice_id), 303)
    place = picture_forms.touched(request.form, len(typed))
    anchor = f"picture-{place}" if place else None
    return redirect(url_for("notices.pictures", notice_id=notice_id, _anchor=anchor), 303)


def _form(found: Here, typed: list[TypedPicture], **values: Any) -> str:
    there = sources.sources(context.db(), found.notice.case_id)
    known = {
        "revision": found.notice.revision,
        "sources": there,
        "by_id": {one.likeness.id: one for one in there},
        "tongues": languages(),
        "most": {"pictures": MAX_PICTURES, "morphed": MAX_MORPHED, "alt": MOST_ALT},
        "sides": SIDES,
        "side_words": {"left": _("Left"), "top": _("Top"), "right": _("Right"), "bottom": _("Bottom")},
    }
    return notice_page("notices/pictures.html", found, pictures=typed, **{**known, **values})
