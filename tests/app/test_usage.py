"""What units use, counted by the agency's days on both databases."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.agency import settings, usage
from app.agency.usage import ACCOUNTS, BYTES, CASES, MEASURES, RENDERS, SKETCHES
from app.database import Database, transaction
from app.identity import units
from app.storage import object_key
from models import Account, Case, Job, JobState, Likeness, Role, Sketch, Unit, utc_now
from tests.people import Person

BANGKOK = dt.timedelta(hours=7)


@pytest.fixture
def one(db: Session) -> Unit:
    return units.add_unit(db, "Homicide")


@pytest.fixture
def two(db: Session) -> Unit:
    return units.add_unit(db, "Fraud")


@pytest.fixture
def owner(person: Person) -> Account:
    return person()


def add(db: Session, owner: Account, unit: Unit | None, at: dt.datetime, size: int | None = 1000) -> Sketch:
    key, one = object_key(owner.id, b"x"), uuid.uuid4()
    sketch = Sketch(
        id=one, lineage_id=one, owner_id=owner.id, unit_id=unit and unit.id, title="S", file_name="s.png",
        original_key=key, original_sha256="0" * 64, original_mime="image/png", original_size=300, clean_key=key,
        width=64, height=64, thumbnail_key=key, stored_size=size, created_at=at,
    )  # fmt: skip
    with transaction(db):
        db.add(sketch)
    return sketch


def ask(
    db: Session, by: Account, sketch: Sketch, at: dt.datetime, state: JobState = JobState.DONE, kind: str = "render"
) -> Job:
    job = Job(kind=kind, subject_id=sketch.id, owner_id=by.id, state=state, created_at=at, queued_at=at)
    with transaction(db):
        db.add(job)
    return job


def today(db: Session, measure: str, *of: Unit | None) -> int:
    found = usage.usage(db, "day")
    return found.series(measure, [unit.id if unit else None for unit in of] if of else found.everywhere)[-1]


def test_everything_is_counted_where_it_belongs(db: Session, one: Unit, two: Unit, owner: Account) -> None:
    now = utc_now()
    first, second, loose = (add(db, owner, unit, now) for unit in (one, two, None))
    ask(db, owner, first, now)
    ask(db, owner, first, now, JobState.FAILED)
    ask(db, owner, first, now, JobState.CANCELLED)  # nobody had begun it
    ask(db, owner, second, now)
    ask(db, owner, loose, now, kind="align")
    with transaction(db):
        db.add(Case(number="1", title="Harbour", unit_id=two.id, created_by=owner.id, created_at=now))
    assert [today(db, measure, one) for measure in MEASURES] == [2, 1, 0, 1, 1000]
    assert [today(db, measure, two) for measure in MEASURES] == [1, 1, 1, 1, 1000]
    assert [today(db, measure, None) for measure in MEASURES] == [0, 1, 0, 1, 1000]
    assert [today(db, measure) for measure in MEASURES] == [3, 3, 1, 1, 3000]


def test_an_account_that_works_in_two_units_is_one(
    db: Session, one: Unit, two: Unit, owner: Account, person: Person
) -> None:
    now, other = utc_now(), person()
    sketches = [add(db, owner, unit, now) for unit in (one, two)]
    for sketch in sketches:
        ask(db, owner, sketch, now)
        ask(db, owner, sketch, now - dt.timedelta(days=3))
    ask(db, other, sketches[0], now)
    found = usage.usage(db, "day")
    assert (found.series(ACCOUNTS, [one.id])[-1], found.series(ACCOUNTS, [two.id])[-1]) == (2, 1)
    assert found.series(ACCOUNTS, [one.id, two.id])[-1] == 2
    assert found.total(ACCOUNTS, found.everywhere) == 2


def test_what_is_stored_is_counted_since_the_beginning(db: Session, one: Unit, owner: Account) -> None:
    now = utc_now()
    old = add(db, owner, one, now - dt.timedelta(days=400), size=5000)
    add(db, owner, one, now, size=None)  # from before sizes were kept: its original's
    job, key = ask(db, owner, old, now), object_key(owner.id, b"y")
    with transaction(db):
        db.add(
            Likeness(
                sketch_id=old.id, job_id=job.id, number=1, engine="pix2pix", seed=0, strength=0.5, image_key=key,
                image_sha256="0" * 64, thumbnail_key=key, stored_size=700, provenance={}, created_at=now,
            )
        )  # fmt: skip
    found = usage.usage(db, "month")
    assert found.stored == {one.id: 6000}
    assert found.total(BYTES, [one.id]) == 1000
    assert found.total(SKETCHES, [one.id]) == 1


def test_a_day_ends_at_midnight_where_the_agency_is(db: Session, one: Unit, owner: Account, person: Person) -> None:
    given = {"name": [""], "address": [""], "email": [""], "phone": [""], "time_zone": ["Asia/Bangkok"]}
    settings.change(db, person(Role.ADMIN), "agency", 0, given)
    midnight = (utc_now() + BANGKOK).replace(hour=0, minute=0, second=0, microsecond=0) - BANGKOK
    before, after = (add(db, owner, one, midnight + dt.timedelta(seconds=step)) for step in (-1, 0))
    ask(db, owner, before, before.created_at)
    ask(db, owner, after, after.created_at)
    found = usage.usage(db, "day")
    assert found.zone == "Asia/Bangkok"
    assert found.series(SKETCHES, [one.id])[-2:] == [1, 1]
    assert found.series(RENDERS, [one.id])[-2:] == [1, 1]


@pytest.mark.parametrize("step, days", [("day", 30), ("week", 26 * 7), ("month", 365)])
def test_what_is_older_than_the_chart_is_left_out(db: Session, one: Unit, owner: Account, step: str, days: int) -> None:
    for age in (0, days + 32):
        sketch = add(db, owner, one, utc_now() - dt.timedelta(days=age))
        ask(db, owner, sketch, sketch.created_at)
    found = usage.usage(db, step)
    assert [found.total(measure, [one.id]) for measure in (RENDERS, SKETCHES, ACCOUNTS)] == [1, 1, 1]


def test_nothing_is_nothing(db: Session) -> None:
    found = usage.usage(db, "day")
    assert found.everywhere == []
    assert found.series(CASES, []) == [0] * 30


def test_it_takes_as_many_queries_for_many_units_as_for_one(database: Database, db: Session, owner: Account) -> None:
    counts = []
    for number in range(2):
        for step in range(1 + 9 * number):
            unit = units.add_unit(db, f"Unit {number}-{step}")
            ask(db, owner, add(db, owner, unit, utc_now()), utc_now())
        statements: list[str] = []
        seen = lambda _c, _u, statement, *_: statements.append(statement)  # noqa: B023, E731
        event.listen(database.engine, "before_cursor_execute", seen)
        usage.usage(db, "day")
        event.remove(database.engine, "before_cursor_execute", seen)
        counts.append(len([one for one in statements if "FROM" in one]))
    assert counts[1] <= counts[0] <= 4
