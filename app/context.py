"""What a request has at hand: settings, records, objects, who is asking."""

from dataclasses import dataclass

import structlog
from flask import current_app, g, request
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import custody
from app.agency import settings as agency_settings
from app.agency.settings import Known
from app.carrier import Carrier
from app.database import Database
from app.errors import NotSignedIn
from app.gate import API
from app.identity import access_tokens, sessions
from app.identity.backend import IdentityBackend
from app.settings import Settings
from app.storage import ObjectStore
from models import AccessToken, Account, SignInSession

log = structlog.get_logger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Services:
    """What is wired once for a surface and every request shares. ``identity`` is None where nobody signs in."""

    settings: Settings
    database: Database
    store: ObjectStore
    carrier: Carrier
    identity: IdentityBackend | None


def services() -> Services:
    found: Services = current_app.extensions["semblance"]
    return found


def settings() -> Settings:
    return services().settings


def store() -> ObjectStore:
    return services().store


def identity() -> IdentityBackend:
    found = services().identity
    if found is None:
        raise RuntimeError("Nobody signs in on this surface.")
    return found


def db() -> Session:
    """This request's session, opened when first asked for and closed with the request."""
    if "db" not in g:
        g.db = services().database.session(read_only=request.method in SAFE_METHODS)
        custody.act_as(g.db, custody.STRANGER)  # until app.guard knows better
    session: Session = g.db
    return session


def agency() -> Known:
    """The agency's settings and logo as far as they are known: a page that does without the records is shown."""
    if "agency" not in g:
        # In a session of its own: where this fails, what the request has read so far stays readable.
        with services().database.session(read_only=True) as apart:
            try:
                away = g.get("problem") == "DatabaseUnavailable"
                g.agency = agency_settings.last_known(apart) if away else agency_settings.known(apart)
            except SQLAlchemyError:
                g.agency = agency_settings.last_known(apart)
    found: Known = g.agency
    return found


def close_db(error: BaseException | None = None) -> None:  # noqa: ARG001
    session: Session | None = g.pop("db", None)
    if session is None:
        return
    try:
        session.close()
    except SQLAlchemyError as broken:
        # The answer is made already: a connection that broke meanwhile must not turn it into an error.
        log.warning("connection_broke_at_the_end", kind=type(broken).__name__)
        session.invalidate()


def cookie_name(name: str = "semblance") -> str:
    # The prefix makes browsers hold the cookie to this host, this path and https.
    return f"__Host-{name}" if settings().production else name


def bearer_token() -> str | None:
    """The token in ``Authorization``, where one is looked at: in the JSON API alone."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and request.path.startswith(API) else None


def by_bearer() -> bool:
    """Whether whoever is asking showed a bearer token, which no other site can make a browser send."""
    return bearer_token() is not None and sign_in() is not None


def sign_in() -> SignInSession | None:
    """The session of whoever is asking, None for an anonymous request."""
    if "sign_in" not in g:
        token = request.cookies.get(cookie_name())
        if (bearer := bearer_token()) is not None:  # it alone counts: a cookie beside it says nothing
            g.sign_in = sessions.of_bearer(_account_of(bearer))
        else:
            g.sign_in = sessions.find(db(), token) if token else None
    found: SignInSession | None = g.sign_in
    return found


def _account_of(bearer: str) -> Account | None:
    if not bearer.startswith(access_tokens.PREFIX):
        return identity().bearer(db(), bearer)
    g.access_token = access_tokens.find(db(), bearer)
    return g.access_token.account if g.access_token else None


def access_token() -> AccessToken | None:
    """The access token that whoever is asking showed; None for a browser's session and for an ID token."""
    found: AccessToken | None = g.get("access_token") if sign_in() is not None else None
    return found


def account() -> Account:
    """Whoever is asking. Raises NotSignedIn for an anonymous request."""
    found = sign_in()
    if found is None:
        raise NotSignedIn(_("Sign in to go on."))
    return found.account
