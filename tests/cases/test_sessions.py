"""Witness sessions: numbered, changed by one person at a time, in custody, and what engines are told of them."""

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database, transaction
from app.errors import Forbidden, NotFound, Refused
from app.retention import holds
from app.witness import service
from app.witness.facts import presets, read_facts, told_facts
from app.witness.forms import Said, read_session
from models import Account, CustodyEntry, EmergencyAccess, Role, Unit, WitnessSession, utc_now
from tests.cases.conftest import Opened
from tests.people import Member

SAID = Said("Ada Artist", "Witness 1", statement="He had a limp.", facts={"hair": "black, short", "age_from": 30})
CHOICES = {"skin": ["very light", "light"], "hair": ["black", "dark brown"], "eyes": ["blue"]}


def entries(db: Session, action: str) -> list[CustodyEntry]:
    db.rollback()
    return list(db.scalars(select(CustodyEntry).where(CustodyEntry.action == action).order_by(CustodyEntry.number)))


def test_sessions_are_numbered_within_their_case(db: Session, unit: Unit, member: Member, opened: Opened) -> None:
    one = member(unit)
    case, other = opened(one), opened(one, "Hills")
    numbers = [service.add_session(db, one, place.id, SAID).number for place in (case, case, other)]
    assert numbers == [1, 2, 1]
    assert [row.number for row in service.sessions_of(db, case.id)] == [1, 2]


def test_sessions_added_at_once_get_numbers_of_their_own(
    database: Database, db: Session, unit: Unit, member: Member, opened: Opened
) -> None:
    one = member(unit)
    case = opened(one)
    ids = one.id, case.id  # each thread reads its own records

    def add() -> None:
        with database.session() as mine:
            service.add_session(mine, mine.get_one(Account, ids[0]), ids[1], SAID)

    threads = [threading.Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.rollback()
    assert [row.number for row in service.sessions_of(db, case.id)] == [1, 2, 3, 4, 5, 6]


def test_what_a_witness_said_stays_while_the_case_is_on_hold(
    db: Session, unit: Unit, member: Member, opened: Opened
) -> None:
    one, chief = member(unit), member(unit, role=Role.SUPERVISOR)
    case = opened(one)
    row = service.add_session(db, one, case.id, SAID)
    holds.put(db, chief, case.id, "A court asked")
    with pytest.raises(Refused, match="legal hold"):
        service.edit_session(db, one, case.id, row.id, Said("Ada Artist", "Witness 1"), 1)
    assert service.add_session(db, one, case.id, SAID).number == 2


def test_a_stale_form_changes_nothing(db: Session, unit: Unit, member: Member, opened: Opened) -> None:
    one, two = member(unit), member(unit)
    case = opened(one)
    row = service.add_session(db, one, case.id, SAID)
    changed = Said("Ada Artist", "Witness 1", method="Free-hand drawing")
    service.edit_session(db, two, case.id, row.id, changed, 1)
    with pytest.raises(service.ChangedMeanwhile):
        service.edit_session(db, one, case.id, row.id, SAID, 1)
    db.rollback()
    kept = db.get_one(WitnessSession, row.id)
    assert (kept.method, kept.facts, kept.revision) == ("Free-hand drawing", {}, 2)
    service.edit_session(db, one, case.id, row.id, changed, 2)  # nothing new: no entry, no revision
    assert db.get_one(WitnessSession, row.id).revision == 2
    entry = entries(db, "session.changed")[0]
    assert entry.details["fields"] == ["method", "statement", "facts"]
    assert entry.before == entries(db, "session.added")[0].after


def test_custody_keeps_digests_and_no_words(db: Session, unit: Unit, member: Member, opened: Opened) -> None:
    one = member(unit)
    service.add_session(db, one, opened(one).id, SAID)
    entry = entries(db, "session.added")[0]
    assert len(entry.after or "") == 64
    assert not any(word in str(entry.details) for word in ("Witness 1", "limp", "black"))


def test_who_looks_through_broken_glass_changes_nothing(
    db: Session, unit: Unit, other_unit: Unit, member: Member, opened: Opened
) -> None:
    one, stranger = member(unit), member(other_unit)
    case = opened(one)
    with pytest.raises(NotFound):
        service.add_session(db, stranger, case.id, SAID)
    now = utc_now()
    with transaction(db):
        access = EmergencyAccess(case_id=case.id, account_id=stranger.id, reason="A reason", begun_at=now)
        access.ends_at = now.replace(year=now.year + 1)
        db.add(access)
    with pytest.raises(Forbidden):
        service.add_session(db, stranger, case.id, SAID)
    assert service.sessions_of(db, case.id) == []


def test_a_session_of_another_case_is_not_there(db: Session, unit: Unit, member: Member, opened: Opened) -> None:
    one = member(unit)
    case, other = opened(one), opened(one, "Hills")
    row = service.add_session(db, one, case.id, SAID)
    with pytest.raises(NotFound):
        service.get_session(db, one, other.id, row.id)
    with pytest.raises(NotFound):
        service.edit_session(db, one, other.id, row.id, SAID, 1)
    assert service.get_session(db, member(unit, role=Role.SUPERVISOR), case.id, row.id).id == row.id


@pytest.mark.parametrize(
    "form, words",
    [
        ({"artist": "", "witness": "W"}, "who drew"),
        ({"artist": "A", "witness": " "}, "pseudonym"),
        ({"artist": "A", "witness": "W", "drawn_on": "2999-01-01"}, "not in the future"),
        ({"artist": "A", "witness": "W", "drawn_on": "yesterday"}, "2026-03-31"),
        ({"artist": "A" * 201, "witness": "W"}, "at most 200"),
        ({"artist": "A", "witness": "W", "statement": "x" * 20_001}, "at most 20000"),
        ({"artist": "A", "witness": "W", "height_cm": "1e3"}, "Height must be a whole number from 50 to 250"),
        ({"artist": "A", "witness": "W", "age_from": "-1"}, "Age from must be"),
        ({"artist": "A", "witness": "W", "age_from": "40", "age_to": "30"}, "lower to the higher"),
        ({"artist": "A", "witness": "W", "build": "x" * 101}, "Build can have at most 100"),
    ],
)
def test_what_cannot_be_is_refused(form: dict[str, str], words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_session(form, utc_now().date())


def test_what_was_not_said_is_not_there() -> None:
    assert read_facts({"age_from": "", "hair": "  ", "build": " thin "}) == {"build": "thin"}


@pytest.mark.parametrize(
    "hair, told",
    [
        ("black", {"hair": "black"}),
        ("Black, short, receding", {"hair": "black"}),
        ("DARK BROWN; long", {"hair": "dark brown"}),
        ("brownish", {}),
        ("short, black", {}),
        ("", {}),
    ],
)
def test_an_engine_is_told_the_colours_that_it_knows(hair: str, told: dict[str, str]) -> None:
    assert presets({"hair": hair, "clothing": "blue"}, CHOICES) == told


def test_facts_are_told_in_plain_words() -> None:
    facts = {"age_from": 30, "age_to": 40, "height_cm": 180, "hair": "black, short"}
    told = [(fact.name, fact.words) for fact in told_facts(facts)]
    assert told == [("Age", "30 to 40"), ("Height", "180 cm"), ("Hair", "black, short")]
    assert [fact.words for fact in told_facts({"age_to": 20})] == ["20 or younger"]
