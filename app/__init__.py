"""The staff's web application: its rooms, wired together. app.surfaces puts the public's two beside it.

Everything is imported when the application is made: the supervisor and the workers use this package
without the pages, and must not load them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.context import Services
    from app.settings import Settings

MAX_UPLOAD = 64 * 2**20
"""Bytes of one request: a few sketches at once; each has its own limit."""
MAX_FORM = 2 * 2**20
"""Bytes of a form's fields without its files: the text of a list of people is one of them."""


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The application for these settings, or for those of the environment.

    Raises SettingsError for settings that cannot be used, and RuntimeError when an endpoint does not
    say who may call it.
    """
    from flask import Flask

    from app import context, gate, guard, health, hosts, limits, logs, metrics, problems, security
    from app.identity import admission
    from app.languages import choice
    from app.proxies import TrustedProxies
    from app.settings import ROOT, Settings

    settings = settings or Settings.from_env()
    logs.configure(settings.production)
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.debug = False  # whatever FLASK_DEBUG says
    app.config["MAX_CONTENT_LENGTH"] = MAX_UPLOAD
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_FORM
    app.extensions["semblance"] = _services(settings)
    logs.init_app(app)
    metrics.init_app(app)
    health.init_app(app, app.extensions["semblance"])
    hosts.init_app(app, settings.public_url)
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    choice.init_app(app)
    app.before_request(security.bound_bodies)
    limits.init_app(app)
    guard.init_app(app)
    security.init_app(app)
    admission.init_app(app)
    problems.init_app(app)
    app.teardown_request(context.close_db)
    app.context_processor(_for_templates)
    _register(app)
    gate.check_declared(app)
    return app


def _services(settings: "Settings") -> "Services":
    from app.carrier import Carrier
    from app.context import Services
    from app.database import Database
    from app.identity.backend import open_identity
    from app.storage import open_store

    carrier = Carrier(settings)
    return Services(
        settings=settings,
        database=Database(settings.database_url, on_work=carrier.wake),
        store=open_store(settings),
        carrier=carrier,
        identity=open_identity(settings),
    )


def _for_templates() -> dict[str, object]:
    from flask import g
    from sqlalchemy.exc import SQLAlchemyError

    from app import context
    from app.errors import AppError
    from app.storage import split_key

    try:
        signed = context.sign_in()
    except (SQLAlchemyError, AppError):
        signed = g.sign_in = None  # the page that says so must still be drawn, and nothing in it may ask again
    known = context.agency()
    return {
        "account": signed.account if signed else None,
        "agency": known.settings,
        "logo": known.logo_key and split_key(known.logo_key)[1],
    }


def _register(app: "Flask") -> None:
    from app import assets, health, metrics
    from app.admin import operations
    from app.admin import views as admin
    from app.api import guide
    from app.api import views as api
    from app.bulletins import views as bulletins
    from app.cases import glass_views as glass
    from app.cases import views as cases
    from app.custody import pages as custody
    from app.exchange import views as exchange
    from app.filing import views as filing
    from app.identity import confirming, token_views
    from app.identity import second_factor_views as second_factor
    from app.identity import views as identity
    from app.identity.firebase import pages as firebase
    from app.inbox import views as inbox
    from app.languages import views as languages
    from app.notices import views as notices
    from app.notifications import views as notifications
    from app.pairs import views as pairs
    from app.photos import views as photos
    from app.retention import views as retention
    from app.studio import views as studio
    from app.witness import views as witness

    staff = (studio, cases, glass, custody, exchange, retention, admin, operations)
    people = (identity, confirming, second_factor, firebase, token_views)
    evidence = (filing, witness, photos, pairs, notices, bulletins, inbox, notifications)
    rooms = (assets, languages, health, metrics, *people, *staff, *evidence, api, guide)
    for room in rooms:
        app.register_blueprint(room.blueprint)
