"""The forms for tips: what the public knows, for the agency alone to read."""

from typing import TYPE_CHECKING

from app.settings import Settings

if TYPE_CHECKING:
    from flask import Flask


def create_app(settings: Settings) -> "Flask":
    """The surface for these settings. Raises RuntimeError when an endpoint does not say who may call it."""
    from app import logs, outside
    from app.languages.names import NAMES
    from app.tips import requests, views
    from app.tips.admission import Door
    from app.tips.desk import Desk
    from app.tips.forgetting import Forgetting

    logs.configure(settings.production)
    door = Door.make(settings.secret_key)
    app = outside.make(
        "tips",
        settings,
        settings.tips_database_url,
        settings.tips_url,
        [views.blueprint],
        log_requests=False,
        behind_proxies=lambda inner: Forgetting(inner, door.flood, onion=settings.tips_by_onion),
        check_fields=requests.bound,
    )
    app.extensions["tips_door"] = door
    app.extensions["tips_desk"] = Desk.open(app.extensions["semblance"])
    requests.init_app(app)
    app.jinja_env.globals.update(other_language=views.other_language, language_names=NAMES)
    return app
