"""Entries are appended in the transaction of what they tell of, each bound to the one before."""

import uuid

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import custody
from app.custody.canonical import canonical, digest
from app.database import transaction
from models import NOTHING, Account, ChainKind, CustodyChain, CustodyEntry, Sketch
from tests.people import Person


def entries(db: Session) -> list[CustodyEntry]:
    db.rollback()
    """Without those of the accounts that a test needs."""
    query = select(CustodyEntry).where(CustodyEntry.object_kind != "account")
    return list(db.scalars(query.order_by(CustodyEntry.number)))


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
    chain = db.get_one(CustodyChain, custody.of_case(case_id).id)
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


def test_chains_are_taken_in_one_order_and_last(db: Session, person: Person) -> None:
    account, case_id = person(), uuid.uuid4()
    statements: list[str] = []
    event.listen(db.get_bind(), "before_cursor_execute", lambda _c, _u, text, *_: statements.append(text))
    with transaction(db):
        custody.record(db, custody.AGENCY_CHAIN, account, "unit.added", custody.Thing("unit"))
        custody.record(db, custody.of_case(case_id), account, "case.changed", custody.Thing("case", case_id))
        db.get_one(Account, account.id).name = "Somebody Else"
    written = [one.split()[:3] for one in statements if one.startswith(("INSERT", "UPDATE"))]
    assert written[0] == ["UPDATE", "account", "SET"]
    assert all("custody" in words[1] + words[2] for words in written[1:])
    chains = {chain.id: chain.kind for chain in db.scalars(select(CustodyChain))}
    appended = sorted(entries(db), key=lambda one: one.at)
    assert [chains[one.chain_id] for one in appended] == [ChainKind.CASE, ChainKind.AGENCY]


def test_the_entry_names_who_the_session_works_for(db: Session, person: Person) -> None:
    account = person()
    assert custody.acting(db) == custody.OPERATOR
    custody.act_as(db, account)
    assert custody.acting(db) == custody.Actor(account.id, account.name)


def test_a_filed_sketchs_own_chain_ends_and_the_cases_names_its_head(db: Session, person: Person) -> None:
    account, case_id = person(), uuid.uuid4()
    sketch = Sketch(id=(lineage_id := uuid.uuid4()), lineage_id=lineage_id, case_id=None)
    own = custody.of_sketch(sketch)
    with transaction(db):
        custody.record(db, own, account, "sketch.added", custody.Thing("sketch", lineage_id))
    with transaction(db):
        custody.bind(db, sketch, case_id, account)
    added, end, filed = sorted(entries(db), key=lambda one: (one.chain_id != own.id, one.number))
    assert [added.action, end.action, end.details] == ["sketch.added", "sketch.filed", {"case": str(case_id)}]
    assert filed.chain_id == custody.of_case(case_id).id
    assert filed.details == {"chain": str(own.id), "length": 2, "head": end.hash}


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
