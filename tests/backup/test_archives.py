"""Back-ups hold everything that rows name, say what is wrong with them, and bring an installation back."""

import os
import sqlite3
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from app.custody.anchoring import take
from app.custody.comparing import compare, find
from app.custody.verifying import Report, snapshot, verify
from app.database import clock, downgrade, transaction
from app.slot import hold_slot
from app.storage import open_store
from app.sweep import survey
from models import Account, LinkPurpose, OneTimeLink, SignInSession, Sketch
from tests.app.conftest import settings_for
from tests.app.stores import DATA, KEY, OWNER
from tests.backup.conftest import PLACES
from tests.backup.installations import Installation
from tests.bucket import Bucket


@pytest.mark.parametrize("place", PLACES, indirect=True)
def test_what_was_lost_comes_back_whole(filled: Installation) -> None:
    before = filled.content()
    assert len(before) == 2 * 5 + 3
    path = filled.backup()
    assert path.stat().st_mode & 0o777 == 0o600
    assert filled.command("verify", str(path))[0] == 0
    filled.wipe()
    code, said = filled.command("restore", str(path))
    assert code == 0, said
    assert "10 there, 0 missing" in said
    assert filled.content() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("place", PLACES[::2], indirect=True)
def test_custody_comes_back_as_it_was_and_as_unchangeable(filled: Installation) -> None:
    database, store = filled.open(), open_store(filled.settings)
    row = take(database, store)
    assert row is not None
    path = filled.backup()
    database.close()
    filled.wipe()
    code, said = filled.command("restore", str(path))
    assert code == 0, said
    report, found = Report(), find([open_store(filled.settings)])
    with snapshot(database) as connection:
        verify(connection, report)
        compare(connection, found, report)
    assert (report.faults, report.chains, report.anchors) == ([], 3, 1)
    for statement in ("UPDATE custody_entry SET actor = 'Nobody'", "DELETE FROM custody_entry"):
        with database.engine.connect() as connection, pytest.raises(DBAPIError, match="Entries of custody are never"):
            connection.execute(text(statement))
    database.close()


@pytest.mark.parametrize("place", PLACES[::2], indirect=True)
def test_records_that_are_there_are_put_aside_and_only_when_told_to(filled: Installation) -> None:
    path = filled.backup()
    before = filled.content()
    late = filled.add("late.jpg")
    after = filled.content()
    code, said = filled.command("restore", str(path))
    assert code == 3
    assert "There are records in" in said
    assert "--replace" in said
    assert filled.content() == after
    code, said = filled.command("restore", str(path), "--replace")
    assert code == 0, said
    assert filled.content() == before
    assert open_store(filled.settings).exists(late.original_key)
    assert _aside_rows(filled, said) == 3


def _aside_rows(installation: Installation, said: str) -> int:
    """How many sketches the records that were put aside hold."""
    where = said.partition("put aside: ")[2].partition(". Remove")[0]
    if where.startswith("the schema "):
        database = installation.open()
        with database.engine.connect() as connection:
            found = connection.execute(text(f'SELECT count(*) FROM "{where.split()[-1]}".sketch')).scalar_one()
        database.close()
        return int(found)
    with sqlite3.connect(where) as connection:
        return int(connection.execute("SELECT count(*) FROM sketch").fetchone()[0])


@pytest.mark.parametrize("place", PLACES[::2], indirect=True)
def test_old_records_are_brought_to_the_newest_schema(filled: Installation) -> None:
    downgrade(filled.settings.database_url, "0001")
    path = filled.backup()
    filled.wipe()
    code, said = filled.command("restore", str(path))
    assert code == 0, said
    assert "schema 0001" in said
    assert len(filled.content()) == 2 * 5 + 3


@pytest.mark.parametrize("place", PLACES[::2], indirect=True)
def test_ended_sessions_and_used_links_do_not_come_back_to_life(filled: Installation) -> None:
    database = filled.open()
    with database.session() as db, transaction(db):
        account, now = db.scalars(select(Account)).one(), clock(db)
        db.add(OneTimeLink(token_hash="a" * 64, purpose=LinkPurpose.SET_PASSWORD, account=account, expires_at=now))
        db.add(SignInSession(token_hash="b" * 64, account=account, csrf_token="c", expires_at=now))
    database.close()
    path = filled.backup()
    code, said = filled.command("restore", str(path), "--replace")
    assert code == 0, said
    database = filled.open()
    with database.session() as db:
        assert db.scalars(select(OneTimeLink)).all() == []
        assert db.scalars(select(SignInSession)).all() == []
    database.close()


@pytest.mark.parametrize("place", PLACES[::2], indirect=True)
def test_roles_and_units_are_mirrored_anew_after_a_restore(filled: Installation) -> None:
    """Firebase was told what came after the back-up, too."""
    database = filled.open()
    with database.session() as db, transaction(db):
        db.execute(update(Account).values(firebase_uid="uid-1", claims_due_at=None))
    database.close()
    code, said = filled.command("restore", str(filled.backup()), "--replace")
    assert code == 0, said
    database = filled.open()
    with database.session() as db:
        assert db.scalars(select(Account.claims_due_at)).one() is not None
    database.close()


def test_lost_and_damaged_objects_come_back_and_damage_is_kept(filled: Installation) -> None:
    path = filled.backup()
    folder = filled.settings.storage_path
    assert folder is not None
    before = filled.content()
    lost, damaged, *_ = sorted(key for key in before if "/" in key)
    (folder / lost).unlink()
    (folder / damaged).write_bytes(b"other")
    assert filled.command("restore", str(path), "--replace")[0] == 0
    assert filled.content() == before
    (aside,) = folder.glob("*/*.damaged-*")
    assert aside.read_bytes() == b"other"


def test_damage_in_a_bucket_is_named_before_the_records_change(
    bucket: Bucket, tmp_path: Path, filled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = filled.backup()
    keys = sorted(key for key in filled.content() if "/" in key)
    var = tmp_path / "other"
    bucket.overwrite(keys[0], b"other")
    other = settings_for(var, **bucket.environ)
    for name, value in {"SEMBLANCE_VAR": str(var), **bucket.environ}.items():
        monkeypatch.setenv(name, value)
    code, said = filled.command("restore", str(path))
    assert code == 3
    assert f"The object {keys[0]} in the bucket is damaged" in said
    assert not Path(other.database_url.removeprefix("sqlite:///")).exists()


def test_an_object_that_is_lost_already_is_told_and_the_rest_is_kept(filled: Installation) -> None:
    folder = filled.settings.storage_path
    assert folder is not None
    key = sorted(key for key in filled.content() if "/" in key)[0]
    (folder / key).unlink()
    code, said = filled.command("create", "--to", str(folder.parent.parent / "kept"))
    assert code == 1
    assert key in said
    path = Path(said.splitlines()[0].rpartition(" (")[0])
    assert filled.command("verify", str(path))[0] == 1
    filled.wipe()
    code, said = filled.command("restore", str(path))
    assert code == 1
    assert "1 missing" in said


def test_objects_that_no_row_names_are_left_out(filled: Installation) -> None:
    open_store(filled.settings).put(KEY, DATA)
    with tarfile.open(filled.backup()) as tar:
        assert not any(str(OWNER) in name for name in tar.getnames())


def test_the_key_is_only_in_when_asked_for_and_its_absence_is_said(filled: Installation) -> None:
    without = filled.backup()
    with tarfile.open(without) as tar:
        assert "secret.key" not in tar.getnames()
    key = filled.settings.var / "secret.key"
    secret = key.read_text()
    key.write_text("f" * 64)
    code, said = filled.command("restore", str(without), "--replace")
    assert code == 0
    assert "second factors cannot be read" in said
    key.write_text(secret)
    assert "second factors" not in filled.command("restore", str(without), "--replace")[1]


def test_a_key_in_the_back_up_is_taken_and_the_one_that_was_there_kept(filled: Installation) -> None:
    path = filled.backup("--with-secrets")
    key = filled.settings.var / "secret.key"
    key.write_text("0123456789abcdef" * 4)
    code, said = filled.command("restore", str(path), "--replace")
    assert code == 0
    assert "second factors" not in said
    assert key.read_text() == filled.settings.secret_key
    assert key.stat().st_mode & 0o777 == 0o600
    (former,) = filled.settings.var.glob("secret.key.before-*")
    assert former.read_text() == "0123456789abcdef" * 4


def test_a_running_worker_keeps_a_restore_away(filled: Installation) -> None:
    path = filled.backup()
    with hold_slot(filled.settings.var, "1"):
        code, said = filled.command("restore", str(path), "--replace")
    assert code == 3
    assert "Semblance is running: stop it" in said


def test_a_running_web_server_keeps_a_restore_away(filled: Installation) -> None:
    path = filled.backup()
    database = filled.open()
    with database.session() as db:
        db.scalar(select(func.count()).select_from(Sketch))
    code, said = filled.command("restore", str(path), "--replace")  # its connection is idle in the pool
    database.close()
    assert code == 3
    assert "Semblance is running: stop it" in said


@pytest.mark.postgres
@pytest.mark.parametrize("place", PLACES[2:3], indirect=True)
def test_others_at_the_database_keep_a_restore_away(filled: Installation) -> None:
    path = filled.backup()
    database = filled.open()
    with database.session() as db:
        db.scalar(select(func.count()).select_from(Sketch))
    code, said = filled.command("restore", str(path), "--replace")
    database.close()
    assert code == 3
    assert "The database has other connections (1)" in said


@pytest.mark.postgres
@pytest.mark.parametrize("place", PLACES[2:3], indirect=True)
def test_records_are_not_carried_to_another_kind_of_database(
    filled: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = filled.backup()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
    code, said = filled.command("restore", str(path))
    assert code == 3
    assert "not carried from one kind to the other" in said
    assert not (tmp_path / "other.db").exists()


@pytest.mark.parametrize("arguments", [("verify", "/nonexistent.tar.gz"), ("restore", "/nonexistent.tar.gz")])
def test_a_missing_archive_is_said(installation: Installation, arguments: tuple[str, ...]) -> None:
    code, said = installation.command(*arguments)
    assert code == 3
    assert "There is no back-up at /nonexistent.tar.gz" in said


def test_a_folder_that_cannot_be_written_is_said(filled: Installation, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, said = filled.command("create", "--to", str(tmp_path / "file" / "below"))
    assert code == 3
    assert str(tmp_path / "file") in said


def test_damaged_records_are_not_backed_up_as_if_they_were_whole(filled: Installation) -> None:
    database = filled.open()
    path = Path(str(database.engine.url.database))
    with database.session() as db:
        db.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    database.close()
    data = bytearray(path.read_bytes())
    data[8192:20480] = os.urandom(12288)
    path.write_bytes(data)
    code, said = filled.command("create", "--to", str(path.parent / "kept"))
    assert code == 3
    assert not list((path.parent / "kept").glob("semblance-*")), said


def test_records_without_a_schema_are_nothing_to_back_up(
    tmp_path: Path, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    code, said = installation.command("create", "--to", str(tmp_path / "kept"))
    assert code == 3
    assert "There are no records" in said


def test_a_row_that_goes_with_its_object_while_objects_are_copied_starts_it_again(
    filled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.backup import creating

    store = open_store(filled.settings)
    tried: list[str] = []
    get = type(store).get

    def get_late(self: object, key: str) -> bytes:
        if not tried:
            tried.append(key)
            database = filled.open()
            with database.engine.begin() as connection:
                connection.execute(text("DELETE FROM likeness"))
                connection.execute(text("DELETE FROM sketch"))
            database.close()
            for kept in list(store.objects()):
                store.remove(kept)
        return get(store, key)

    monkeypatch.setattr(type(store), "get", get_late)
    path, manifest = creating.create(filled.settings, store, filled.settings.var / "kept", with_secrets=False)
    assert tried
    assert (manifest.objects, manifest.lost, manifest.rows["sketch"]) == (0, [], 0)
    assert path.exists()


def test_findings_of_the_restored_are_those_of_a_sweep(filled: Installation) -> None:
    path = filled.backup()
    filled.wipe()
    assert filled.command("restore", str(path))[0] == 0
    database = filled.open()
    assert survey(database, open_store(filled.settings)).clean
    database.close()
