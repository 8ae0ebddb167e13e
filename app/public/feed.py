"""The newest notices as an Atom feed, by which feed readers and services for e-mail tell of new ones."""

from flask import Response

from app import context, gate
from app.public import current
from app.public.answers import open_to_others
from app.public.blueprint import IN_LANGUAGE, blueprint
from app.public.filters import Filter
from app.public.found import load
from app.public.pages import render
from app.public.remembered import remembered
from models import FileUse, PublicationFile

NEWEST = 50
PATH = "feed.atom"


@blueprint.get(f"{IN_LANGUAGE}/{PATH}")
@gate.public
def feed(language: str) -> Response:
    db = context.db()
    ids = current.page(db, Filter(), None, NEWEST).items

    def make() -> str:
        share = (PublicationFile.use == FileUse.SHARE, PublicationFile.position == 1)
        notices = [one.shown(language) for one in load(db, ids, *share)]
        return render(context.settings(), "feed.xml", language, PATH, notices=notices)

    return open_to_others(remembered((PATH, language), ids, make, "application/atom+xml"))
