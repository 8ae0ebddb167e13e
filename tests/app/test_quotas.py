"""Limits are held to at the edge, also by those who ask at the same moment, on both databases."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import jobs
from app.agency import limiting, quotas, settings
from app.agency.quotas import OPEN, RENDERS, STORED, QuotaReached
from app.database import Database, transaction
from app.errors import Conflict, NotFound
from app.identity import accounts, units
from app.storage import LocalStore
from app.studio import service
from models import Account, CustodyEntry, Job, JobKind, JobState, Quota, Role, Sketch, Unit
from tests.app.drawings import drawing_png
from tests.people import Person


@pytest.fixture
def head(person: Person) -> Account:
    return person(Role.ADMIN)


@pytest.fixture
def unit(db: Session) -> Unit:
    return units.add_unit(db, "Homicide")


@pytest.fixture
def owner(db: Session, person: Person, unit: Unit) -> Account:
    return join(db, person(), unit)


@pytest.fixture
def sketch(db: Session, store: LocalStore, owner: Account, png: bytes) -> Sketch:
    return service.create_sketch(db, store, owner, png, "face.png")


def join(db: Session, account: Account, unit: Unit) -> Account:
    with transaction(db):
        found = accounts.locked(db, account.id)
        found.units = units.kept(db, [unit.id])
    return found


def ask(db: Session, account: Account, sketch: Sketch, seed: int = 0, candidates: int = 1) -> Job:
    return service.request_render(db, account, sketch, "pix2pix", seed, candidates=candidates)


def asking(account: Account, sketch: Sketch, seed: int = 0) -> Callable[[Session], Job]:
    """To be done in another session, which reads what it needs itself."""
    account_id, sketch_id = account.id, sketch.id
    return lambda mine: ask(mine, mine.get_one(Account, account_id), mine.get_one(Sketch, sketch_id), seed)


def renders(db: Session) -> int:
    db.rollback()
    return db.scalar(select(func.count()).where(Job.kind == JobKind.RENDER)) or 0


def at_once(database: Database, tasks: Sequence[Callable[[Session], object]]) -> list[str]:
    """What came of them, each in a session of its own, started together."""
    outcomes: list[str] = []
    gate = threading.Barrier(len(tasks))

    def run(task: Callable[[Session], object]) -> None:
        with database.session() as mine:
            gate.wait()
            try:
                task(mine)
                outcomes.append("done")
            except QuotaReached:
                outcomes.append("refused")

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_without_limits_nothing_is_refused(db: Session, owner: Account, sketch: Sketch) -> None:
    assert quotas.uses(db, owner.id, [sketch.unit_id] if sketch.unit_id else []) == []
    ask(db, owner, sketch, candidates=8)
    assert renders(db) == 8


@pytest.mark.parametrize("kind", ["unit", "account"])
def test_of_many_who_ask_at_once_as_many_pass_as_may(
    database: Database, db: Session, head: Account, owner: Account, unit: Unit, sketch: Sketch, kind: str
) -> None:
    limiting.set_limits(db, head, kind, unit.id if kind == "unit" else owner.id, 0, {RENDERS: 3})
    tasks = [asking(owner, sketch, seed) for seed in range(8)]
    assert at_once(database, tasks) == ["done"] * 3 + ["refused"] * 5
    assert renders(db) == 3


def test_two_of_one_unit_share_its_limit(
    database: Database, db: Session, store: LocalStore, head: Account, owner: Account, unit: Unit, person: Person
) -> None:
    colleague = join(db, person(), unit)
    sketches = [service.create_sketch(db, store, owner, drawing_png(seed), "a.png") for seed in range(4)]
    limiting.set_limits(db, head, "unit", unit.id, 0, {OPEN: 2})
    tasks = [asking(*pair) for pair in zip((owner, colleague, owner, colleague), sketches, strict=True)]
    assert at_once(database, tasks) == ["done"] * 2 + ["refused"] * 2
    assert renders(db) == 2


def test_files_handed_in_at_once_stay_within_what_may_be_stored(
    database: Database, db: Session, store: LocalStore, head: Account, owner: Account, unit: Unit, sketch: Sketch
) -> None:
    assert sketch.stored_size is not None
    room = 3 * sketch.stored_size + sketch.stored_size // 2
    limiting.set_limits(db, head, "account", owner.id, 0, {STORED: room})
    owner_id = owner.id

    def hand_in(mine: Session) -> None:
        service.create_sketch(mine, store, mine.get_one(Account, owner_id), drawing_png(1), "b.png")

    assert at_once(database, [hand_in] * 5) == ["done"] * 2 + ["refused"] * 3
    db.rollback()
    assert db.scalar(select(func.count()).select_from(Sketch)) == 3


def test_a_set_of_candidates_passes_whole_or_not_at_all(
    db: Session, head: Account, owner: Account, unit: Unit, sketch: Sketch
) -> None:
    limiting.set_limits(db, head, "unit", unit.id, 0, {RENDERS: 5})
    ask(db, owner, sketch, candidates=4)
    with pytest.raises(QuotaReached, match=r"Your unit may have 5 likenesses made a day.*after midnight \(UTC\)"):
        ask(db, owner, sketch, seed=9, candidates=2)
    assert renders(db) == 4
    ask(db, owner, sketch, seed=9)
    assert renders(db) == 5


def test_asking_again_for_what_waits_is_not_more(db: Session, head: Account, owner: Account, sketch: Sketch) -> None:
    limiting.set_limits(db, head, "account", owner.id, 0, {RENDERS: 1, OPEN: 1})
    first = ask(db, owner, sketch)
    assert ask(db, owner, sketch).id == first.id


def test_yesterdays_renders_do_not_count_today(db: Session, head: Account, owner: Account, sketch: Sketch) -> None:
    limiting.set_limits(db, head, "account", owner.id, 0, {RENDERS: 1})
    ask(db, owner, sketch)
    with pytest.raises(QuotaReached, match="You may have 1 likenesses made a day"):
        ask(db, owner, sketch, seed=1)
    with transaction(db):
        db.execute(update(Job).values(created_at=Job.created_at))
        for job in db.scalars(select(Job)):
            job.created_at -= dt.timedelta(days=1)
    ask(db, owner, sketch, seed=1)


def test_the_day_begins_where_the_agency_is(db: Session, head: Account, owner: Account, sketch: Sketch) -> None:
    given = {"name": [""], "address": [""], "email": [""], "phone": [""], "time_zone": ["Asia/Bangkok"]}
    settings.change(db, head, "agency", 0, given)
    limiting.set_limits(db, head, "account", owner.id, 0, {RENDERS: 1})
    ask(db, owner, sketch)
    (use,) = quotas.uses(db, owner.id, [])
    assert use.ends.astimezone(dt.UTC).hour == 17  # midnight in Bangkok
    with pytest.raises(QuotaReached, match="Asia/Bangkok"):
        ask(db, owner, sketch, seed=1)


def test_what_was_cancelled_before_it_began_is_given_back(
    db: Session, head: Account, owner: Account, sketch: Sketch
) -> None:
    limiting.set_limits(db, head, "account", owner.id, 0, {RENDERS: 1})
    job = ask(db, owner, sketch)
    service.cancel(db, owner, job)
    other = ask(db, owner, sketch, seed=1)
    with pytest.raises(QuotaReached):  # trying the cancelled one again would be a second
        service.retry(db, owner, job)
    db.rollback()
    assert db.get_one(Job, job.id, populate_existing=True).state == JobState.CANCELLED
    with transaction(db):
        jobs.held(db, other.id).state = JobState.FAILED
    assert service.retry(db, owner, other).state == JobState.QUEUED


def test_work_that_is_done_makes_room(db: Session, head: Account, owner: Account, sketch: Sketch) -> None:
    limiting.set_limits(db, head, "account", owner.id, 0, {OPEN: 1})
    job = ask(db, owner, sketch)
    with pytest.raises(QuotaReached, match="Ask again when one of them is done"):
        ask(db, owner, sketch, seed=1)
    with transaction(db):
        jobs.held(db, job.id).state = JobState.DONE
    ask(db, owner, sketch, seed=1)


def test_a_lowered_limit_keeps_what_is_there(
    db: Session, store: LocalStore, head: Account, owner: Account, unit: Unit, sketch: Sketch, png: bytes
) -> None:
    limiting.set_limits(db, head, "unit", unit.id, 0, {STORED: 2**20})
    with transaction(db):
        db.execute(update(Sketch).values(stored_size=2**21))
    with pytest.raises(QuotaReached, match=r"may store 1 MB.*when something is deleted"):
        service.create_sketch(db, store, owner, png, "c.png")
    with pytest.raises(QuotaReached):
        ask(db, owner, sketch)
    limiting.set_limits(db, head, "unit", unit.id, 1, {})
    ask(db, owner, sketch)


def test_people_are_told_before_it_is_too_late(
    db: Session, head: Account, owner: Account, unit: Unit, sketch: Sketch
) -> None:
    limiting.set_limits(db, head, "unit", unit.id, 0, {RENDERS: 5, OPEN: 100})
    for seed in range(3):
        ask(db, owner, sketch, seed)
    assert quotas.near(db, owner.id, [unit.id]) == []
    ask(db, owner, sketch, seed=3)
    (use,) = quotas.near(db, owner.id, [unit.id])
    assert (use.measure, use.used, use.limit, use.of_unit) == (RENDERS, 4, 5, True)


def test_setting_limits_is_an_entry_and_takes_turns(db: Session, head: Account, unit: Unit) -> None:
    limiting.set_limits(db, head, "unit", unit.id, 0, {RENDERS: 5})
    with pytest.raises(Conflict, match="Somebody else"):
        limiting.set_limits(db, head, "unit", unit.id, 0, {RENDERS: 6})
    limiting.set_limits(db, head, "unit", unit.id, 1, {RENDERS: 5})  # nothing new
    limiting.set_limits(db, head, "unit", unit.id, 1, {STORED: 2**33})
    db.rollback()
    entries = list(db.scalars(select(CustodyEntry).where(CustodyEntry.action == "quota.changed").order_by("number")))
    assert [entry.details["now"] for entry in entries] == [
        {RENDERS: 5, OPEN: None, STORED: None},
        {RENDERS: None, OPEN: None, STORED: 2**33},
    ]
    assert entries[1].details["was"] == entries[0].details["now"]
    assert {(entry.object_kind, entry.object_id) for entry in entries} == {("unit", unit.id)}


def test_limits_are_of_what_there_is(db: Session, head: Account) -> None:
    for kind in ("unit", "account"):
        with pytest.raises(NotFound):
            limiting.set_limits(db, head, kind, uuid.uuid4(), 0, {RENDERS: 5})


def test_of_two_first_limits_at_once_one_is_set(database: Database, db: Session, head: Account, unit: Unit) -> None:
    outcomes: list[str] = []
    head_id, unit_id = head.id, unit.id

    def change(limit: int) -> None:
        with database.session() as mine:
            try:
                limiting.set_limits(mine, mine.get_one(Account, head_id), "unit", unit_id, 0, {RENDERS: limit})
                outcomes.append("done")
            except Conflict:
                outcomes.append("refused")

    threads = [threading.Thread(target=change, args=(limit,)) for limit in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused", "refused", "refused"]
    db.rollback()
    assert db.scalar(select(func.count()).select_from(Quota)) == 1


def test_a_removed_units_limits_go_with_it(db: Session, head: Account, unit: Unit) -> None:
    limiting.set_limits(db, head, "unit", unit.id, 0, {RENDERS: 5})
    assert [one.name for one in limiting.units(db)] == ["Homicide"]
    units.remove_unit(db, unit.id)
    assert db.scalar(select(func.count()).select_from(Quota)) == 0
