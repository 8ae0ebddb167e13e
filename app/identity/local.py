"""Accounts with passwords, kept in the records."""

import uuid
from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.identity import accounts
from models import AccessToken, Account, SignInSession


class LocalIdentity:
    name = "local"
    keeps_passwords = True

    def authenticate(self, db: Session, email: str, secret: str, *, device_of: uuid.UUID | None = None) -> Account:
        return accounts.authenticate(db, email, secret, device_of=device_of)

    def confirm(self, db: Session, account: Account, form: Mapping[str, str]) -> None:
        accounts.authenticate(db, account.email, form.get("password", ""))

    def invitation_target(self, token: str) -> str:
        return f"/set-password/{token}"

    def vouch(self, db: Session, shown: SignInSession | AccessToken, writing: bool) -> bool:  # noqa: ARG002
        return True  # the records say all there is to know, and were just read

    def bearer(self, db: Session, token: str) -> Account | None:  # noqa: ARG002
        return None
