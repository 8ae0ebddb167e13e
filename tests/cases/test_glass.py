"""Breaking the glass: whoever has a reason looks for a while, changes nothing, and everybody who should know does."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agency import settings
from app.cases import glass
from app.cases.sight import get_case, held_case
from app.database import transaction
from app.errors import Forbidden, NotFound, Refused
from app.identity import standing
from app.storage import LocalStore
from app.studio import moving, service
from models import Account, Case, CustodyChain, CustodyEntry, EmergencyAccess, Job, JobState, Notification, Role, Unit
from tests.cases.conftest import Opened
from tests.people import Member, Person

REASON = "Wanted in our own case, asked by the prosecutor"


@pytest.fixture
def case(opened: Opened, member: Member, unit: Unit) -> Case:
    return opened(member(unit), "Harbour")


@pytest.fixture
def stranger(member: Member, other_unit: Unit) -> Account:
    return member(other_unit)


def entries(db: Session, action: str) -> list[tuple[str, CustodyEntry]]:
    """With the kind of chain that each is in."""
    db.rollback()
    query = select(CustodyChain.kind, CustodyEntry).join(CustodyChain, CustodyEntry.chain_id == CustodyChain.id)
    rows = db.execute(query.where(CustodyEntry.action == action)).all()
    return sorted(((str(kind), entry) for kind, entry in rows), key=lambda pair: pair[0])


@pytest.mark.parametrize("role", list(Role))
def test_a_right_number_and_a_reason_open_the_case_for_an_hour(
    db: Session, case: Case, member: Member, other_unit: Unit, role: Role
) -> None:
    account = member(other_unit, role=role)
    with pytest.raises(NotFound):
        get_case(db, account, case.id)
    assert glass.break_glass(db, account, f" {case.number} ", f"  {REASON}\n") == case.id
    assert get_case(db, account, case.id).title == "Harbour"
    (found,) = glass.of_case(db, case.id)
    assert (found.access.reason, found.by, found.open) == (REASON, account.name, True)
    assert found.access.ends_at - found.access.begun_at == dt.timedelta(minutes=60)
    for kind, entry in entries(db, "case.glass_broken"):
        assert kind in ("agency", "case")
        assert (entry.actor_id, entry.object_id, entry.details["reason"]) == (account.id, case.id, REASON)
    assert len(entries(db, "case.glass_broken")) == 2


def test_it_ends_by_itself_and_stays_on_record(db: Session, case: Case, stranger: Account) -> None:
    glass.break_glass(db, stranger, case.number, REASON)
    with transaction(db):
        row = db.scalars(select(EmergencyAccess)).one()
        row.begun_at, row.ends_at = (moment - dt.timedelta(hours=1) for moment in (row.begun_at, row.ends_at))
    with pytest.raises(NotFound):
        get_case(db, stranger, case.id)
    assert glass.open_for(db, stranger, case.id) is None
    (found,) = glass.of_case(db, case.id)
    assert not found.open


def test_whoever_broke_it_can_close_it_and_nobody_else(
    db: Session, case: Case, stranger: Account, member: Member, unit: Unit
) -> None:
    glass.break_glass(db, stranger, case.number, REASON)
    access = glass.open_for(db, stranger, case.id)
    assert access is not None
    with pytest.raises(NotFound):
        glass.close(db, member(unit, role=Role.ADMIN), access.id)
    glass.close(db, stranger, access.id)
    glass.close(db, stranger, access.id)  # over already
    with pytest.raises(NotFound):
        get_case(db, stranger, case.id)
    assert len(entries(db, "case.glass_closed")) == 1


def test_the_units_supervisors_are_told(
    db: Session, case: Case, stranger: Account, member: Member, unit: Unit, other_unit: Unit, person: Person
) -> None:
    one, two = member(unit, role=Role.SUPERVISOR), member(unit, other_unit, role=Role.SUPERVISOR)
    member(other_unit, role=Role.SUPERVISOR)
    gone, head = member(unit, role=Role.SUPERVISOR), person(Role.ADMIN)
    standing.suspend(db, head, gone)
    glass.break_glass(db, stranger, case.number, REASON)
    told = list(db.scalars(select(Notification)))
    assert {row.account_id for row in told} == {one.id, two.id}
    for row in told:
        assert (row.kind, row.path) == ("glass", f"/cases/{case.id}")
        assert (row.facts["case"], row.facts["by"], row.facts["reason"]) == (case.number, stranger.name, REASON)
        assert row.mail_due_at is not None


def test_each_time_that_somebody_breaks_it_is_told(
    db: Session, case: Case, stranger: Account, member: Member, unit: Unit, other_unit: Unit
) -> None:
    """Whoever comes second must not wipe out, among what is unread, that somebody came first."""
    member(unit, role=Role.SUPERVISOR)
    second = member(other_unit)
    for account in (stranger, second):
        glass.break_glass(db, account, case.number, REASON)
    told = list(db.scalars(select(Notification)))
    assert sorted(row.facts["by"] for row in told) == sorted([stranger.name, second.name])
    assert all(row.mail_due_at is not None for row in told)


def test_where_a_unit_has_no_supervisor_the_administrators_are_told(
    db: Session, case: Case, stranger: Account, person: Person
) -> None:
    head = person(Role.ADMIN)
    glass.break_glass(db, stranger, case.number, REASON)
    assert [row.account_id for row in db.scalars(select(Notification))] == [head.id]


@pytest.mark.parametrize("reason", ["", "too short", " " * 30, "x" * 501, "\n".join("abcdefghi")])
def test_a_reason_must_say_something(db: Session, case: Case, stranger: Account, reason: str) -> None:
    with pytest.raises(Refused, match="20 to 500"):
        glass.break_glass(db, stranger, case.number, reason)
    assert list(db.scalars(select(EmergencyAccess))) == []


@pytest.mark.parametrize("number", ["2026-99999", "Harbour", "%", "2026"])
def test_a_wrong_number_opens_nothing_and_is_on_record(db: Session, case: Case, stranger: Account, number: str) -> None:
    with pytest.raises(glass.NoSuchCase) as refused:
        glass.break_glass(db, stranger, number, REASON)
    assert "Harbour" not in str(refused.value)
    ((kind, entry),) = entries(db, "case.glass_tried")
    assert (kind, entry.details["number"], entry.details["reason"]) == ("agency", number, REASON)
    assert list(db.scalars(select(EmergencyAccess))) == []
    assert list(db.scalars(select(Notification))) == []


@pytest.mark.parametrize("number", ["", " ", "x" * 41])
def test_what_is_no_number_is_refused(db: Session, stranger: Account, number: str) -> None:
    with pytest.raises(Refused, match="number of the case"):
        glass.break_glass(db, stranger, number, REASON)


def test_whoever_sees_the_case_anyway_breaks_nothing(
    db: Session, case: Case, member: Member, unit: Unit, stranger: Account
) -> None:
    assert glass.break_glass(db, member(unit), case.number, REASON) == case.id
    glass.break_glass(db, stranger, case.number, REASON)
    glass.break_glass(db, stranger, case.number, REASON)  # open already
    assert len(glass.of_case(db, case.id)) == 1
    assert len(entries(db, "case.glass_broken")) == 2


def test_somebody_without_a_role_cannot(db: Session, case: Case, stranger: Account) -> None:
    with transaction(db):
        stranger.role_rows = []
    with pytest.raises(Forbidden):
        glass.break_glass(db, stranger, case.number, REASON)


def test_the_time_is_a_setting(db: Session, case: Case, stranger: Account, person: Person) -> None:
    form = {"case_numbers": ["{number}"], "two_people": ["yes"], "glass_minutes": ["15"]}
    settings.change(db, person(Role.ADMIN), "cases", 0, form)
    glass.break_glass(db, stranger, case.number, REASON)
    row = db.scalars(select(EmergencyAccess)).one()
    assert row.ends_at - row.begun_at == dt.timedelta(minutes=15)


def test_a_case_can_be_looked_at_and_not_changed(
    db: Session, store: LocalStore, case: Case, stranger: Account, png: bytes
) -> None:
    owner = db.get_one(Account, case.created_by)
    sketch = service.create_sketch(db, store, owner, png, "face.png")
    with transaction(db):
        db.refresh(sketch)
        sketch.case_id = case.id
        db.add(Job(kind="render", subject_id=sketch.id, owner_id=owner.id, state=JobState.FAILED))
    glass.break_glass(db, stranger, case.number, REASON)
    seen = service.get_sketch(db, stranger, sketch.id)
    (job,) = [one for one in service.jobs_of(db, seen) if one.kind == "render"]
    changes: list[Callable[[], object]] = [
        lambda: service.request_render(db, stranger, seen, "pix2pix"),
        lambda: service.rename(db, stranger, seen, "Other"),
        lambda: moving.move(db, stranger, seen, None),
        lambda: service.create_sketch(db, store, stranger, png, "next.png", parent=seen),
        lambda: service.retry(db, stranger, job),
        lambda: service.cancel(db, stranger, job),
    ]
    for change in changes:
        with pytest.raises(Forbidden, match="only those who work on it"):
            change()
    with transaction(db), pytest.raises(Forbidden):
        held_case(db, stranger, case.id)


def test_an_administrator_sees_what_is_filed_in_an_open_case_and_nothing_else(
    db: Session, store: LocalStore, case: Case, person: Person, png: bytes
) -> None:
    owner, head = db.get_one(Account, case.created_by), person(Role.ADMIN)
    filed, other = (service.create_sketch(db, store, owner, png, name) for name in ("a.png", "b.png"))
    with transaction(db):
        db.refresh(filed)
        filed.case_id = case.id
    for sketch in (filed, other):
        with pytest.raises(NotFound):
            service.get_sketch(db, head, sketch.id)
    glass.break_glass(db, head, case.number, REASON)
    assert service.get_sketch(db, head, filed.id).id == filed.id
    with pytest.raises(NotFound):
        service.get_sketch(db, head, other.id)


def test_the_list_is_an_administrators_whole_and_a_supervisors_units(
    db: Session, case: Case, stranger: Account, member: Member, unit: Unit, other_unit: Unit, opened: Opened
) -> None:
    other = opened(stranger, "Elsewhere")
    glass.break_glass(db, stranger, case.number, REASON)
    glass.break_glass(db, member(unit), other.number, REASON)
    heads = member(role=Role.ADMIN), member(unit, role=Role.SUPERVISOR), member(other_unit, role=Role.SUPERVISOR)
    found = [{one.case_number for one in glass.record(db, account)} for account in heads]
    assert found == [{case.number, other.number}, {case.number}, {other.number}]
