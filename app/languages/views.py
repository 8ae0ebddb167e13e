"""Choosing the language, and what the scripts say in it."""

from flask import Blueprint, Response, current_app, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from app import context, gate
from app.assets import YEAR
from app.database import transaction
from app.errors import NotFound, Refused
from app.guard import page_before
from app.identity.entrance import see_other
from app.languages import catalogue
from app.languages.choice import COOKIE, offered
from app.languages.names import NAMES, SOURCE

blueprint = Blueprint("languages", __name__)


@blueprint.post("/language")
@gate.public
def choose() -> Response:
    """A signed-in person's choice is kept with the account, so that it is theirs on every device."""
    language = request.form.get("language", "")
    if language not in offered():
        raise Refused(_("This language is not offered here. Choose one from the list."))
    signed = context.sign_in()
    if signed is not None:
        with transaction(context.db()):
            signed.account.language = language
    response = see_other(_way_back())
    # Also for this browser, so that the page after signing out speaks it too.
    secure, name = context.settings().production, context.cookie_name(COOKIE)
    response.set_cookie(name, language, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)
    return response


def _way_back() -> str:
    """The page on which it was chosen; the start page where that was the answer to a form."""
    before = page_before()
    try:
        current_app.create_url_adapter(request).match(before.partition("?")[0], "GET")  # type: ignore[union-attr]
    except HTTPException:
        return "/"
    return before


@blueprint.get("/language/<tag>/<language>.js")
@gate.public
def script(tag: str, language: str) -> Response:
    if language not in NAMES:
        raise NotFound(_("There is nothing at this address, or it is not yours."))
    response = Response(catalogue.script(language), mimetype="text/javascript")
    current = tag == catalogue.version(language)
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if current else "no-cache"
    return response


@blueprint.app_context_processor
def for_templates() -> dict[str, object]:
    language = str(get_locale())
    told = language != SOURCE and url_for("languages.script", tag=catalogue.version(language), language=language)
    return {"language": language, "languages": _offered(), "words_script": told}


def _offered() -> dict[str, str]:
    return {code: NAMES[code] for code in offered()}
