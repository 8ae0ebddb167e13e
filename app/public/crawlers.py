"""What search engines are told."""

from flask import Response
from sqlalchemy import select

from app import context, gate
from app.languages.choice import offered
from app.public import addresses, current
from app.public.answers import answer
from app.public.blueprint import blueprint
from app.public.pages import TEXTS, render
from models import Publication

MOST = 50_000
"""Addresses that one sitemap may have, by sitemaps.org."""


@blueprint.get("/robots.txt")
@gate.public
def robots() -> Response:
    root = addresses.absolute(context.settings()).root
    return answer(f"User-agent: *\nAllow: /\nSitemap: {root}/sitemap.xml\n", "text/plain")


@blueprint.get("/sitemap.xml")
@gate.public
def sitemap() -> Response:
    db, languages = context.db(), offered()
    query = select(Publication.slug, Publication.published_at).where(*current.is_current(db))
    query = query.order_by(Publication.published_at.desc(), Publication.id.desc())
    rows = db.execute(query.limit(MOST // len(languages) - len(TEXTS) - 1)).all()
    body = render(context.settings(), "sitemap.xml", languages[0], "", notices=rows)
    return answer(body, "application/xml")
