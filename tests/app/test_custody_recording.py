"""Entries are appended in the transaction of what they tell of, each bound to the one before."""

import uuid

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import custody
from app.custody.canonical import canonical, digest
from app.database import transaction
from models import NOTHING, CustodyChain, CustodyEntry
from tests.people import Person


def entries(db: Session) -> list[CustodyEntry]:
    db.rollback()
    return list(db.scalars(select(CustodyEntry).order_by(CustodyEntry.number)))


def test_entries_are_numbered_and_bound(db: Session, person: Person) -> None:
    account, case_id = person(), uuid.uuid4()
    for status in ("open", "closed", "archived"):
        with transaction(db):
            custody.record(
                db, custody.of_case(case_id), account, "case.status", custody.Thing("case", case_id), to=status
            )
    first, second, third = entries(db)
    assert [first.number, second.number, third.number] == [1, 2, 3]
    assert [first.previous, second.previous, third.previous] == [NOTHING, first.hash, second.hash]
    assert [digest(canonical(entry)) for entry in (first, second, third)] == [first.hash, second.hash, third.hash]
    assert third.actor == account.name
    chain = db.scalars(select(CustodyChain)).one()
    assert (chain.length, chain.head) == (3, third.hash)


def test_what_is_rolled_back_leaves_no_entry(db: Session, person: Person) -> None:
    account = person()

    def fail() -> None:
        with transaction(db):
            custody.record(db, custody.AGENCY_CHAIN, account, "unit.added", custody.Thing("unit"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert entries(db) == []


def test_an_entry_belongs_into_a_transaction(db: Session, person: Person) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        custody.record(db, custody.AGENCY_CHAIN, person(), "unit.added", custody.Thing("unit"))


def test_an_unknown_action_is_refused(db: Session, person: Person) -> None:
    account = person()
    with pytest.raises(ValueError, match="unit exploded"), transaction(db):
        custody.record(db, custody.AGENCY_CHAIN, account, "unit exploded", custody.Thing("unit"))


@pytest.mark.parametrize("statement", ["UPDATE custody_entry SET actor = 'Nobody'", "DELETE FROM custody_entry"])
def test_the_database_refuses_to_change_an_entry(db: Session, person: Person, statement: str) -> None:
    account = person()
    with transaction(db):
        custody.record(db, custody.AGENCY_CHAIN, account, "unit.added", custody.Thing("unit"))
    with pytest.raises(DBAPIError, match="Entries of custody are never"), transaction(db):
        db.execute(text(statement))
    assert len(entries(db)) == 1
