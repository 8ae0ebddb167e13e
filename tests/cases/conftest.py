"""Records on both databases, units, and people in them."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.cases import service
from app.cases.forms import CaseFacts
from app.database import transaction
from app.identity import accounts, units
from models import Account, Case, Role, Unit
from tests.app.conftest import database, database_url, db, passwords_hashed_quickly, person, png, store
from tests.people import Person

__all__ = ["database", "database_url", "db", "passwords_hashed_quickly", "person", "png", "store"]

Member = Callable[..., Account]
Opened = Callable[..., Case]


@pytest.fixture
def unit(db: Session) -> Unit:
    return units.add_unit(db, "Investigations")


@pytest.fixture
def other_unit(db: Session) -> Unit:
    return units.add_unit(db, "Cold cases")


@pytest.fixture
def member(db: Session, person: Person) -> Member:
    """Makes accounts in units: ``member(unit)`` is an investigator."""

    def make(*of: Unit, role: Role = Role.INVESTIGATOR) -> Account:
        account = person(role)
        put(db, account, *of)
        return account

    return make


def put(db: Session, account: Account, *of: Unit) -> None:
    """Into these units and no other."""
    ids = [one.id for one in of]
    with transaction(db):
        accounts.locked(db, account.id).units = units.kept(db, ids)


@pytest.fixture
def opened(db: Session) -> Opened:
    """Opens cases: ``opened(account, "Harbour", tags=("robbery",))``."""

    def make(account: Account, title: str = "Harbour", unit: Unit | None = None, **facts: object) -> Case:
        said = CaseFacts(title, **facts)  # type: ignore[arg-type]
        return service.create(db, account, said, unit.id if unit else None)

    return make
