"""Accounts for tests, and quick hashes for their passwords."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from app.database import transaction
from app.identity import accounts, passwords, units
from models import Account, Role, Unit

PASSWORD = "nine small teal boats"

Person = Callable[..., Account]
Member = Callable[..., Account]


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


def put(db: Session, account: Account, *of: Unit) -> None:
    """Into these units and no other."""
    ids = [one.id for one in of]
    with transaction(db):
        accounts.locked(db, account.id).units = units.kept(db, ids)
