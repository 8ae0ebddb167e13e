"""The newest notices as an Atom feed, by which feed readers and services for e-mail tell of new ones."""

from flask import Response

from app import context, gate
from app.public import current
from app.public.answers import answer, open_to_others
from app.public.blueprint import IN_LANGUAGE, blueprint
from app.public.filters import Filter
from app.public.pages import render
from models import FileUse, PublicationFile

NEWEST = 50
PATH = "feed.atom"


@blueprint.get(f"{IN_LANGUAGE}/{PATH}")
@gate.public
def feed(language: str) -> Response:
    share = (PublicationFile.use == FileUse.SHARE, PublicationFile.position == 1)
    found = current.page(context.db(), Filter(), None, NEWEST, *share)
    notices = [one.shown(language) for one in found.items]
    body = render(context.settings(), "feed.xml", language, PATH, notices=notices)
    return open_to_others(answer(body, "application/atom+xml"))
