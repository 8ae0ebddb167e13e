"""Anchors: once a day, linked to each other, kept by the store, and what they hold against the records."""

import datetime as dt
import json
import threading
import uuid
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import custody, sweep
from app.custody import __main__ as command
from app.custody import anchoring
from app.custody.anchoring import mirror, take
from app.custody.anchors import Anchor
from app.custody.comparing import Found, compare, find
from app.custody.verifying import Fault, Report, snapshot, verify
from app.database import Database, transaction
from app.station import Station
from app.storage import ObjectStore, split_key
from app.workers import register
from models import ANCHORS, CustodyAnchor, CustodyChain, CustodyEntry, utc_now
from tests.app.conftest import settings_for
from tests.app.renderers import CAPABILITIES, QuickRenderer
from tests.app.stores import Shelf, cloud_shelf, local_shelf
from tests.app.tampering import owner, put_head, remove, rewrite
from tests.people import Person

CASE, OTHER = custody.of_case(uuid.UUID(int=7)), custody.of_case(uuid.UUID(int=8))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return local_shelf(tmp_path / "objects")


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> "Calendar":
    return Calendar(monkeypatch)


class Calendar:
    """The day that anchors are taken on."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = utc_now()
        patch.setattr(anchoring, "utc_now", lambda: self.now)

    def turn(self) -> None:
        self.now += dt.timedelta(days=1)


def write(db: Session, chain: custody.Chain, count: int = 1) -> None:
    for _ in range(count):
        with transaction(db):
            custody.record(db, chain, custody.OPERATOR, "case.changed", custody.Thing("case", chain.subject_id))


def report(database: Database, *stores: ObjectStore) -> Report:
    found, told = find(stores), Report()
    with snapshot(database) as connection:
        verify(connection, told)
        compare(connection, found, told)
    return told


def taken(database: Database, store: ObjectStore) -> Anchor:
    row = take(database, store)
    assert row is not None
    return Anchor.read(store.get(row.object_key))


def test_the_days_anchor_names_what_has_grown(database: Database, db: Session, shelf: Shelf, today: Calendar) -> None:
    write(db, CASE, 2)
    write(db, OTHER)
    first = taken(database, shelf.store)
    assert first.previous is None
    assert {head.chain: head.length for head in first.heads} == {CASE: 2, OTHER: 1}
    assert take(database, shelf.store) is None
    with database.session() as own, transaction(own):  # as if all of it had been yesterday
        own.execute(update(CustodyAnchor).values(taken_at=utc_now() + anchoring.OVERLAP))
    write(db, CASE)
    today.turn()
    second = taken(database, shelf.store)
    assert {head.chain: head.length for head in second.heads} == {CASE: 3}
    db.rollback()
    days = db.scalars(select(CustodyAnchor).order_by(CustodyAnchor.day)).all()
    assert second.previous == split_key(days[0].object_key)[1]
    told = report(database, shelf.store)
    assert (told.good, told.anchors) == (True, 2)


def test_the_agencys_chain_says_that_there_is_an_anchor(database: Database, db: Session, shelf: Shelf) -> None:
    write(db, CASE)
    row = take(database, shelf.store)
    assert row is not None
    entry = db.scalars(select(CustodyEntry).where(CustodyEntry.action == "chain.anchored")).one()
    assert (entry.after, entry.actor, entry.details) == (split_key(row.object_key)[1], "worker", {"heads": 1})


def test_several_workers_take_one(database: Database, db: Session, shelf: Shelf) -> None:
    write(db, CASE)
    start, rows = threading.Barrier(6), []

    def work() -> None:
        start.wait()
        rows.append(take(database, shelf.store))

    workers = [threading.Thread(target=work) for _ in range(6)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert len(rows) == 6
    assert len([row for row in rows if row is not None]) == 1
    assert len(db.scalars(select(CustodyEntry).where(CustodyEntry.action == "chain.anchored")).all()) == 1
    assert report(database, shelf.store).good


def test_a_chain_rewritten_with_all_its_hashes_is_caught(
    database: Database, db: Session, shelf: Shelf, today: Calendar
) -> None:
    write(db, CASE, 5)
    write(db, OTHER)
    taken(database, shelf.store)
    with owner(database) as connection:
        rewrite(connection, CASE, 3, actor="Somebody else")
    assert report(database, shelf.store).faults == [Fault("unanchored", CASE, 5, today.now.date().isoformat())]


def test_a_chain_cut_off_with_its_head_is_caught(
    database: Database, db: Session, shelf: Shelf, today: Calendar
) -> None:
    write(db, CASE, 3)
    taken(database, shelf.store)
    with owner(database) as connection:
        remove(connection, CASE, 3)
        last = connection.scalar(select(CustodyEntry.hash).where(CustodyEntry.number == 2))
        put_head(connection, CASE, length=2, head=last)
        connection.commit()
    day = today.now.date().isoformat()
    assert report(database, shelf.store).faults == [Fault("anchored_gone", CASE, 3, day)]


@pytest.mark.parametrize("rows_too", [False, True])
def test_a_removed_anchor_is_missed(
    database: Database, db: Session, shelf: Shelf, today: Calendar, rows_too: bool
) -> None:
    """By its row; else by the agency's chain and the anchor after it."""
    write(db, CASE)
    row = take(database, shelf.store)
    assert row is not None
    today.turn()
    write(db, CASE)
    taken(database, shelf.store)
    shelf.delete(row.object_key)
    if rows_too:
        with database.session() as own, transaction(own):
            own.execute(delete(CustodyAnchor).where(CustodyAnchor.day == row.day))
    (fault,) = report(database, shelf.store).faults
    assert fault.what == "anchor_gone"


def test_a_page_reads_the_newest_and_asks_the_store_for_none_of_the_others(
    database: Database, db: Session, shelf: Shelf, today: Calendar
) -> None:
    """One question each, of a bucket, for every day that the installation is old."""
    for _ in range(3):
        write(db, CASE)
        taken(database, shelf.store)
        today.turn()
    found = find([shelf.store], newest=1)
    assert (len(found.places), len(found.there)) == (1, 3)
    told, silent = Report(), Found((), found.places, found.there)
    with snapshot(database) as connection:
        compare(connection, silent, told)
    assert (told.anchors, told.faults) == (1, [])


def test_an_altered_anchor_is_no_anchor(database: Database, db: Session, shelf: Shelf) -> None:
    write(db, CASE)
    row = take(database, shelf.store)
    assert row is not None
    shelf.overwrite(row.object_key, shelf.store.get(row.object_key).replace(b'"length": 1', b'"length": 2'))
    assert [fault.what for fault in report(database, shelf.store).faults] == ["anchor_damaged"]


def test_a_second_place_has_what_the_first_lost(
    database: Database, db: Session, shelf: Shelf, tmp_path: Path, today: Calendar
) -> None:
    second = local_shelf(tmp_path / "second")
    write(db, CASE, 2)
    row = take(database, shelf.store)
    assert row is not None
    assert (mirror(shelf.store, second.store), mirror(shelf.store, second.store)) == (1, 0)
    with owner(database) as connection:
        rewrite(connection, CASE, 1, actor="Somebody else")
        connection.execute(delete(CustodyAnchor))
        remove(connection, custody.AGENCY_CHAIN, 1)
        connection.execute(delete(CustodyChain).where(CustodyChain.id == custody.AGENCY_CHAIN.id))
    shelf.delete(row.object_key)
    assert report(database, shelf.store).good  # nothing is left that could tell
    day = today.now.date().isoformat()
    assert report(database, shelf.store, second.store).faults == [Fault("unanchored", CASE, 2, day)]


def test_a_sweep_leaves_anchors_without_rows(database: Database, db: Session, shelf: Shelf) -> None:
    write(db, CASE)
    row = take(database, shelf.store)
    assert row is not None
    assert row.object_key in sweep.named_keys(db)
    with database.session() as own, transaction(own):
        own.execute(delete(CustodyAnchor))
    later = utc_now() + dt.timedelta(days=9)
    assert sweep.survey(database, shelf.store, now=later).orphans == []


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.cloud)])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "folder":
        return local_shelf(tmp_path / "objects")
    return cloud_shelf(request.getfixturevalue("bucket"), "prefix/")


def test_a_store_lists_the_anchors_alone(database: Database, db: Session, both: Shelf) -> None:
    write(db, CASE)
    row = take(database, both.store)
    assert row is not None
    other = uuid.uuid4()
    both.store.put(f"{other}/{split_key(row.object_key)[1]}", both.store.get(row.object_key))
    assert [one.key for one in both.store.objects(ANCHORS)] == [row.object_key]
    assert len(list(both.store.objects())) == 2


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str, shelf: Shelf) -> None:
    monkeypatch.setenv("SEMBLANCE_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("STORAGE_URL", shelf.environ["STORAGE_URL"])
    monkeypatch.setenv("ANCHOR_URL", (tmp_path / "second").as_uri())


@pytest.mark.usefixtures("environ")
def test_the_command_says_what_is_wrong(
    database: Database, db: Session, person: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    person()
    write(db, CASE, 3)
    assert command.main(["anchor"]) == 0
    assert command.main(["verify"]) == 0
    said = capsys.readouterr().out
    assert "Copied 1 anchors to the second place." in said
    assert "5 entries in 2 chains, compared with 1 anchors.\nAll is well." in said
    with owner(database) as connection:
        rewrite(connection, CASE, 2, actor="Somebody else")
    assert command.main(["verify", "--agency"]) == 0
    assert command.main(["verify", "--all", "--json"]) == 1
    out = capsys.readouterr().out
    told = json.loads(out[out.index("\n{") :])
    assert [(one["kind"], one["subject"], one["entry"]) for one in told["faults"]] == [
        ("case", str(CASE.subject_id), 3)
    ]
    assert "the chain was rewritten since" in told["faults"][0]["words"]
    assert command.main(["verify", "--case", "NONE-1"]) == 3
    assert "There is no case NONE-1." in capsys.readouterr().err


def test_a_worker_takes_the_days_anchor_to_both_places(
    database: Database, db: Session, shelf: Shelf, tmp_path: Path
) -> None:
    write(db, CASE)
    second = local_shelf(tmp_path / "second")
    told = settings_for(tmp_path / "var", ANCHOR_URL=(tmp_path / "second").as_uri())
    station = Station(told, database, shelf.store, QuickRenderer(), register(db, "here", "1", CAPABILITIES))
    for _ in range(2):
        station.anchor()
    assert len(shelf.listing()) == 1
    assert second.listing() == shelf.listing()


def test_a_store_that_is_away_gets_its_anchor_later(
    database: Database, db: Session, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(db, CASE)
    folder = tmp_path / "objects"
    station = Station(
        settings_for(tmp_path / "var"), database, shelf.store, QuickRenderer(), register(db, "here", "1", CAPABILITIES)
    )
    folder.rename(tmp_path / "away")
    station.anchor()
    (tmp_path / "away").rename(folder)
    assert db.scalars(select(CustodyAnchor)).all() == []
    station.anchor()
    assert len(shelf.listing()) == 1
