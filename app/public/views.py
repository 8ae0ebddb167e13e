"""The pages: the list of notices, a notice, its print."""

from collections.abc import Callable

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import context, gate
from app.errors import NotFound
from app.keyset import Cursor
from app.languages import choice
from app.public import addresses, contract, crawlers, current, feed, machine, misp, pictures, texts, verify
from app.public.addresses import notice_path
from app.public.answers import answer
from app.public.blueprint import IN_LANGUAGE, blueprint
from app.public.filters import Filter
from app.public.found import Over, load, load_one
from app.public.pages import PictureAddress, render, render_notice, shared
from app.public.remembered import remembered
from app.public.shown import Shown
from models import FileUse
from models import PublicationFile as File

__all__ = ["blueprint", "contract", "crawlers", "feed", "machine", "misp", "pictures", "texts", "verify"]

PAGE = 24
"""Notices of one page of the list."""
COVER = 640
"""Pixels: larger views are of no use where a picture is a few centimetres wide."""


@blueprint.app_context_processor
def for_errors() -> dict[str, object]:
    """What `app.problems` draws its page with; all others are given it as they are drawn."""
    return shared(context.settings(), choice.of_address(), None)


@blueprint.before_request
def only_offered() -> None:
    """Raises NotFound for pages in a language that the agency does not offer."""
    language = (request.view_args or {}).get("language")
    if language is not None and language not in choice.offered():
        raise NotFound(_("There is nothing at this address. It may have been typed wrongly."))


@blueprint.get("/")
@gate.public
def start() -> ResponseReturnValue:
    response = redirect(url_for("public.home", language=choice.of_address()))
    response.vary.add("Accept-Language")
    return response


@blueprint.get(f"{IN_LANGUAGE}/")
@gate.public
def home(language: str) -> Response:
    """The list of what is current. Raises Refused for a filter or a place in the list that cannot be."""
    wanted, after = Filter.read(request.args), Cursor.read(request.args.get("after", ""))
    some = current.page(context.db(), wanted, after, PAGE)
    further, inside = str(some.after or ""), after is not None

    def make() -> str:
        cover = (File.use == FileUse.VIEW, File.position == 1, File.width <= COVER)
        notices = [one.shown(language) for one in load(context.db(), some.items, *cover)]
        facts = {"notices": notices, "wanted": wanted, "further": further, "inside": inside, "picture_of": picture_of}
        return render(context.settings(), "home.html", language, "", **facts)

    return remembered(("home", language, wanted, further, inside), some.items, make)


@blueprint.get(f"{IN_LANGUAGE}/notices/<slug>")
@gate.public
def notice(language: str, slug: str) -> Response:
    """Raises NotFound for a name that no notice ever had."""
    return _of_notice(language, slug, "notice", lambda shown: _notice(language, shown))


@blueprint.get(f"{IN_LANGUAGE}/notices/<slug>/print")
@gate.public
def printed(language: str, slug: str) -> Response:
    """For paper. Raises NotFound."""
    return _of_notice(language, slug, "print", lambda shown: _print(language, shown))


def _of_notice(language: str, slug: str, what: str, make: Callable[[Shown], str]) -> Response:
    """What is made of a current notice; the same for every one that is over, which says nothing of any."""
    db = context.db()
    try:
        one = current.find(db, slug)
        return remembered((what, language), [one], lambda: make(load_one(db, one).shown(language)))
    except Over:
        return answer(render(context.settings(), "over.html", language, None), status=410)


def _notice(language: str, shown: Shown) -> str:
    return render_notice(context.settings(), shown, language, picture=picture_of(shown))


def _print(language: str, shown: Shown) -> str:
    path = f"{notice_path(shown.slug)}/print"
    return render(context.settings(), "print.html", language, path, shown=shown, picture=picture_of(shown))


def picture_of(shown: Shown) -> PictureAddress:
    here = addresses.beside(context.settings(), request.script_root)
    return lambda position, file: here.picture(shown.slug, shown.version, position, file)
