"""What a verified ID token says about its bearer."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.errors import Forbidden
from app.identity.accounts import SignInRefused


class NotLetIn(SignInRefused):
    """One sentence for every reason, so that an answer tells nobody which accounts exist."""

    def __init__(self) -> None:
        Forbidden.__init__(
            self,
            _(
                "That sign-in does not belong to an account that can be used here. Try again; if it stays so, ask an "
                "administrator of your agency: accounts are made by invitation."
            ),
        )


class EmailUnverified(SignInRefused):
    """The person proved to have the user at Firebase, but nobody knows whose e-mail address that user has."""

    def __init__(self) -> None:
        Forbidden.__init__(
            self,
            _("Verify your e-mail address first: open the link in the message that was sent to it, then sign in."),
        )


@dataclass(frozen=True)
class Proof:
    """Of an ID token whose signature, project, life and revocation were checked."""

    uid: str
    email: str
    email_verified: bool
    signed_in_at: dt.datetime
    """When the person last showed a password or the like, by Firebase's clock."""
    provider: str
    second_factor: bool
    fingerprint: str
    """Names the token. Of what it says and not of its letters: those can be changed without breaking a signature."""


def read(claims: Mapping[str, Any]) -> Proof:
    """The claims as the library verified them. Raises NotLetIn when one is missing."""
    try:
        about = claims["firebase"]
        named = "\0".join(str(claims[name]) for name in ("uid", "auth_time", "iat", "exp"))
        return Proof(
            uid=str(claims["uid"]),
            email=str(claims.get("email", "")).strip().lower(),
            email_verified=claims.get("email_verified") is True,
            signed_in_at=dt.datetime.fromtimestamp(int(claims["auth_time"]), dt.UTC),
            provider=str(about["sign_in_provider"]),
            second_factor=bool(about.get("sign_in_second_factor")),
            fingerprint=hashlib.sha256(named.encode()).hexdigest(),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotLetIn from error
