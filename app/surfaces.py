"""The three surfaces of the product: the staff's, the public pages, and the forms for tips.

``SURFACE`` says which of them this process serves. All in one, the public's are folders beside the staff's pages;
apart, each is at the root of a host of its own.
"""

from typing import TYPE_CHECKING

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app.settings import PUBLIC_FOLDER, TIPS_FOLDER, Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def create(settings: Settings | None = None) -> "WSGIApplication":
    """What gunicorn serves. Raises SettingsError for settings that cannot be used."""
    import app
    from app import public, tips

    settings = settings or Settings.from_env()
    if settings.surface == "public":
        return public.create_app(settings)
    if settings.surface == "tips":
        return tips.create_app(settings)
    staff = app.create_app(settings)
    if settings.surface == "staff":
        return staff
    folders: dict[str, WSGIApplication] = {
        PUBLIC_FOLDER: public.create_app(settings),
        TIPS_FOLDER: tips.create_app(settings),
    }
    return DispatcherMiddleware(staff, folders)
