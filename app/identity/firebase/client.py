"""Firebase, asked through its own library. No question holds a page for longer than DEADLINE."""

import concurrent.futures
import datetime as dt
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import firebase_admin
import google.auth.exceptions
import requests
import structlog
from firebase_admin import auth, exceptions
from flask_babel import gettext as _

from app.errors import Unavailable
from app.identity.firebase import proof
from app.identity.firebase.settings import EMULATOR, FirebaseSettings
from app.storage.breaker import Breaker

log = structlog.get_logger(__name__)

T = TypeVar("T")
DEADLINE = 3.0
"""Seconds for one question, whatever the library, its retries or a name server do meanwhile."""
ATTEMPT = 2.0
"""Seconds for one connection or answer."""
SKEW = 5
"""Seconds by which Google's clock may be ahead of ours."""
ASKING_AT_ONCE = 8

REFUSALS = (
    auth.InvalidIdTokenError,
    auth.UserDisabledError,
    auth.UserNotFoundError,
    auth.EmailAlreadyExistsError,
    ValueError,
)
"""Answers, as opposed to no answer."""
NO_ANSWER = (
    concurrent.futures.TimeoutError,
    google.auth.exceptions.GoogleAuthError,
    requests.RequestException,
)


class FirebaseUnreachable(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Firebase, which says who may work here, does not answer just now. Nothing was changed and nothing is "
                "lost; try again in a minute."
            )
        )


@dataclass(frozen=True)
class User:
    """A user as Firebase knows them now."""

    uid: str
    email: str
    email_verified: bool
    disabled: bool
    valid_after: dt.datetime
    """Whoever signed in before this has been signed out."""


class Firebase:
    """Shared by a process's threads. Every method raises FirebaseUnreachable."""

    def __init__(self, settings: FirebaseSettings) -> None:
        if os.environ.get(EMULATOR) != settings.emulator:
            # The library looks there by itself, and would take unsigned tokens.
            raise ValueError(f"{EMULATOR} differs between the settings and the environment.")
        options = {"projectId": settings.project, "httpTimeout": ATTEMPT}
        self._app = firebase_admin.initialize_app(options=options, name=f"semblance-{secrets.token_hex(6)}")
        self._pool = concurrent.futures.ThreadPoolExecutor(ASKING_AT_ONCE, thread_name_prefix="firebase")
        self._breaker = Breaker()

    def verify(self, token: str) -> proof.Proof:
        """What a token proves. Raises NotLetIn unless it is genuine, alive, not revoked, and its user enabled."""
        try:
            claims = self._ask(
                lambda: auth.verify_id_token(token, self._app, check_revoked=True, clock_skew_seconds=SKEW)
            )
        except REFUSALS as error:
            log.info("token_refused", kind=type(error).__name__)
            raise proof.NotLetIn from error
        return proof.read(claims)

    def user(self, uid: str) -> User | None:
        """None when there is none, or none any more."""
        try:
            return _user(self._ask(lambda: auth.get_user(uid, self._app)))
        except auth.UserNotFoundError:
            return None

    def user_by_email(self, email: str) -> User | None:
        try:
            return _user(self._ask(lambda: auth.get_user_by_email(email, self._app)))
        except auth.UserNotFoundError:
            return None

    def create_user(self, email: str) -> User | None:
        """A new user without a password, the e-mail taken as verified; None when there is one already."""
        try:
            return _user(self._ask(lambda: auth.create_user(email=email, email_verified=True, app=self._app)))
        except auth.EmailAlreadyExistsError:
            return None

    def reset_code(self, email: str) -> str:
        """A one-time code with which a password is chosen, as a reset message would carry it; none is sent."""
        address: str = self._ask(lambda: auth.generate_password_reset_link(email, app=self._app))
        return parse_qs(urlsplit(address).query)["oobCode"][0]

    def set_claims(self, uid: str, claims: Mapping[str, Any]) -> bool:
        """False when there is no such user."""
        try:
            self._ask(lambda: auth.set_custom_user_claims(uid, dict(claims), self._app))
        except auth.UserNotFoundError:
            return False
        return True

    def _ask(self, question: Callable[[], T]) -> T:
        if not self._breaker.lets_through():
            raise FirebaseUnreachable
        try:
            answer = self._pool.submit(question).result(DEADLINE)
        except NO_ANSWER as error:  # first: some of these are ValueErrors too
            raise self._no_answer(error) from error
        except REFUSALS:
            self._breaker.close()
            raise
        except exceptions.FirebaseError as error:
            raise self._no_answer(error) from error
        self._breaker.close()
        return answer

    def _no_answer(self, error: Exception) -> FirebaseUnreachable:
        self._breaker.trip()
        log.warning("firebase_unreachable", kind=type(error).__name__)
        return FirebaseUnreachable()


def _user(record: Any) -> User:
    return User(
        uid=record.uid,
        email=record.email or "",
        email_verified=bool(record.email_verified),
        disabled=bool(record.disabled),
        valid_after=dt.datetime.fromtimestamp((record.tokens_valid_after_timestamp or 0) / 1000, dt.UTC),
    )
