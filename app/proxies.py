"""Who is really asking, behind reverse proxies: their headers are believed only when TRUSTED_PROXIES says so.

A proxy must send X-Forwarded-For and X-Forwarded-Proto, and hand on the Host header as it came.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app.settings.fleet import Network, Proxies

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
SCHEMES = ("http", "https")
BELIEVED = "semblance.behind_proxy"
FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_FORWARDED",
)


class TrustedProxies:
    """Puts the client's own address and scheme in the place of the proxy's, before anything else looks at them."""

    def __init__(self, app: WSGIApplication, trusted: Proxies) -> None:
        self._app, self._trusted = app, trusted

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        chain = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        client = self._client(environ.get("REMOTE_ADDR", ""), chain)
        if client is not None:
            environ[BELIEVED] = True
            environ["REMOTE_ADDR"] = client
            scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip()
            if scheme in SCHEMES:
                environ["wsgi.url_scheme"] = scheme
        for name in FORWARDED:
            environ.pop(name, None)  # what is believed has been taken over; nothing else is looked at
        return self._app(environ, start_response)

    def _client(self, peer: str, chain: list[str]) -> str | None:
        """The address that the nearest trusted proxies vouch for; None when the peer is not one of them."""
        if isinstance(self._trusted, int):
            # Fewer addresses than proxies: somebody came past the outer ones. Only the peer is sure.
            return None if self._trusted < 1 or len(chain) < self._trusted else chain[-self._trusted]
        if not self._is_trusted(peer):
            return None
        while self._is_trusted(peer) and chain:
            peer = chain.pop()
        return peer

    def _is_trusted(self, address: str) -> bool:
        try:
            one = ipaddress.ip_address(address)
        except ValueError:
            return False
        networks: tuple[Network, ...] = self._trusted if isinstance(self._trusted, tuple) else ()
        return any(one in network for network in networks)


def network_of(address: str) -> str:
    """The network of an address: an IPv4 address itself, or the /64 that an IPv6 customer has to themselves."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def given_request_id(environ: WSGIEnvironment, new: Callable[[], str]) -> str:
    """The request id that a trusted proxy gave, or a new one."""
    given: Any = environ.get("HTTP_X_REQUEST_ID", "")
    return str(given) if environ.get(BELIEVED) and REQUEST_ID.fullmatch(given) else new()
