"""The list of cases on both databases: order, pages, filters, saved filters, and several at once."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.cases import bulk, listing, notes, people, saved, statuses
from app.cases.filters import NOBODY, Filter
from app.database import transaction
from app.errors import Refused
from app.keyset import Cursor
from models import Account, Case, CaseAssignment, CaseStatus, EmergencyAccess, Role, Unit, utc_now
from tests.cases.conftest import Opened
from tests.people import Member, put


def titles(db: Session, account: Account, **said: object) -> list[str]:
    db.rollback()
    by = Filter.read({name.rstrip("_"): str(value) for name, value in said.items()})
    return [row.case.title for row in listing.list_cases(db, account, by).items]


def test_what_changed_last_comes_first(db: Session, unit: Unit, member: Member, opened: Opened) -> None:
    account = member(unit)
    first, _second, _third = (opened(account, title) for title in ("First", "Second", "Third"))
    assert titles(db, account) == ["Third", "Second", "First"]
    notes.add(db, account, first.id, "Something new")
    assert titles(db, account) == ["First", "Third", "Second"]


def test_a_list_has_everything_that_is_seen_and_each_case_once(
    db: Session, unit: Unit, other_unit: Unit, member: Member, opened: Opened
) -> None:
    account, elsewhere, admin = member(unit), member(other_unit), member(role=Role.ADMIN)
    opened(account, "Of the unit")
    shared, broken = opened(elsewhere, "Assigned"), opened(elsewhere, "Glass")
    opened(elsewhere, "Unseen")
    people.assign(db, elsewhere, shared.id, account.id)
    people.assign(db, elsewhere, shared.id, elsewhere.id)
    with transaction(db):
        for who in (account, admin):
            ends = utc_now() + dt.timedelta(hours=1)
            db.add(EmergencyAccess(case_id=broken.id, account_id=who.id, reason="Danger", ends_at=ends))
        ended = EmergencyAccess(case_id=shared.id, account_id=admin.id, reason="Past", ends_at=utc_now())
        db.add(ended)
    assert sorted(titles(db, account)) == ["Assigned", "Glass", "Of the unit"]
    assert titles(db, admin) == ["Glass"]
    put(db, account, unit, other_unit)
    db.expire_all()
    assert sorted(titles(db, account)) == ["Assigned", "Glass", "Of the unit", "Unseen"]
    assert listing.first_page(db, account, Filter(), 2)[1] == 4
    (row,) = [one for one in listing.list_cases(db, account, Filter()).items if one.case.id == shared.id]
    assert (row.unit, row.people) == ("Cold cases", tuple(sorted([account.name, elsewhere.name])))


def test_pages_follow_each_other_while_cases_change(db: Session, unit: Unit, member: Member, opened: Opened) -> None:
    account = member(unit)
    cases = [opened(account, str(number)) for number in range(7)]
    with transaction(db):  # several at the same moment: the identity decides
        for case in cases[:4]:
            db.get_one(Case, case.id).changed_at = cases[0].changed_at
    seen, after = [], None
    while True:
        page = listing.list_cases(db, account, Filter(), after, size=2)
        seen += [row.case.id for row in page.items]
        if (after := page.after) is None:
            break
        after = Cursor.read(str(after))
        opened(account, "In between")
    assert len(seen) == len(set(seen)) == 7
    assert set(seen) == {case.id for case in cases}


def test_a_persons_cases_are_those_that_one_sees_in_the_order_of_changes(
    db: Session, unit: Unit, other_unit: Unit, member: Member, opened: Opened
) -> None:
    """The database keeps the order of a person's cases, whoever changes a case and however."""
    account, elsewhere, person = member(unit), member(other_unit), member(other_unit)
    first, second, third = (opened(account, title) for title in ("First", "Second", "Third"))
    opened(elsewhere, "Unseen"), opened(account, "Not theirs")
    for case in (third, second, first):
        people.assign(db, account, case.id, person.id)
    assert titles(db, account, person=person.id) == ["First", "Second", "Third"]
    notes.add(db, account, third.id, "Something new")
    with transaction(db):
        db.execute(update(Case).where(Case.id == second.id).values(changed_at=utc_now()))
    assert titles(db, account, person=person.id) == ["Second", "Third", "First"]
    kept = select(Case.changed_at, CaseAssignment.case_changed_at).join(CaseAssignment)
    assert all(changed == beside for changed, beside in db.execute(kept))
    assert titles(db, person, person=person.id) == ["Second", "Third", "First"]
    page = listing.list_cases(db, account, Filter(person=person.id), None, size=2)
    rest = listing.list_cases(db, account, Filter(person=person.id), page.after, size=2)
    assert [row.case.title for row in (*page.items, *rest.items)] == ["Second", "Third", "First"]


@pytest.mark.parametrize("text", ["x", "!", "A" * 31, "A" * 33, "ü", "/////////////////////////////////"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        Cursor.read(text)


def test_a_cursor_reads_as_it_was_written() -> None:
    cursor = Cursor(dt.datetime(1969, 12, 31, 23, 59, 59, 999_999, dt.UTC), uuid.uuid4())
    assert Cursor.read(str(cursor)) == cursor
    assert Cursor.read("") is None


def test_every_filter(db: Session, unit: Unit, other_unit: Unit, member: Member, opened: Opened) -> None:
    account, colleague = member(unit, other_unit, role=Role.SUPERVISOR), member(unit)
    march, may = dt.date(2026, 3, 31), dt.date(2026, 5, 1)
    first = opened(account, "First", unit, incident_on=march, tags=("Robbery",))
    second = opened(account, "Second", other_unit, incident_on=may, tags=("robbery", "kiosk"))
    opened(account, "Third", unit)
    people.assign(db, account, second.id, colleague.id)
    statuses.set_status(db, account, first.id, CaseStatus.CLOSED, CaseStatus.OPEN)
    for said, wanted in (
        ({"number": first.number[-3:]}, ["First"]),
        ({"number": first.number[:4]}, ["First", "Third", "Second"]),
        ({"status": "closed"}, ["First"]),
        ({"unit": other_unit.id}, ["Second"]),
        ({"unit": uuid.uuid4()}, []),
        ({"person": colleague.id}, ["Second"]),
        ({"person": NOBODY}, ["First", "Third"]),
        ({"tag": "ROBBERY"}, ["First", "Second"]),
        ({"tag": "robb"}, []),
        ({"from_": "2026-03-31"}, ["First", "Second"]),
        ({"to": "2026-03-31"}, ["First"]),
        ({"from_": "2026-04-01", "to": "2026-05-01"}, ["Second"]),
        ({"q": "robbery kiosk"}, ["Second"]),
        ({"q": "first", "status": "open"}, []),
    ):
        assert sorted(titles(db, account, **said)) == sorted(wanted), said


@pytest.mark.parametrize(
    "name, text", [("status", "lost"), ("unit", "x"), ("person", "1"), ("from", "31.3."), ("to", "x")]
)
def test_what_no_filter_can_be_is_refused(name: str, text: str) -> None:
    with pytest.raises(Refused):
        Filter.read({name: text})


def test_a_list_is_counted_so_far_and_no_further(
    db: Session, unit: Unit, other_unit: Unit, member: Member, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = member(unit, other_unit)
    monkeypatch.setattr(listing, "COUNTED", 3)
    for number, of in enumerate((unit, other_unit, unit, other_unit, unit)):
        opened(account, str(number), of)
        assert listing.first_page(db, account, Filter(), 2)[1] == min(number + 1, 4)


def test_of_many_units_all_are_asked_at_once(db: Session, member: Member, opened: Opened) -> None:
    from app.identity import units

    many = [units.add_unit(db, f"Unit {number}") for number in range(listing.APART + 2)]
    account = member(*many)
    for one in many:
        opened(account, one.name, one)
    assert titles(db, account) == [one.name for one in reversed(many)]


def test_filters_are_saved_by_their_owner(db: Session, unit: Unit, member: Member) -> None:
    account, other = member(unit), member(unit)
    by = Filter.read({"q": "harbour", "person": NOBODY, "from": "2026-03-31"})
    saved.save(db, account, "Mine", by)
    saved.save(db, account, " Mine ", Filter("market"))
    saved.save(db, other, "Mine", by)
    assert [(one.name, Filter.read(one.query)) for one in saved.list_saved(db, account)] == [("Mine", Filter("market"))]
    (theirs,) = saved.list_saved(db, other)
    assert Filter.read(theirs.query) == by
    saved.remove(db, account, theirs.id)
    assert len(saved.list_saved(db, other)) == 1
    saved.remove(db, other, theirs.id)
    assert saved.list_saved(db, other) == []
    for name, wanted in (("", by), ("n" * 81, by), ("Empty", Filter())):
        with pytest.raises(Refused):
            saved.save(db, account, name, wanted)


def test_nobody_saves_filters_without_end(
    db: Session, unit: Unit, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = member(unit)
    monkeypatch.setattr(saved, "MOST", 2)
    for number in range(2):
        saved.save(db, account, str(number), Filter("harbour"))
    with pytest.raises(Refused):
        saved.save(db, account, "One more", Filter("harbour"))
    saved.save(db, account, "1", Filter("market"))
    assert len(saved.list_saved(db, account)) == 2


def test_several_cases_are_given_to_somebody_and_what_is_refused_is_told(
    db: Session, unit: Unit, other_unit: Unit, member: Member, opened: Opened
) -> None:
    account, elsewhere = member(unit), member(other_unit)
    cases = [opened(account, str(number)) for number in range(3)]
    foreign, looked_at = opened(elsewhere), opened(elsewhere)
    people.assign(db, account, cases[0].id, elsewhere.id)
    with transaction(db):
        ends = utc_now() + dt.timedelta(hours=1)
        db.add(EmergencyAccess(case_id=looked_at.id, account_id=account.id, reason="Danger", ends_at=ends))
    ids = [one.id for one in (*cases, foreign, looked_at)]
    done = bulk.each(db, account, ids, lambda own, who, case: people.assign(own, who, case, elsewhere.id))
    assert (done.changed, done.already) == (2, 1)
    assert sorted(number for number, _why in done.refused) == sorted(["?", looked_at.number])
    db.rollback()
    assert len(titles(db, elsewhere)) == 5
    done = bulk.each(db, account, ids[:3], lambda own, who, case: people.unassign(own, who, case, elsewhere.id))
    assert done == bulk.Outcome(3, 0, ())
