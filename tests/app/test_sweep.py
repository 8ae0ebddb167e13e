"""Objects without rows and rows without objects are found, and only what is surely lost is removed."""

import dataclasses
import datetime as dt
import functools
import os
import time
import types
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import String
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from app import sweep
from app.carrier import Carrier
from app.database import Database, downgrade, transaction
from app.settings import Settings
from app.station import Station
from app.storage import LocalStore, cloud, local, open_store
from app.storage.__main__ import main
from app.studio import service
from app.sweep import SAFE_AGE, SweepRefused
from app.workers import register
from models import Account, Base, Sketch, utc_now
from models.base import ObjectKey
from tests.app.conftest import settings_for
from tests.app.drawings import drawing_jpeg, drawing_png
from tests.app.renderers import CAPABILITIES, QuickRenderer
from tests.app.stores import DATA, KEY, Shelf
from tests.bucket import Bucket
from tests.people import Person
from tests.servers import wait_until


@pytest.fixture
def sketch(db: Session, shelf: Shelf, person: Person) -> Sketch:
    return service.create_sketch(db, shelf.store, person(), drawing_jpeg(1), "kept.jpg")


def later() -> dt.datetime:
    """A time at which whatever is there now is old."""
    return utc_now() + 2 * SAFE_AGE


def keys_of(sketch: Sketch) -> set[str]:
    return {sketch.original_key, sketch.clean_key, sketch.thumbnail_key}


def test_where_all_is_well_nothing_is_found(database: Database, shelf: Shelf, sketch: Sketch) -> None:
    found = sweep.survey(database, shelf.store, now=later())
    assert found.clean
    assert (found.objects, found.named, found.young) == (3, 3, 0)
    assert found.size == sum(shelf.store.size(key) for key in keys_of(sketch))


def test_an_object_without_a_row_is_lost_only_when_it_is_old(database: Database, shelf: Shelf, sketch: Sketch) -> None:
    shelf.store.put(KEY, DATA)
    young = sweep.survey(database, shelf.store)
    assert (young.young, young.orphans) == (1, [])
    assert sweep.survey(database, shelf.store, dt.timedelta(0)).orphans == []
    found = sweep.survey(database, shelf.store, now=later())
    assert [one.key for one in found.orphans] == [KEY]
    assert sweep.remove(database, shelf.store, found).removed == 1
    assert shelf.listing() == keys_of(sketch)


def test_a_row_without_an_object_is_told_with_what_names_it(database: Database, shelf: Shelf, sketch: Sketch) -> None:
    shelf.delete(sketch.thumbnail_key)
    found = sweep.survey(database, shelf.store)
    assert found.missing == {sketch.thumbnail_key: "sketch.thumbnail_key"}
    assert not found.clean
    assert sweep.remove(database, shelf.store, found).removed == 0


def test_records_that_name_nothing_remove_nothing(database: Database, shelf: Shelf) -> None:
    shelf.store.put(KEY, DATA)
    found = sweep.survey(database, shelf.store, now=later())
    with pytest.raises(SweepRefused, match="DATABASE_URL"):
        sweep.remove(database, shelf.store, found)
    assert shelf.listing() == {KEY}


def test_what_gets_its_row_meanwhile_stays(database: Database, db: Session, shelf: Shelf, sketch: Sketch) -> None:
    shelf.store.put(KEY, DATA)
    found = sweep.survey(database, shelf.store, now=later())
    with transaction(db):
        db.get_one(Sketch, sketch.id).thumbnail_key = KEY
    assert sweep.remove(database, shelf.store, found).removed == 0
    assert KEY in shelf.listing()


def test_what_is_put_again_meanwhile_stays(
    database: Database, shelf: Shelf, sketch: Sketch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upload that has put it again has not written its row yet."""
    for module in (cloud, local):
        monkeypatch.setattr(module, "RENEW_AGE", dt.timedelta(0))
    shelf.store.put(KEY, DATA)
    found = sweep.survey(database, shelf.store, now=later())
    shelf.store.put(KEY, DATA)
    assert sweep.remove(database, shelf.store, found) == sweep.Removal(0, 0)
    assert KEY in shelf.listing()


@pytest.mark.cloud
def test_what_the_bucket_does_not_let_go_is_told(
    database: Database, db: Session, bucket: Bucket, person: Person, tmp_path: Path
) -> None:
    store = open_store(settings_for(tmp_path / "var", **bucket.environ))
    service.create_sketch(db, store, person(), drawing_png(1), "a.png")
    store.put(KEY, DATA)
    found = sweep.survey(database, store, now=later())
    bucket.on_request = lambda method, _: (403, b"{}") if method == "DELETE" else None
    removal = sweep.remove(database, store, found)
    assert (removal.removed, removal.refused) == (0, 1)
    assert bucket.name in removal.reason


def test_every_column_that_names_an_object_is_known_to_sweeps() -> None:
    known = {f"{column.table.name}.{column.name}" for column in sweep.key_columns()}
    columns = [column for table in Base.metadata.tables.values() for column in table.columns]
    looks_like_one = {
        f"{one.table.name}.{one.name}"
        for one in columns
        if one.name.endswith("_key") or (isinstance(one.type, String) and one.type.length == ObjectKey().length)
    }
    # Objects that are to go: naming them there must not keep them.
    assert known == looks_like_one - {"object_removal.key"}
    assert "likeness.image_key" in known


@pytest.fixture
def old_orphan(store: LocalStore) -> str:
    store.put(KEY, DATA)
    os.utime(store.root / KEY, (0, 0))
    return KEY


@pytest.fixture
def kept(db: Session, store: LocalStore, person: Person) -> Sketch:
    return service.create_sketch(db, store, person(), drawing_jpeg(1), "kept.jpg")


def test_code_that_does_not_know_the_records_removes_nothing(
    settings: Settings, database: Database, store: LocalStore, kept: Sketch, old_orphan: str
) -> None:
    found = sweep.survey(database, store)
    downgrade(database.engine.url.render_as_string(hide_password=False), "base")
    with pytest.raises(SweepRefused, match="revision"):
        sweep.remove(database, store, found)
    assert store.exists(old_orphan)


@pytest.mark.parametrize("told_to", [False, True])
def test_the_workers_own_sweep_removes_only_what_it_was_told_to(
    database: Database, store: LocalStore, kept: Sketch, old_orphan: str, told_to: bool
) -> None:
    with capture_logs() as logged:
        sweep.audit(database, store, remove_orphans=told_to)
    assert store.exists(old_orphan) != told_to
    (told,) = [line for line in logged if line["event"] == "objects_swept"]
    assert (told["log_level"], told["objects"], told["orphans"], told["missing"]) == ("warning", 4, 1, 0)
    with capture_logs() as logged:
        sweep.audit(database, store, remove_orphans=told_to)
    assert [line["log_level"] for line in logged] == ["info" if told_to else "warning"]


def periodic(carrier: Carrier, name: str) -> None:
    """Do what the consumer does when the time of this task has come."""
    (task,) = [one for one in carrier.huey._registry.periodic_tasks if one.name == name]
    carrier.huey.execute(task)


@pytest.mark.parametrize("task", ["audit", "anchor"])
@pytest.mark.parametrize("carried_by", ["sqlite", pytest.param("redis", marks=pytest.mark.redis)])
def test_of_all_workers_one_looks_a_day(
    request: pytest.FixtureRequest, tmp_path: Path, carried_by: str, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = types.SimpleNamespace(now=lambda zone: dt.datetime(2026, 3, 1, 12, tzinfo=zone))
    # In an hour's turn there would be two looks.
    monkeypatch.setattr("app.carrier.dt", types.SimpleNamespace(UTC=dt.UTC, datetime=noon))
    servers = {"REDIS_URL": request.getfixturevalue("redis_url")} if carried_by == "redis" else {}
    settings = settings_for(tmp_path / "var", **servers)
    looked: list[int] = []
    for number in range(3):
        carrier = Carrier(settings)
        setattr(carrier, f"on_{task}", functools.partial(looked.append, number))
        periodic(carrier, task)
        carrier.close()
    assert looked == [0]


def test_a_workers_look_is_beside_its_work(
    settings: Settings, database: Database, db: Session, store: LocalStore, kept: Sketch, old_orphan: str
) -> None:
    worker = register(db, "here", "1", CAPABILITIES)
    told = dataclasses.replace(settings, remove_orphans=True)
    Station(told, database, store, QuickRenderer(), worker).audit()
    wait_until(lambda: not store.exists(old_orphan), 60, "the removal")
    assert store.exists(kept.clean_key)


Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(
    database_url: str,
    store: LocalStore,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """``python -m app.storage sweep``: its exit code and what it says."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("STORAGE_URL", store.root.as_uri())
    monkeypatch.setenv("SEMBLANCE_VAR", str(settings.var))

    def run(*arguments: str) -> tuple[int, str]:
        code = main(["sweep", *arguments])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_the_command_reports_and_removes_when_told(command: Command, kept: Sketch, store: LocalStore) -> None:
    assert command()[0] == 0
    store.put(KEY, DATA)
    code, said = command()
    assert (code, "1 have no row but are too young" in said) == (0, True)
    os.utime(store.root / KEY, (0, 0))
    code, said = command()
    assert (code, KEY in said, store.exists(KEY)) == (1, True, True)
    os.utime(store.root / KEY, (time.time() - 100 * 3600,) * 2)
    code, said = command("--older-than", "200")
    assert (code, "too young" in said) == (0, True)
    code, said = command("--remove")
    assert (code, "Removed 1 objects" in said, store.exists(KEY)) == (0, True, False)
    (store.root / kept.clean_key).unlink()
    code, said = command("--remove")
    assert (code, f"{kept.clean_key}  sketch.clean_key" in said) == (1, True)


def test_the_command_says_what_it_cannot_do(command: Command, store: LocalStore, old_orphan: str) -> None:
    code, said = command("--remove")
    assert (code, "DATABASE_URL" in said, store.exists(old_orphan)) == (3, True, True)


def test_the_command_says_when_the_storage_is_away(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nowhere.json"))
    monkeypatch.setenv("STORAGE_URL", "gs://agency-sketches")
    code, said = command()
    assert (code, "no account" in said) == (3, True)


def test_an_account_without_sketches_is_no_matter(database: Database, shelf: Shelf, person: Person) -> None:
    assert isinstance(person(), Account)
    assert sweep.survey(database, shelf.store).clean


@pytest.mark.parametrize("hours", ["0.5", "0", "-1", "nan", "inf", "soon"])
def test_an_age_that_would_take_what_is_being_written_is_refused(command: Command, hours: str) -> None:
    with pytest.raises(SystemExit) as caught:
        command("--older-than", hours)
    assert caught.value.code == 2
