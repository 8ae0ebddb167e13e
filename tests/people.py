"""Accounts for tests, and quick hashes for their passwords."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from app.identity import accounts, passwords
from models import Account, Role

PASSWORD = "nine small teal boats"

Person = Callable[..., Account]


@contextmanager
def quick_hashes() -> Iterator[None]:
    """Real argon2 at its lowest cost: tests sign in hundreds of times."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", quick)
        patch.setattr(passwords, "_NOBODY", quick.hash("nobody has this password"))
        yield


def add_person(db: Session, email: str, name: str, *roles: Role) -> Account:
    """An account with PASSWORD, an investigator unless told otherwise."""
    account = accounts.add_account(db, email, name, roles or [Role.INVESTIGATOR])
    account.password_hash = passwords.hash_password(PASSWORD)
    db.commit()
    return account
