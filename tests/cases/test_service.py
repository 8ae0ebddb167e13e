"""Cases on both databases: opening, changing and moving them, and who sees and works on them."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import moving, people, service, sight, statuses
from app.cases.forms import CaseFacts, case_facts
from app.database import transaction
from app.errors import Conflict, Forbidden, NotFound, Refused
from app.identity import units
from app.retention import holds
from app.storage import LocalStore
from app.studio import service as studio
from models import Account, Case, CaseStatus, CustodyChain, CustodyEntry, EmergencyAccess, Role, Sketch, Unit, utc_now
from tests.cases.conftest import Opened
from tests.people import Member, put

OPEN, PUBLISHED, IDENTIFIED = CaseStatus.OPEN, CaseStatus.PUBLISHED, CaseStatus.IDENTIFIED
CLOSED, ARCHIVED = CaseStatus.CLOSED, CaseStatus.ARCHIVED
TODAY = dt.date(2026, 3, 31)


def again(db: Session, case: Case) -> Case:
    db.rollback()
    return db.get_one(Case, case.id, populate_existing=True)


def entries(db: Session, case: Case) -> list[CustodyEntry]:
    db.rollback()
    query = select(CustodyEntry).join(CustodyChain, CustodyEntry.chain_id == CustodyChain.id)
    return list(db.scalars(query.where(CustodyChain.subject_id == case.id).order_by(CustodyEntry.number)))


def sees(db: Session, account: Account, case: Case) -> bool:
    db.rollback()
    return sight.sees(db, account, case.id)


def test_a_case_is_opened_in_its_openers_unit(db: Session, unit: Unit, other_unit: Unit, member: Member) -> None:
    alone, both, admin = member(unit), member(unit, other_unit), member(unit, role=Role.ADMIN)
    facts = CaseFacts("Harbour", "Two people", TODAY, "Gate 3", ("Robbery", "two witnesses"))
    case = service.create(db, alone, facts)
    assert (case.unit_id, case.status, case.revision) == (unit.id, OPEN, 1)
    assert service.facts_of(db, case) == facts
    assert service.create(db, both, facts, other_unit.id).unit_id == other_unit.id
    for account, wanted, error in (
        (both, None, Refused),
        (alone, other_unit.id, Refused),
        (member(), None, Refused),
        (admin, None, Forbidden),
    ):
        with pytest.raises(error):
            service.create(db, account, facts, wanted)
    (entry,) = entries(db, case)
    assert (entry.action, entry.actor, entry.object_id) == ("case.created", alone.name, case.id)
    assert entry.details["number"] == case.number


@pytest.mark.parametrize(
    "field, text",
    [
        ("title", " "), ("title", "t" * 201), ("description", "d" * 20_001), ("incident_on", "31.3.2026"),
        ("incident_on", "2026-04-02"), ("incident_on", "1899-12-31"), ("incident_place", "p" * 201),
        ("tags", "t" * 61), ("tags", ",".join(str(number) for number in range(21))),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused(field: str, text: str) -> None:
    with pytest.raises(Refused):
        case_facts({"title": "Harbour", field: text}, TODAY)


def test_what_is_written_is_cleaned() -> None:
    said = {
        "title": " Harbour \x00 gate ",
        "description": "One\r\n two\x07 ",
        "tags": "Robbery,, robbery , ปล้น",
        "incident_on": "2026-04-01",
    }
    facts = case_facts(said, TODAY)
    assert facts == CaseFacts("Harbour gate", "One\n two", dt.date(2026, 4, 1), "", ("Robbery", "ปล้น"))


def test_a_change_keeps_its_digests(db: Session, unit: Unit, member: Member, opened: Opened) -> None:
    account = member(unit)
    case = opened(account, tags=("robbery", "kiosk"))
    service.edit(db, account, case.id, CaseFacts("Market", tags=("kiosk", "Night")), case.revision)
    assert service.facts_of(db, again(db, case)) == CaseFacts("Market", tags=("kiosk", "Night"))
    assert again(db, case).search_text == f"{case.number}\nmarket\nnight\nkiosk"
    first, second = entries(db, case)
    assert (second.action, second.details) == ("case.changed", {"fields": ["title", "tags"], "revision": 2})
    assert second.before == first.after != second.after
    service.edit(db, account, case.id, CaseFacts("Market", tags=("kiosk", "Night")), 2)
    assert len(entries(db, case)) == 2  # nothing was changed


def test_a_form_from_before_somebody_elses_change_is_refused(
    db: Session, unit: Unit, member: Member, opened: Opened
) -> None:
    first, second = member(unit), member(unit, role=Role.SUPERVISOR)
    case = opened(first)
    service.edit(db, second, case.id, CaseFacts("Theirs", incident_place="Gate 3"), 1)
    statuses.set_status(db, second, case.id, CLOSED, OPEN)
    with pytest.raises(service.ChangedMeanwhile) as refused:
        service.edit(db, first, case.id, CaseFacts("Mine"), 1)
    assert refused.value.revision == 3
    assert refused.value.changes == [
        service.Change(second.name, ("title", "incident_place")),
        service.Change(second.name, ("status",)),
    ]
    assert again(db, case).title == "Theirs"
    service.edit(db, first, case.id, CaseFacts("Mine"), refused.value.revision)
    assert again(db, case).title == "Mine"


@pytest.mark.parametrize("before", CaseStatus)
@pytest.mark.parametrize("after", CaseStatus)
def test_every_move_of_a_status(
    db: Session, unit: Unit, member: Member, opened: Opened, before: CaseStatus, after: CaseStatus
) -> None:
    account, supervisor = member(unit), member(unit, role=Role.SUPERVISOR)
    case = opened(account)
    with transaction(db):
        db.get_one(Case, case.id).status = before

    def try_it(who: Account) -> str:
        try:
            statuses.set_status(db, who, case.id, after, before)
        except (Refused, Forbidden) as error:
            return type(error).__name__
        return str(again(db, case).status)

    allowed = {(OPEN, IDENTIFIED), (IDENTIFIED, OPEN)}
    supervised = {
        (OPEN, PUBLISHED),
        (PUBLISHED, OPEN),
        (PUBLISHED, IDENTIFIED),
        (CLOSED, OPEN),
        (CLOSED, ARCHIVED),
        (ARCHIVED, CLOSED),
    }
    supervised |= {(one, CLOSED) for one in (OPEN, PUBLISHED, IDENTIFIED)}
    if before == after:
        assert try_it(account) == before
        assert len(entries(db, case)) == 1
    elif (before, after) in allowed:
        assert try_it(account) == after
    elif (before, after) in supervised:
        assert (try_it(account), try_it(supervisor)) == ("Forbidden", str(after))
        last = entries(db, case)[-1]
        assert (last.action, last.details["was"], last.details["now"]) == ("case.status", str(before), str(after))
    else:
        assert (try_it(account), try_it(supervisor)) == ("Refused", "Refused")


def test_a_status_that_somebody_else_set_meanwhile_stays(
    db: Session, unit: Unit, member: Member, opened: Opened
) -> None:
    account = member(unit)
    case = opened(account)
    statuses.set_status(db, account, case.id, IDENTIFIED, OPEN)
    with pytest.raises(Conflict):
        statuses.set_status(db, account, case.id, OPEN, PUBLISHED)
    assert again(db, case).status == IDENTIFIED


def test_who_is_assigned_sees_the_case_and_works_on_it(
    db: Session, unit: Unit, other_unit: Unit, member: Member, opened: Opened
) -> None:
    owner, elsewhere, admin = member(unit), member(other_unit), member(unit, role=Role.ADMIN)
    case = opened(owner)
    assert [sees(db, one, case) for one in (owner, elsewhere, admin)] == [True, False, False]
    assert people.assign(db, owner, case.id, elsewhere.id)
    assert not people.assign(db, owner, case.id, elsewhere.id)
    assert sees(db, elsewhere, case)
    service.edit(db, elsewhere, case.id, CaseFacts("By the other"), 1)
    assert people.unassign(db, owner, case.id, elsewhere.id)
    assert not people.unassign(db, owner, case.id, elsewhere.id)
    assert not sees(db, elsewhere, case)
    with pytest.raises(NotFound):
        service.edit(db, elsewhere, case.id, CaseFacts("Stolen"), 2)
    with pytest.raises(NotFound):
        people.assign(db, elsewhere, case.id, elsewhere.id)
    told = [(one.action, one.details.get("person")) for one in entries(db, case)]
    assert told == [
        ("case.created", None),
        ("case.assigned", elsewhere.name),
        ("case.changed", None),
        ("case.unassigned", elsewhere.name),
    ]


def test_only_who_works_on_cases_is_assigned(db: Session, unit: Unit, member: Member, opened: Opened) -> None:
    owner, admin, gone = member(unit), member(unit, role=Role.ADMIN), member(unit)
    case = opened(owner)
    with transaction(db):
        db.get_one(Account, gone.id).suspended_at = utc_now()
    for wrong in (admin.id, gone.id, case.id):
        with pytest.raises(Refused):
            people.assign(db, owner, case.id, wrong)
    assert len(entries(db, case)) == 1


def test_broken_glass_lets_look_and_no_more(
    db: Session, unit: Unit, other_unit: Unit, member: Member, opened: Opened
) -> None:
    owner, elsewhere = member(unit), member(other_unit)
    case = opened(owner)
    with transaction(db):
        ends = utc_now() + dt.timedelta(hours=1)
        db.add(EmergencyAccess(case_id=case.id, account_id=elsewhere.id, reason="Danger", ends_at=ends))
    assert sees(db, elsewhere, case)
    actions: list[Callable[[], object]] = [
        lambda: service.edit(db, elsewhere, case.id, CaseFacts("Changed"), 1),
        lambda: statuses.set_status(db, elsewhere, case.id, IDENTIFIED, OPEN),
        lambda: people.assign(db, elsewhere, case.id, elsewhere.id),
        lambda: moving.move(db, elsewhere, case.id, other_unit.id),
    ]
    for action in actions:
        with pytest.raises(Forbidden):
            action()
    assert len(entries(db, case)) == 1


def test_a_case_moves_with_its_sketches(
    db: Session, store: LocalStore, unit: Unit, other_unit: Unit, member: Member, opened: Opened, png: bytes
) -> None:
    owner, colleague, elsewhere = member(unit), member(unit), member(other_unit)
    stays = member(unit)
    case = opened(owner)
    filed, loose = (studio.create_sketch(db, store, owner, png, "a.png") for _ in range(2))
    with transaction(db):
        db.get_one(Sketch, filed.id).case_id = case.id
    people.assign(db, owner, case.id, stays.id)
    put(db, owner, unit, other_unit)
    assert [one.id for one in moving.targets(owner, case)] == [other_unit.id]
    moving.move(db, owner, case.id, other_unit.id)
    assert [sees(db, one, case) for one in (owner, colleague, elsewhere, stays)] == [True, False, True, True]
    db.rollback()
    units = {one: db.get_one(Sketch, one, populate_existing=True).unit_id for one in (filed.id, loose.id)}
    assert units == {filed.id: other_unit.id, loose.id: unit.id}
    last = entries(db, case)[-1]
    assert (last.action, last.details["was"], last.details["now"], last.details["sketches"]) == (
        "case.moved",
        "Investigations",
        "Cold cases",
        1,
    )
    with pytest.raises(service.ChangedMeanwhile) as refused:
        service.edit(db, owner, case.id, CaseFacts("Late"), 1)
    assert refused.value.changes == [service.Change(owner.name, ("unit",))]


def test_who_may_move_a_case_and_where(
    db: Session, unit: Unit, other_unit: Unit, member: Member, opened: Opened
) -> None:
    owner, colleague = member(unit), member(unit, other_unit)
    supervisor = member(unit, other_unit, role=Role.SUPERVISOR)
    case = opened(owner)
    for account, wanted, error in (
        (colleague, other_unit.id, Forbidden),
        (member(other_unit), other_unit.id, NotFound),
        (owner, other_unit.id, Refused),
        (owner, None, Refused),
    ):
        with pytest.raises(error):
            moving.move(db, account, case.id, wanted)
    assert [moving.targets(one, case) for one in (colleague, owner)] == [[], []]
    moving.move(db, supervisor, case.id, other_unit.id)
    moving.move(db, supervisor, case.id, other_unit.id)
    assert again(db, case).unit_id == other_unit.id
    assert len(entries(db, case)) == 2


def test_a_unit_with_a_case_stays(db: Session, unit: Unit, other_unit: Unit, member: Member, opened: Opened) -> None:
    """Also when nobody is in the unit any more: its closed cases are."""
    one = member(unit)
    opened(one)
    put(db, one, other_unit)
    with pytest.raises(Conflict, match="not empty"):
        units.remove_unit(db, unit.id)
    assert {found.unit.name: found.empty for found in units.census(db)} == {unit.name: False, other_unit.name: False}


def test_a_form_that_meets_a_hold_says_so(db: Session, unit: Unit, member: Member, opened: Opened) -> None:
    one, chief = member(unit), member(unit, role=Role.SUPERVISOR)
    case = opened(one)
    holds.put(db, chief, case.id, "A court asked")
    with pytest.raises(service.ChangedMeanwhile) as stale:
        service.edit(db, one, case.id, CaseFacts("Harbour at night"), 1)
    assert [(change.by, change.words) for change in stale.value.changes] == [(chief.name, ["legal hold"])]
