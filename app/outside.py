"""What the two surfaces of the public share: no session, no cookie, and nobody who signs in.

Each has templates of its own and may run as a process of its own, as a role of the database that can do little.
"""

from collections.abc import Callable, Iterable
from wsgiref.types import WSGIApplication

from flask import Blueprint, Flask

from app import assets, context, gate, health, hosts, logs, metrics, problems, security
from app.carrier import Carrier
from app.context import Services
from app.database import Database
from app.languages import choice
from app.proxies import TrustedProxies
from app.settings import ROOT, Settings
from app.storage import open_store, split_key


def make(
    name: str,
    settings: Settings,
    database_url: str | None,
    address: str | None,
    rooms: Iterable[Blueprint],
    *,
    writes: bool = True,
    log_requests: bool = True,
    behind_proxies: Callable[[WSGIApplication], WSGIApplication] | None = None,
    check_fields: Callable[[], None] = security.refuse_nul,
) -> Flask:
    """The surface ``name``, whose pages are in ``templates/<name>``. ``database_url`` is that of its own role, None for
    the application's; ``address`` that of its own host, None where it shares the staff's. ``writes``: whether it keeps
    anything.

    ``behind_proxies`` sees a request once it is known where it came from, and before everything else;
    ``check_fields`` runs before every view.
    Raises RuntimeError when an endpoint does not say that anybody may call it.
    """
    app = Flask(f"app.{name}", template_folder=str(ROOT / "templates" / name), static_folder=None)
    app.debug = False  # whatever FLASK_DEBUG says
    app.extensions["semblance"] = _services(settings, database_url)
    logs.init_app(app, log_requests=log_requests)
    metrics.init_app(app, work=False)
    health.init_app(app, app.extensions["semblance"], writes=writes)
    hosts.init_app(app, address or settings.public_url)
    if behind_proxies is not None:
        app.wsgi_app = behind_proxies(app.wsgi_app)  # type: ignore[method-assign, assignment]
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    choice.init_app(app, choice.of_address)
    app.before_request(check_fields)
    app.after_request(security.add_headers)
    problems.init_app(app)
    app.teardown_request(context.close_db)
    app.context_processor(_for_templates)
    for room in (assets.blueprint, health.blueprint, metrics.blueprint, *rooms):
        app.register_blueprint(room)
    gate.check_declared(app)
    _check_open(app)
    return app


def _services(settings: Settings, database_url: str | None) -> Services:
    carrier = Carrier(settings)
    database = Database(database_url or settings.database_url, on_work=carrier.wake)
    return Services(settings=settings, database=database, store=open_store(settings), carrier=carrier, identity=None)


def _for_templates() -> dict[str, object]:
    known = context.agency()
    return {
        "agency": known.settings,
        "language": choice.of_address(),
        "logo": known.logo_key and split_key(known.logo_key)[1],
    }


def _check_open(app: Flask) -> None:
    for endpoint in {rule.endpoint for rule in app.url_map.iter_rules()}:
        access = gate.access_of(app, endpoint)
        if access is None or not access.anonymous:
            raise RuntimeError(f"{endpoint} is for people who sign in, and nobody does here.")
