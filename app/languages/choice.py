"""Who decides on the language: the person, else their browser, else the installation."""

from collections.abc import Callable

from flask import Flask, g, has_request_context, request
from flask_babel import Babel
from sqlalchemy.exc import SQLAlchemyError

from app import context
from app.errors import AppError
from app.languages import formats
from app.languages.catalogue import Catalogues, translations
from app.languages.names import SOURCE
from app.languages.telling import role_title, told

COOKIE = "semblance_language"


def init_app(app: Flask, select: Callable[[], str] | None = None) -> None:
    """``select`` says which language a request is answered in; by default `choose`."""
    babel = Babel(app, default_locale=SOURCE, locale_selector=select or choose)
    babel.domain_instance = Catalogues()
    for language in app.extensions["semblance"].settings.languages:
        translations(language)  # read now, which takes a tenth of a second, and not while somebody waits
    app.jinja_env.filters.update(formats.FILTERS, told=told)
    app.jinja_env.globals["role_title"] = role_title
    app.jinja_env.policies["ext.i18n.trimmed"] = True  # a {% trans %} may be broken into lines


def choose() -> str:
    """What the account keeps, else what this browser was told, else what it asks for, else the default."""
    if not has_request_context():
        return SOURCE
    known = offered()
    for wish in (_of_account(), request.cookies.get(context.cookie_name(COOKIE))):
        if wish in known:
            return wish
    return request.accept_languages.best_match(known) or known[0]


def of_address() -> str:
    """On surfaces without sessions: what the address says (``/th/...``), else what the browser asks for."""
    if not has_request_context():
        return SOURCE
    known, said = offered(), (request.view_args or {}).get("language")
    return said if said in known else request.accept_languages.best_match(known) or known[0]


def offered() -> tuple[str, ...]:
    """Of the installation's languages those that the agency offers, the one for whoever has chosen none first."""
    installed, agency = context.settings().languages, context.agency().settings
    some = tuple(one for one in installed if one in agency.languages) or installed
    return tuple(sorted(some, key=lambda one: one != agency.language))


def _of_account() -> str | None:
    if "sign_in" not in g and context.bearer_token() is not None:
        return None  # it was not accepted: asking for it once more would only take as long again
    try:
        signed = context.sign_in()
    except (SQLAlchemyError, AppError):
        return None  # the page that says so speaks the browser's language
    return signed.account.language if signed else None
