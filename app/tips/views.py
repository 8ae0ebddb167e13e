"""The pages where a tip begins: what this is, and the two forms."""

from collections.abc import Mapping

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import gate
from app.errors import AppError
from app.languages import choice
from app.tips import answers, fields, notices, receipt_views, upload_views
from app.tips.answers import LANGUAGE, blueprint
from app.tips.desk import desk
from app.tips.fields import FieldsRefused
from models import TipKind

__all__ = ["blueprint", "receipt_views", "upload_views"]


PAGES = ("tips.home", "tips.safety", "tips.new", "tips.report", "tips.receipt")
"""Pages that can be called up; any other leads to the first one of the other language."""


def other_language(language: str) -> str:
    """Where this page is in another language."""
    endpoint = request.endpoint if request.endpoint in PAGES and request.method == "GET" else "tips.home"
    return url_for(endpoint, language=language, notice=fields.slug(request.args.get("notice")))


@blueprint.get("/")
@gate.public
def start() -> ResponseReturnValue:
    return redirect(url_for("tips.home", language=choice.of_address()))


@blueprint.get(f"{LANGUAGE}/")
@gate.public
def home(language: str) -> str:  # noqa: ARG001
    return render_template("home.html")


@blueprint.get(f"{LANGUAGE}/safety")
@gate.public
def safety(language: str) -> str:  # noqa: ARG001
    return render_template("safety.html")


@blueprint.get(f"{LANGUAGE}/new")
@gate.public
def new(language: str) -> ResponseReturnValue:
    return _form("new.html", language, request.args)


@blueprint.post(f"{LANGUAGE}/new")
@gate.public
def send(language: str) -> ResponseReturnValue:
    return _send("new.html", language)


@blueprint.get(f"{LANGUAGE}/report")
@gate.public
def report(language: str) -> ResponseReturnValue:
    return _form("report.html", language, request.args)


@blueprint.post(f"{LANGUAGE}/report")
@gate.public
def send_report(language: str) -> ResponseReturnValue:
    return _send("report.html", language)


def _form(page: str, language: str, given: Mapping[str, str], refused: AppError | None = None) -> ResponseReturnValue:
    """The form, with what was typed and why it was not taken."""
    slug = fields.slug(given.get("notice"))
    facts = {"slug": slug, "headline": notices.headline(slug, language), "languages": choice.offered()}
    return answers.page(page, refused, given, **facts)


def _send(page: str, language: str) -> ResponseReturnValue:
    try:
        answers.admit()
        uploads = fields.uploads(request.form)
        kind = _kind(page, request.form.get("kind"))
        body = fields.body(request.form, uploads)
    except (*answers.UNADMITTED, FieldsRefused) as refused:
        g.problem = type(refused).__name__
        return _form(page, language, answers.typed(refused), refused)
    wanted = fields.language(request.form.get("language"), language)
    receipt = desk().take(kind, fields.slug(request.form.get("notice")), wanted, body, uploads)
    return render_template("sent.html", receipt=receipt, kind=kind)


def _kind(page: str, said: str | None) -> TipKind:
    """Raises FieldsRefused."""
    if page == "new.html":
        return TipKind.TIP
    if said not in (TipKind.THIS_IS_ME, TipKind.WRONG):
        raise FieldsRefused("kind", _("Say which of the two it is."))
    return TipKind(said)
