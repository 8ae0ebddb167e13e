"""Firebase says who somebody is; whether they have an account, and what it may do, the records say."""

import datetime as dt
import uuid
from collections.abc import Mapping

import structlog
from sqlalchemy.orm import Session

from app.database import transaction
from app.identity.firebase import linking
from app.identity.firebase.client import Firebase
from app.identity.firebase.proof import EmailUnverified, NotLetIn, Proof
from app.identity.firebase.settings import FirebaseSettings
from app.identity.firebase.vouching import Vouching
from models import AccessToken, Account, SignInSession, utc_now

log = structlog.get_logger(__name__)

FRESH = dt.timedelta(minutes=5)
"""How long after somebody signed in at Firebase the token of it starts a session here."""
MAX_TOKEN = 8192


class FirebaseIdentity:
    name = "firebase"
    keeps_passwords = False

    def __init__(self, settings: FirebaseSettings) -> None:
        self.settings = settings
        self.firebase = Firebase(settings)
        self._vouching = Vouching(self.firebase)

    def authenticate(
        self,
        db: Session,  # noqa: ARG002
        email: str,  # noqa: ARG002
        secret: str,  # noqa: ARG002
        *,
        device_of: uuid.UUID | None = None,  # noqa: ARG002
    ) -> Account:
        """Raises NotLetIn: no password is ever taken here."""
        raise NotLetIn

    def exchange(self, db: Session, token: str) -> Account:
        """The account of whoever signed in at Firebase within FRESH; each token is taken once.

        Links the account with the Firebase user at the first sign-in. Raises NotLetIn, EmailUnverified
        and FirebaseUnreachable.
        """
        proof = self._fresh(token)
        with transaction(db):
            account = linking.account_for(db, proof)
            linking.spend(db, account, proof)
        return account

    def confirm(self, db: Session, account: Account, form: Mapping[str, str]) -> None:
        """Takes a fresh token of the account's own user, once. Raises NotLetIn and FirebaseUnreachable."""
        proof = self._fresh(form.get("id_token", ""))
        with transaction(db):
            found = linking.account_for(db, proof)
            if found.id != account.id:
                raise NotLetIn
            linking.spend(db, found, proof)

    def invitation_target(self, token: str) -> str:
        return f"/set-password/{token}"

    def vouch(self, db: Session, shown: SignInSession | AccessToken, writing: bool) -> bool:
        return self._vouching.vouch(db, shown, writing)

    def bearer(self, db: Session, token: str) -> Account | None:
        """The account of a living ID token. One with a second factor of ours wants a cookie: a token shows none."""
        try:
            proof = self._check(token)
        except (NotLetIn, EmailUnverified):
            return None
        account = linking.linked(db, proof.uid)
        if account is None or account.suspended_at is not None:
            return None
        if account.totp_confirmed_at is not None and not proof.second_factor:
            return None
        return account

    def _fresh(self, token: str) -> Proof:
        proof = self._check(token)
        if utc_now() - proof.signed_in_at > FRESH:
            log.info("token_refused", kind="old")
            raise NotLetIn
        return proof

    def _check(self, token: str) -> Proof:
        if not token or len(token) > MAX_TOKEN:
            raise NotLetIn
        proof = self.firebase.verify(token)
        if proof.provider not in ("password", *self.settings.providers):
            log.info("token_refused", kind="provider")
            raise NotLetIn
        # An agency's own SAML server speaks for its people's addresses; Firebase never marks those as verified.
        if not proof.email_verified and not proof.provider.startswith("saml."):
            raise EmailUnverified
        return proof
