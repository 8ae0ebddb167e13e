"""Many write at once: no gap, no fork, nothing lost, and nobody waits for somebody who waits for them."""

import random
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import custody
from app.custody.looking import Evidence, look
from app.custody.verifying import Report, snapshot, verify
from app.database import Database, transaction
from models import CustodyEntry, Sketch
from tests.app.drawings import drawing_png
from tests.people import Person

WRITERS, EACH = 100, 3
CASE = custody.of_case(uuid.UUID(int=7))


@pytest.fixture(autouse=True)
def patient(database: Database) -> None:
    """These tests are about order, not about how soon it is anybody's turn."""
    database.engine.pool._timeout = 600.0  # type: ignore[attr-defined]


def at_once(count: int, act: Callable[[int], None]) -> None:
    """``act`` by so many threads that start together. What any of them raises is raised."""
    start = Barrier(count)

    def run(number: int) -> None:
        start.wait()
        act(number)

    with ThreadPoolExecutor(count) as pool:
        for done in [pool.submit(run, number) for number in range(count)]:
            done.result()


def report(database: Database) -> Report:
    found = Report()
    with snapshot(database) as connection:
        verify(connection, found)
    return found


def test_a_hundred_writers_on_one_case(database: Database) -> None:
    def write(writer: int) -> None:
        for turn in range(EACH):
            with database.session() as db, transaction(db):
                thing = custody.Thing("case", CASE.subject_id)
                custody.record(db, CASE, custody.OPERATOR, "case.changed", thing, writer=writer, turn=turn)

    at_once(WRITERS, write)
    told = report(database)
    assert (told.faults, told.chains, told.entries) == ([], 1, WRITERS * EACH)
    with database.session() as db:
        rows = db.scalars(select(CustodyEntry).order_by(CustodyEntry.number)).all()
    assert [row.number for row in rows] == list(range(1, WRITERS * EACH + 1))
    turns = [(row.details["writer"], row.details["turn"]) for row in rows]
    assert sorted(turns) == [(writer, turn) for writer in range(WRITERS) for turn in range(EACH)]
    assert [row.at for row in rows] == sorted(row.at for row in rows)


def test_whoever_needs_several_chains_never_waits_in_a_circle(database: Database) -> None:
    chains = [custody.AGENCY_CHAIN, *(custody.of_case(uuid.UUID(int=number)) for number in range(4))]

    def write(writer: int) -> None:
        order = random.Random(writer)
        for _ in range(8):
            with database.session() as db, transaction(db):
                for chain in order.sample(chains, 3):
                    thing = custody.Thing("case", chain.subject_id)
                    custody.record(db, chain, custody.OPERATOR, "case.changed", thing)

    at_once(16, write)
    told = report(database)
    assert (told.faults, told.entries) == ([], 16 * 8 * 3)


def test_looking_filing_and_renaming_at_once(database: Database, db: Session, person: Person) -> None:
    """Everybody looks at the same evidence, while others change the sketch that it is of."""
    account = person()
    sketch_id = uuid.uuid4()
    _add(db, account.id, sketch_id)
    evidence = Evidence(sketch_id, custody.Thing("sketch", sketch_id), "picture", "0" * 64)
    who = custody.Actor(account.id, account.name)

    def act(number: int) -> None:
        with database.session(read_only=number % 2 == 0) as own:
            if number % 2 == 0:
                look(own, database, who, evidence)
                return
            with transaction(own):
                held = own.scalars(select(Sketch).where(Sketch.id == sketch_id).with_for_update()).one()
                held.title = f"Title {number}"
                custody.record(own, custody.AGENCY_CHAIN, who, "account.sketches_given", custody.Thing("account"))
                custody.record(own, custody.of_sketch(held), who, "sketch.renamed", custody.Thing("sketch", sketch_id))

    at_once(24, act)
    assert report(database).faults == []
    assert _actions(db).count("evidence.viewed") == 1
    assert _actions(db).count("sketch.renamed") == 12


def _actions(db: Session) -> Sequence[str]:
    db.rollback()
    return db.scalars(select(CustodyEntry.action)).all()


def _add(db: Session, owner_id: uuid.UUID, sketch_id: uuid.UUID) -> None:
    size = len(drawing_png(1))
    facts = {
        "original_sha256": "0" * 64,
        "original_mime": "image/png",
        "original_size": size,
        "width": 64,
        "height": 64,
    }
    keys = dict.fromkeys(("original_key", "clean_key", "thumbnail_key"), f"{owner_id}/{'0' * 64}")
    with transaction(db):
        db.add(
            Sketch(
                id=sketch_id,
                lineage_id=sketch_id,
                version=1,
                owner_id=owner_id,
                title="T",
                file_name="t",
                **facts,
                **keys,
            )
        )
