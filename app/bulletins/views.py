"""The pages of bulletins: all that one sees, those of one notice, and each by itself."""

import uuid
from collections.abc import Callable, Sequence

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.utils import redirect

from app import context, gate
from app.bulletins import asking, fonts, forms, keeping, listing, sight
from app.bulletins.reading import is_current, publications_of
from app.bulletins.words import CATEGORY, ENDED, PAPER, font_words
from app.custody import Thing
from app.custody.looking import Evidence
from app.database import clock
from app.errors import AppError, Conflict, NotFound
from app.languages.names import NAMES
from app.languages.telling import reason, tell
from app.notices.document import last_day
from app.objects import note_look, send_object
from models import Publication

blueprint = Blueprint("bulletins", __name__)


@blueprint.get("/bulletins")
@gate.investigator
def index() -> str:
    return _index()


@blueprint.post("/bulletins")
@gate.investigator
def ask_pack() -> ResponseReturnValue:
    try:
        made = asking.ask(context.db(), context.account(), forms.publications(), forms.wish())
    except AppError as error:
        return _refused(error, _index)
    return redirect(url_for("bulletins.bulletin", bulletin_id=made.id), 303)


def _index(message: str = "") -> str:
    db, account = context.db(), context.account()
    return _render(
        "bulletins/index.html",
        message,
        bulletins=listing.list_bulletins(db, account),
        publications=sight.current_of(db, account, clock(db)),
        chosen=request.form.getlist("publication"),
        most=asking.MOST,
    )


@blueprint.get("/publications/<slug>/bulletins")
@gate.investigator
def of_notice(slug: str) -> str:
    return _of_notice(slug)


@blueprint.post("/publications/<slug>/bulletins")
@gate.investigator
def ask(slug: str) -> ResponseReturnValue:
    newest = sight.get_newest(context.db(), context.account(), slug)
    try:
        made = asking.ask(context.db(), context.account(), [newest.id], forms.wish())
    except AppError as error:
        return _refused(error, lambda message: _of_notice(slug, message))
    return redirect(url_for("bulletins.bulletin", bulletin_id=made.id), 303)


def _of_notice(slug: str, message: str = "") -> str:
    db, account = context.db(), context.account()
    newest = sight.get_newest(db, account, slug)
    now = clock(db)
    return _render(
        "bulletins/notice.html",
        message,
        publication=newest,
        until=last_day(newest),
        ended=listing.why_not([newest], now),
        may=is_current(newest, now) and sight.works_on(db, account, newest),
        bulletins=listing.list_bulletins(db, account, slug=slug),
        languages=newest.languages,
    )


@blueprint.get("/bulletins/<uuid:bulletin_id>")
@gate.investigator
def bulletin(bulletin_id: uuid.UUID) -> str:
    found = listing.list_bulletins(context.db(), context.account(), bulletin_id=bulletin_id)
    if not found:
        raise NotFound(sight.NO_BULLETIN)
    return _render("bulletins/bulletin.html", "", one=found[0])


@blueprint.get("/bulletins/<uuid:bulletin_id>/file")
@gate.investigator
def file(bulletin_id: uuid.UUID) -> Response:
    db = context.db()
    found = sight.get_bulletin(db, context.account(), bulletin_id)
    if found.key is None:
        raise NotFound(sight.NO_BULLETIN)
    key, mime, name, sha256 = found.key, found.mime, found.file_name, str(found.sha256)
    publications = publications_of(db, bulletin_id)
    ended = listing.why_not(publications, clock(db))
    if ended is not None and request.args.get("confirmed") != "yes":
        raise NotToBePosted(url_for("bulletins.bulletin", bulletin_id=bulletin_id))
    cases = sorted(set(sight.cases_of(db, [one.id for one in publications]).values()))
    thing = Thing("bulletin", bulletin_id)
    taken = [Evidence(None, thing, "file", sha256, case_id=case_id) for case_id in cases]
    for one in taken[1:]:
        note_look(one, taken=True)
    return send_object(key, mime, name if ended is None else f"do-not-post-{name}", seen=taken[0], download=True)


class NotToBePosted(Conflict):
    """A bulletin of what is no longer public; its page asks whether it is wanted all the same."""

    def __init__(self, page: str) -> None:
        super().__init__(_("A notice of this bulletin is no longer public. Confirm on its page that you want it."))
        self.way = (page, _("The bulletin"))


@blueprint.get("/bulletins/<uuid:bulletin_id>/preview")
@gate.investigator
def preview(bulletin_id: uuid.UUID) -> Response:
    found = sight.get_bulletin(context.db(), context.account(), bulletin_id)
    if found.preview_key is None:
        raise NotFound(sight.NO_BULLETIN)
    return send_object(found.preview_key, "image/webp", "preview.webp", seen=None)


def _refused(error: AppError, page: Callable[[str], str]) -> ResponseReturnValue:
    if error.status >= 500 or isinstance(error, NotFound):
        raise error
    context.db().rollback()
    return page(tell(error)), error.status


def _render(template: str, message: str, languages: Sequence[str] | None = None, **values: object) -> str:
    """``languages`` are those to choose from, all when it is None."""
    known = context.settings().languages
    return render_template(
        template,
        message=message,
        headline_of=_headline,
        speaks=[(code, NAMES[code]) for code in known if languages is None or code in languages],
        names=NAMES,
        given=request.form,
        dots=forms.DOTS,
        category=CATEGORY,
        ended_words=ENDED,
        papers=PAPER,
        kept=keeping.KEPT.days,
        reason=reason,
        lacks_font="" if fonts.thai_font() or "th" not in known else font_words(),
        **values,
    )


def _headline(publication: Publication) -> str:
    """In the language of whoever looks where it has it, else in the one that it was written in."""
    words, language = publication.content["words"], str(get_locale())
    return str((words.get(language) or next(iter(words.values())))["headline"])
