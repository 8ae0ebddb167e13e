"""Choosing a colleague by what somebody types."""

import uuid

import pytest
from sqlalchemy.orm import Session

from app.cases.colleagues import colleagues, named
from app.database import transaction
from app.errors import Refused
from models import Account, Role, utc_now
from tests.people import add_person


@pytest.fixture
def somchai(db: Session) -> Account:
    return add_person(db, "somchai@example.org", "Somchai Álvarez")


@pytest.fixture
def twins(db: Session) -> list[Account]:
    return [add_person(db, f"twin{number}@example.org", name) for number, name in enumerate(("Ada Twin", "ÁDA twin"))]


def test_a_name_an_e_mail_and_an_identity_are_understood(db: Session, somchai: Account) -> None:
    typed = ("Somchai Álvarez", "  somchai  alvarez ", "SOMCHAI@example.org", str(somchai.id))
    assert {named(db, text) for text in typed} == {somchai.id}
    assert named(db, "  ") is None


def test_whoever_shares_a_name_is_chosen_by_name_and_e_mail(db: Session, twins: list[Account]) -> None:
    called = {one.id: one.called for one in colleagues(db)}
    assert sorted(called.values()) == ["Ada Twin, twin0@example.org", "ÁDA twin, twin1@example.org"]
    assert [named(db, called[one.id]) for one in twins] == [one.id for one in twins]
    with pytest.raises(Refused, match=r"Ada Twin, twin0@example\.org; ÁDA twin, twin1@example\.org"):
        named(db, "ada twin")


def test_a_part_of_a_name_is_answered_with_names(db: Session, somchai: Account) -> None:
    with pytest.raises(Refused, match="Did you mean Somchai Álvarez"):
        named(db, "alva som")
    with pytest.raises(Refused, match="Nobody who works on cases is called “Zoe”"):
        named(db, "Zoe")


def test_who_does_not_work_on_cases_cannot_be_named(db: Session, somchai: Account) -> None:
    add_person(db, "admin@example.org", "Admin", Role.ADMIN)
    with transaction(db):
        db.get_one(Account, somchai.id).suspended_at = utc_now()
    assert colleagues(db) == []
    for text in ("Admin", "Somchai Álvarez"):
        with pytest.raises(Refused):
            named(db, text)
    assert named(db, str(other := uuid.uuid4())) == other  # whoever assigns asks again whether that is somebody
