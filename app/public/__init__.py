"""The public pages: what is published, for everybody to read."""

from flask import Flask

from app.settings import Settings


def create_app(settings: Settings) -> Flask:
    """The surface for these settings. Raises RuntimeError when an endpoint does not say who may call it."""
    from app import logs, outside
    from app.public import views

    logs.configure(settings.production)
    return outside.make("public", settings, settings.public_database_url, settings.notices_url, [views.blueprint])
