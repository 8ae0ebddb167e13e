"""Where it is decided who somebody is: the place for each way of signing in."""

import uuid
from collections.abc import Mapping
from typing import Protocol

from sqlalchemy.orm import Session

from app.identity.local import LocalIdentity
from app.settings import Settings
from models import AccessToken, Account, SignInSession


class IdentityBackend(Protocol):
    """A way of signing in. Sessions and roles stay in the records, whoever vouches for the person."""

    name: str
    keeps_passwords: bool
    """Whether passwords are set and changed here."""

    def authenticate(self, db: Session, email: str, secret: str, *, device_of: uuid.UUID | None = None) -> Account:
        """The account of whoever presents this secret. Raises accounts.SignInRefused."""

    def confirm(self, db: Session, account: Account, form: Mapping[str, str]) -> None:
        """Have somebody signed in prove again who they are, by what the page's form sent.

        Raises accounts.SignInRefused and Unavailable.
        """

    def invitation_target(self, token: str) -> str:
        """The path at which the bearer of this invitation's token accepts it."""

    def vouch(self, db: Session, shown: SignInSession | AccessToken, writing: bool) -> bool:
        """Whether what was shown still lets its owner in; when not, it has been ended. Raises Unavailable when
        nobody can tell."""

    def bearer(self, db: Session, token: str) -> Account | None:
        """The account that a token of the JSON API speaks for. Raises Unavailable when nobody can tell."""


def open_identity(settings: Settings) -> IdentityBackend:
    """The backend that the settings name."""
    if settings.firebase is None:
        return LocalIdentity()
    # Google's libraries take a second to load, and only this setting needs them.
    from app.identity.firebase.backend import FirebaseIdentity

    return FirebaseIdentity(settings.firebase)
