"""Records on both databases, units, and people in them."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.cases import service
from app.cases.forms import CaseFacts
from models import Account, Case, Unit
from tests.app.conftest import (
    database,
    database_url,
    db,
    member,
    other_unit,
    passwords_hashed_quickly,
    person,
    png,
    store,
    unit,
)  # fmt: skip

__all__ = [
    "database", "database_url", "db", "member", "other_unit", "passwords_hashed_quickly", "person", "png", "store",
    "unit",
]  # fmt: skip

Opened = Callable[..., Case]


@pytest.fixture
def opened(db: Session) -> Opened:
    """Opens cases: ``opened(account, "Harbour", tags=("robbery",))``."""

    def make(account: Account, title: str = "Harbour", unit: Unit | None = None, **facts: object) -> Case:
        said = CaseFacts(title, **facts)  # type: ignore[arg-type]
        return service.create(db, account, said, unit.id if unit else None)

    return make
