"""Case numbers: by the agency's pattern, and never twice."""

import datetime as dt
import threading

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agency import settings
from app.cases import numbers, pattern, service
from app.cases.forms import CaseFacts
from app.database import Database, transaction
from app.errors import Refused
from app.identity import accounts
from models import Case, Role, Unit
from tests.people import Member, Person

NOW = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)


def given(db: Session, unit: Unit, when: dt.datetime = NOW) -> str:
    with transaction(db):
        return numbers.next_number(db, unit, when)


def test_numbers_count_each_year_anew(db: Session, unit: Unit) -> None:
    assert [given(db, unit) for _ in range(3)] == ["2026-00001", "2026-00002", "2026-00003"]
    assert given(db, unit, NOW.replace(year=2027)) == "2027-00001"
    assert given(db, unit) == "2026-00004"


def test_a_pattern_may_have_the_month_and_the_unit(db: Session, unit: Unit, other_unit: Unit, person: Person) -> None:
    form = {"case_numbers": ["{unit}/{month}.{year}-{number}"], "two_people": ["yes"], "glass_minutes": ["60"]}
    settings.change(db, person(Role.ADMIN), "cases", 0, form)
    assert [given(db, unit), given(db, other_unit), given(db, unit)] == [
        "INV/03.2026-1",
        "CC/03.2026-1",
        "INV/03.2026-2",
    ]
    assert given(db, unit, NOW.replace(month=12)) == "INV/12.2026-1"


def test_a_pattern_may_count_in_buddhist_years(db: Session, unit: Unit, person: Person) -> None:
    form = {"case_numbers": ["{number:03}/{be}"], "two_people": ["yes"], "glass_minutes": ["60"]}
    settings.change(db, person(Role.ADMIN), "cases", 0, form)
    new_year = NOW.replace(year=2027, month=1)
    assert [given(db, unit), given(db, unit), given(db, unit, new_year)] == ["001/2569", "002/2569", "001/2570"]


def test_a_number_that_is_there_already_is_passed_over(db: Session, unit: Unit, member: Member) -> None:
    account = member(unit)
    year = dt.datetime.now(dt.UTC).year
    with transaction(db):
        for number in (1, 2):
            brought = Case(number=f"{year}-{number:05}", title="Brought in", unit_id=unit.id, created_by=account.id)
            db.add(brought)
    assert service.create(db, account, CaseFacts("New")).number == f"{year}-00003"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{year}",
        "{number}{number}",
        "{number}{day}",
        "{number",
        "{number:5}",
        "<{number}>",
        "{unit}{unit}{unit}{unit}{number}",
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        pattern.check_pattern(text)


@pytest.mark.parametrize(
    "text", [pattern.DEFAULT, "{unit}-{year}{month}-{number:04}", "คดี {number:03}/{be}", "คดี {number}/{year}"]
)
def test_a_usable_pattern_is_kept(text: str) -> None:
    assert pattern.check_pattern(f" {text} ") == text


@pytest.mark.parametrize(
    "name, code", [("Investigations", "INV"), ("Cold cases", "CC"), ("ก", "ก"), ("a b c d e f g h i j", "ABCDEFGH")]
)
def test_a_unit_has_a_code(name: str, code: str) -> None:
    assert pattern.unit_code(name) == code


def test_twenty_who_open_cases_at_once_get_twenty_numbers(
    database: Database, db: Session, unit: Unit, member: Member
) -> None:
    account_id, barrier = member(unit).id, threading.Barrier(20)
    failed: list[BaseException] = []

    def open_case() -> None:
        barrier.wait()
        try:
            with database.session() as own:
                service.create(own, accounts.get_account(own, account_id), CaseFacts("At once"))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=open_case) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    db.rollback()
    year = dt.datetime.now(dt.UTC).year
    assert sorted(db.scalars(select(Case.number))) == [f"{year}-{number:05}" for number in range(1, 21)]
