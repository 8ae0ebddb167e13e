"""Under which address this installation is reached: links are made with it, and no other host is answered for.

Without PUBLIC_URL, as on one machine, a link names the host that the asker's browser named.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from flask import Flask, request
from flask_babel import gettext as _

from app.errors import BadRequest
from app.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

INSIDE = frozenset({"health.livez", "health.readyz", "health.version", "metrics.metrics"})
"""Asked by machines that know a process by its own address. No answer of theirs holds a link."""
log = structlog.get_logger(__name__)


class KnownScheme:
    """A proxy that ends TLS leaves us http; the people outside see what PUBLIC_URL says."""

    def __init__(self, app: "WSGIApplication", scheme: str) -> None:
        self.app = app
        self.scheme = scheme

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ["wsgi.url_scheme"] = self.scheme
        return self.app(environ, start_response)


def init_app(app: Flask, address: str | None) -> None:
    """``address`` is where this surface is reached: PUBLIC_URL, or one of its own; None where none was set.

    Must come before whatever builds a link or compares an origin.
    """
    settings: Settings = app.extensions["semblance"].settings
    if address is None:
        if settings.production:
            log.warning("public_url_unset")
        return
    public = urlsplit(address)

    def guard() -> None:
        """Raises BadRequest for any other host, whose name would go into links and be taken for our own."""
        if request.endpoint not in INSIDE and request.host.lower() != public.netloc:
            raise BadRequest(_("This address is not known here. Open %(address)s instead.", address=address))

    app.before_request(guard)
    app.wsgi_app = KnownScheme(app.wsgi_app, public.scheme)  # type: ignore[method-assign]
