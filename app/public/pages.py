"""Drawing the public pages: in their own process, and in the staff's for the preview of a draft."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, has_request_context, request, url_for
from flask_babel import force_locale, lazy_gettext
from jinja2 import Environment, FileSystemLoader

from app import context
from app.languages import formats
from app.languages.choice import offered
from app.languages.names import NAMES
from app.public import addresses, words
from app.public.addresses import notice_path
from app.public.shown import Shown, ShownFile
from app.settings import ROOT, Settings
from app.storage import split_key

FOLDER = ROOT / "templates" / "public"
MARK = "semblance_public_pages"
TEXTS = {
    "likenesses": lazy_gettext("What a likeness is"),
    "about": lazy_gettext("Who we are"),
    "follow": lazy_gettext("Be told of new notices"),
    "privacy": lazy_gettext("Your privacy"),
}
"""The pages that explain, by path, in the order of the navigation."""

PictureAddress = Callable[[int, ShownFile], str]
"""Where a file of the picture at a position, counted from 1, is shown from."""


def render_notice(settings: Settings, shown: Shown, language: str, *, picture: PictureAddress) -> str:
    """The page of a notice as the public sees it, in ``language``; ``picture(position, file)`` gives the address of a
    picture's file. Needs a request of any surface: its agency, its styles."""
    return render(settings, "notice.html", language, notice_path(shown.slug), shown=shown, picture=picture)


def render(settings: Settings, template: str, language: str, path: str | None, **facts: Any) -> str:
    """A page in ``language``; ``path`` is where it is below the language, None for what has no place of its own."""
    page = _templates().get_template(template)
    with force_locale(language):
        return page.render(**shared(settings, language, path), **facts)


def shared(settings: Settings, language: str, path: str | None) -> dict[str, Any]:
    """What every page is drawn with, in the language that is spoken just now: told once, however often it is said."""
    known = context.agency()
    absolute = addresses.absolute(settings)
    return {
        "agency": known.settings,
        "logo": _logo(known.logo_key),
        "language": language,
        "languages": {code: NAMES[code] for code in offered()},
        "path": path,
        "at": _here(settings),
        "absolute": absolute,
        "day": _local_day(known.settings.time_zone),
        "texts": {text: str(title) for text, title in TEXTS.items()},
        "category_words": {category: str(title) for category, title in words.CATEGORY.items()},
        "label": str(words.LABEL),
    }


def _templates() -> Environment:
    """The public's templates with this application's translations and filters; compiled once a process."""
    found: Environment | None = current_app.extensions.get(MARK)
    if found is None:
        loader = FileSystemLoader(FOLDER)
        found = current_app.extensions[MARK] = current_app.jinja_env.overlay(loader=loader)
    return found


def _here(settings: Settings) -> addresses.Addresses:
    if has_request_context() and current_app.name == "app.public":
        return addresses.beside(settings, request.script_root)
    return addresses.absolute(settings)


def _logo(key: str | None) -> str | None:
    if key is None:
        return None
    digest = split_key(key)[1]
    return url_for("public.logo" if "public.logo" in current_app.view_functions else "admin.show_logo", v=digest[:12])


def _local_day(zone: str) -> Callable[[dt.datetime], str]:
    """How a moment's day is written where the agency is: a page without a script cannot know where its reader is."""
    place = ZoneInfo(zone)
    return lambda moment: formats.long_date(moment.astimezone(place).date())
