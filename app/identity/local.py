"""Accounts with passwords, kept in the records."""

from sqlalchemy.orm import Session

from app.identity import accounts
from models import Account


class LocalIdentity:
    name = "local"
    keeps_passwords = True

    def authenticate(self, db: Session, email: str, secret: str) -> Account:
        return accounts.authenticate(db, email, secret)
