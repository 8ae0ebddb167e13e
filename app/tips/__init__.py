"""The forms for tips: what the public knows, for the agency alone to read."""

from flask import Flask

from app.settings import Settings


def create_app(settings: Settings) -> Flask:
    """The surface for these settings. Raises RuntimeError when an endpoint does not say who may call it."""
    from app import logs, outside
    from app.tips import views

    logs.configure(settings.production)
    return outside.make("tips", settings, settings.tips_database_url, settings.tips_url, [views.blueprint])
