"""What a request says about its sender is forgotten before anything of ours can see it.

Of the headers only those that are needed stay, and the address becomes today's name of its network. So no code behind
this, today's or a later one's, can keep or log an address, a browser's name, a request id that a proxy also wrote down.
"""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app.proxies import network_of
from app.tips.admission import NETWORK
from app.tips.flood import Flood

NEEDED = frozenset(
    {
        *(
            "HTTP_HOST",
            "HTTP_ACCEPT",
            "HTTP_ACCEPT_LANGUAGE",
            "HTTP_ORIGIN",
            "HTTP_SEC_FETCH_SITE",
            "HTTP_AUTHORIZATION",
        ),
        *(
            "HTTP_IF_NONE_MATCH",
            "HTTP_IF_MODIFIED_SINCE",
            "HTTP_TRANSFER_ENCODING",
            "HTTP_UPLOAD_OFFSET",
            "HTTP_UPLOAD_KEY",
        ),
    }
)
ADDRESS = ("REMOTE_ADDR", "REMOTE_PORT", "REMOTE_HOST")


class Forgetting:
    """Behind whatever finds out who is asking, and before everything else. ``onion``: it is reached over an onion
    service, where everybody comes from the same place."""

    def __init__(self, app: WSGIApplication, flood: Flood, *, onion: bool) -> None:
        self._app, self._flood, self._onion = app, flood, onion

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        address = network_of(str(environ.get("REMOTE_ADDR", "")))
        environ[NETWORK] = "" if self._onion else self._flood.name(address)
        gone = [name for name in environ if name.startswith("HTTP_") and name not in NEEDED]
        for name in (*gone, *ADDRESS, "gunicorn.socket"):
            environ.pop(name, None)
        return self._app(environ, start_response)
