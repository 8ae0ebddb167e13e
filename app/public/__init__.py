"""The public pages: what is published, for everybody to read."""

from flask import Flask

from app.settings import Settings


def create_app(settings: Settings) -> Flask:
    """The surface for these settings. Raises RuntimeError when an endpoint does not say who may call it."""
    from app import logs, outside
    from app.public import verify, views

    logs.configure(settings.production)
    rooms, url = [views.blueprint], settings.public_database_url
    made = outside.make("public", settings, url, settings.notices_url, rooms, writes=False)
    made.config["MAX_CONTENT_LENGTH"] = verify.MOST_BODY
    return made
