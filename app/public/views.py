"""The pages: the list of notices, a notice, its print."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import context, gate
from app.errors import NotFound
from app.keyset import Cursor
from app.languages import choice
from app.public import addresses, crawlers, current, feed, machine, misp, pictures, texts, verify
from app.public.addresses import notice_path
from app.public.answers import answer
from app.public.blueprint import IN_LANGUAGE, blueprint
from app.public.current import Over
from app.public.filters import Filter
from app.public.pages import PictureAddress, render, render_notice, shared
from app.public.shown import Shown
from models import FileUse, PublicationFile

__all__ = ["blueprint", "crawlers", "feed", "machine", "misp", "pictures", "texts", "verify"]

PAGE = 24
"""Notices of one page of the list."""


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
    wanted = Filter.read(request.args)
    after = Cursor.read(request.args.get("after", ""))
    cover = (PublicationFile.use == FileUse.VIEW, PublicationFile.position == 1)
    found = current.page(context.db(), wanted, after, PAGE, *cover)
    return answer(
        render(
            context.settings(),
            "home.html",
            language,
            "",
            notices=[one.shown(language) for one in found.items],
            wanted=wanted,
            further=str(found.after or ""),
            inside=after is not None,
            picture_of=picture_of,
        )
    )


@blueprint.get(f"{IN_LANGUAGE}/notices/<slug>")
@gate.public
def notice(language: str, slug: str) -> Response:
    """Raises NotFound for a name that no notice ever had."""
    try:
        shown = current.find(context.db(), slug).shown(language)
    except Over:
        return over(language)
    return answer(render_notice(context.settings(), shown, language, picture=picture_of(shown)))


@blueprint.get(f"{IN_LANGUAGE}/notices/<slug>/print")
@gate.public
def printed(language: str, slug: str) -> Response:
    """For paper. Raises NotFound."""
    try:
        shown = current.find(context.db(), slug).shown(language)
    except Over:
        return over(language)
    path = f"{notice_path(slug)}/print"
    page = render(context.settings(), "print.html", language, path, shown=shown, picture=picture_of(shown))
    return answer(page)


def over(language: str) -> Response:
    """The same for every notice that is over, whatever the reason: it says nothing of any."""
    return answer(render(context.settings(), "over.html", language, None), status=410)


def picture_of(shown: Shown) -> PictureAddress:
    here = addresses.beside(context.settings(), request.script_root)
    return lambda position, file: here.picture(shown.slug, shown.version, position, file)
