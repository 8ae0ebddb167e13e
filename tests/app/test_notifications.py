"""What people are told: in the transaction of what happened, once, and nobody who need not know."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import leases, notifications, workers
from app.database import transaction
from app.errors import NotFound
from app.identity import accounts, standing, units
from app.notifications import shelf
from app.notifications.kinds import KINDS
from app.storage import LocalStore
from app.studio import service
from models import Account, JobKind, Notification, Role
from tests.app.renderers import CAPABILITIES
from tests.people import Person

CASE = {"by": "Ada", "case": "2026-1"}


def tell(
    db: Session, *people: Account, kind: str = "assigned", path: str = "/cases/1", by: Account | None = None
) -> None:
    with transaction(db):
        notifications.tell(db, [one.id for one in people], kind, path, CASE, by=by.id if by else None)


def told(db: Session) -> list[Notification]:
    db.rollback()
    return list(db.scalars(select(Notification).order_by(Notification.created_at)))


def test_everybody_is_told_but_whoever_did_it_and_the_suspended(db: Session, person: Person) -> None:
    actor, other, suspended = person(), person(), person()
    standing.suspend(db, person(Role.ADMIN), suspended)
    tell(db, actor, other, suspended, by=actor)
    assert [one.account_id for one in told(db)] == [other.id]
    assert shelf.sentence(told(db)[0]) == "Ada assigned you to case 2026-1."


def test_the_same_place_is_told_once_until_it_is_read(db: Session, person: Person) -> None:
    one = person()
    tell(db, one)
    tell(db, one)
    tell(db, one, path="/cases/2")
    assert len(told(db)) == 2
    shelf.mark_read(db, one, next(row.id for row in told(db) if row.path == "/cases/1"))
    tell(db, one)
    assert len(told(db)) == 3
    assert shelf.count_unread(db, one.id) == 2


def test_what_is_rolled_back_tells_nobody(db: Session, person: Person) -> None:
    one = person()

    def fail() -> None:
        with transaction(db):
            notifications.tell(db, [one.id], "assigned", "/cases/1", CASE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert told(db) == []
    with pytest.raises(ValueError, match="shouted"), transaction(db):
        notifications.tell(db, [one.id], "shouted", "/", {})


def test_mails_are_due_for_chosen_kinds_alone(db: Session, person: Person) -> None:
    usual, choosy = person(), person()
    shelf.choose_mail(db, choosy, ["rendered", "no such kind"])
    choosy = accounts.get_account(db, choosy.id)
    assert shelf.mail_kinds(choosy) == {"rendered"}
    tell(db, usual, choosy)
    tell(db, usual, choosy, kind="tip", path="/cases/3")
    due = {(one.account_id, one.kind) for one in told(db) if one.mail_due_at}
    assert due == {(usual.id, "assigned"), (usual.id, "tip")}


def test_others_notifications_are_not_there(db: Session, person: Person) -> None:
    one, other = person(), person()
    tell(db, one)
    row = told(db)[0]
    with pytest.raises(NotFound):
        shelf.get_notification(db, other, row.id)
    shelf.mark_read(db, other, row.id)
    shelf.mark_read(db, other)
    assert told(db)[0].read_at is None
    assert shelf.list_notifications(db, other).total == 0


def test_supervisors_of_a_unit(db: Session, person: Person) -> None:
    unit, elsewhere = units.add_unit(db, "Harbour"), units.add_unit(db, "Hills")
    chief, member, stranger = person(Role.SUPERVISOR), person(), person(Role.SUPERVISOR)
    with transaction(db):
        for account, its in ((chief, unit), (member, unit), (stranger, elsewhere)):
            accounts.locked(db, account.id).units = list(units.kept(db, [its.id]))
    assert notifications.supervisors_of(db, unit.id) == [chief.id]


def test_who_asked_is_told_of_a_failure_in_its_transaction(
    db: Session, store: LocalStore, person: Person, png: bytes
) -> None:
    owner = person()
    sketch = service.create_sketch(db, store, owner, png, "a.png", "Harbour")
    worker = workers.register(db, "here", "1", CAPABILITIES)
    claim = leases.claim(db, worker, list(JobKind), 15)
    assert claim is not None
    leases.fail(db, claim, "It broke.")
    row = told(db)[0]
    assert (row.account_id, row.kind, row.path) == (owner.id, "failed", f"/sketches/{sketch.id}")
    with pytest.raises(leases.LeaseLost):
        leases.fail(db, claim, "It broke again.")
    assert len(told(db)) == 1


def test_who_sees_the_sketch_no_more_is_told_nothing_of_it(
    db: Session, store: LocalStore, person: Person, png: bytes
) -> None:
    unit, elsewhere = units.add_unit(db, "Harbour"), units.add_unit(db, "Hills")
    owner = person()
    with transaction(db):
        accounts.locked(db, owner.id).units = list(units.kept(db, [unit.id]))
    service.create_sketch(db, store, owner, png, "a.png", "Harbour")
    with transaction(db):
        accounts.locked(db, owner.id).units = list(units.kept(db, [elsewhere.id]))
    claim = leases.claim(db, workers.register(db, "here", "1", CAPABILITIES), list(JobKind), 15)
    assert claim is not None
    leases.fail(db, claim, "It broke.")
    assert told(db) == []


def test_every_kind_has_its_words() -> None:
    for kind in KINDS.values():
        assert kind.name
        assert kind.sentence % {"by": "A", "case": "B", "number": 1, "sketch": "C", "slug": "D", "receipt": "E"}
        assert "%" not in kind.mail  # a mail carries nothing of the case
