"""Where it is decided who somebody is: the place for each way of signing in."""

from typing import Protocol

from sqlalchemy.orm import Session

from app.identity.local import LocalIdentity
from app.settings import Settings
from models import Account


class IdentityBackend(Protocol):
    """A way of signing in. Sessions and roles stay in the records, whoever vouches for the person."""

    name: str
    keeps_passwords: bool
    """Whether passwords are set and changed here."""

    def authenticate(self, db: Session, email: str, secret: str) -> Account:
        """The account of whoever presents this secret. Raises accounts.SignInRefused."""


def open_identity(settings: Settings) -> IdentityBackend:
    """The backend that the settings name; they have refused any that this version cannot use."""
    if settings.identity != "local":
        raise ValueError(f"IDENTITY is {settings.identity!r}; this version can use local accounts only.")
    return LocalIdentity()
