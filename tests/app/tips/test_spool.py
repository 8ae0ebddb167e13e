"""While the records or the storage are away, tips are taken: sealed on the disk, with a receipt, and carried once."""

import dataclasses
import io
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nacl.public import PrivateKey
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import tips
from app.database import Database, transaction
from app.storage import LocalStore, StorageUnavailable
from app.tips import keys, opening
from app.tips.delivery import Courier
from app.tips.ring import Sealer
from app.tips.spool import Spool
from models import Tip, TipFile, TipMessage
from tests.app.conftest import settings_for
from tests.app.tips.conftest import Forms, receipt_of
from tests.servers import wait_until

TEXT = "I saw her at the pier."
Messages = Callable[[], list[TipMessage]]


class AwayNow(LocalStore):
    """A folder that can be taken away, as a bucket's line can break."""

    away = False

    def put_file(self, key: str, file: object) -> bool:
        if self.away:
            raise StorageUnavailable("The line is broken.")
        return super().put_file(key, file)  # type: ignore[arg-type]


@pytest.fixture
def away(forms: Forms) -> Iterator[AwayNow]:
    store = AwayNow(forms.settings.storage_path or Path())
    forms.desk.courier = Courier(forms.desk.spool, forms.app.extensions["semblance"].database, store, again=0.05)
    store.away = True
    yield store
    forms.desk.courier.stop()


def test_with_the_storage_away_a_tip_is_taken_and_arrives_later(
    forms: Forms, away: AwayNow, db: Session, messages: Messages
) -> None:
    number, secret = receipt_of(forms.send(text=TEXT, files=(io.BytesIO(b"x" * 90_000), "a.jpg")).text)
    assert messages() == []
    spooled = b"".join(path.read_bytes() for path in forms.desk.spool.folder.iterdir())
    assert TEXT.encode() not in spooled
    assert b"x" * 40 not in spooled
    assert secret.encode() not in spooled
    page = forms.post("/en/receipt", {"number": number, "secret": secret})
    assert "on its way to the agency" in page.text
    forms.clock.now += 5
    more = forms.post(
        page.text.split('action="')[1].split('"')[0], {"number": number, "secret": secret, "text": "More."}
    )
    assert more.status_code == 200
    assert len(forms.desk.spool.waiting()) == 2
    away.away = False
    wait_until(lambda: not forms.desk.spool.waiting(), 60, "the spool is empty")
    assert [opening.open_message(db, forms.settings, one).text for one in messages()] == [TEXT, "More."]
    assert len(db.scalars(select(TipFile)).all()) == 1
    assert list(forms.desk.spool.folder.iterdir()) == []


def test_with_the_records_away_from_a_start_on(
    tmp_path: Path, postgres_url: str, request: pytest.FixtureRequest
) -> None:
    """The key is remembered from before; the records' server listens no more."""
    from app.database import upgrade

    upgrade(postgres_url)
    var = tmp_path / "var"
    settings = settings_for(var, DATABASE_URL=postgres_url)
    database = Database(postgres_url)
    with database.session() as db:
        keys.ensure(db, settings)
    first = Forms(tips.create_app(settings), settings)
    assert first.send(text="before").status_code == 200
    nowhere = dataclasses.replace(settings, database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    second = Forms(tips.create_app(nowhere), nowhere)
    number, secret = receipt_of(second.send(text=TEXT).text)
    assert second.post("/en/receipt", {"number": number, "secret": secret}).status_code == 200
    second.desk.courier.stop()
    third = Forms(tips.create_app(settings), settings)  # goes on with what it finds
    wait_until(lambda: not third.desk.spool.waiting(), 60, "the spool is empty")
    third.desk.courier.stop()
    with database.session() as db:
        found = db.scalars(select(TipMessage)).all()
        assert sorted(opening.open_message(db, settings, one).text for one in found) == [TEXT, "before"]
    database.close()


def test_while_the_records_are_away_they_are_asked_for_a_key_now_and_then(
    forms: Forms, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring, asked = forms.desk.ring, []
    known = ring.current()

    def unreachable() -> Sealer:
        asked.append(1)
        raise OperationalError("", None, ConnectionError(), connection_invalidated=True)

    monkeypatch.setattr(ring, "_asked", unreachable)
    ring._until = 0.0
    assert [ring.current() for _ in range(5)] == [known] * 5
    assert len(asked) == 1, "whoever sends does not wait for them each time"


def test_what_was_carried_and_not_removed_is_carried_once(
    forms: Forms, away: AwayNow, messages: Messages, tmp_path: Path
) -> None:
    forms.send(text=TEXT)  # without a file nothing needs the storage
    forms.send(text=TEXT, files=(io.BytesIO(b"x"), "a.jpg"))
    kept = shutil.copytree(forms.desk.spool.folder, tmp_path / "kept")
    away.away = False
    # Its thread looks once more when the spool is empty, and would take what is laid there meanwhile.
    wait_until(lambda: not forms.desk.spool.waiting() and not forms.desk.courier._busy(), 60, "the courier has ended")
    for _again in range(2):
        shutil.copytree(kept, forms.desk.spool.folder, dirs_exist_ok=True)
        assert forms.desk.courier.carry()
    assert len(messages()) == 2
    assert forms.desk.spool.waiting() == []


def test_a_tip_whose_case_was_deleted_takes_its_late_message_along(
    forms: Forms, away: AwayNow, db: Session, messages: Messages
) -> None:
    away.away = False
    number, secret = receipt_of(forms.send(text=TEXT).text)
    page = forms.post("/en/receipt", {"number": number, "secret": secret})
    away.away = True
    forms.clock.now += 5
    fields = {"number": number, "secret": secret, "files": (io.BytesIO(b"x"), "a.jpg")}
    assert forms.post(page.text.split('action="')[1].split('"')[0], fields).status_code == 200
    with transaction(db):
        db.delete(db.scalars(select(Tip)).one())
    away.away = False
    wait_until(lambda: not forms.desk.spool.waiting(), 60, "the spool is empty")
    assert messages() == []
    assert forms.post("/en/receipt", {"number": number, "secret": secret}).status_code == 422


def test_a_message_whose_key_the_records_do_not_know_stays(forms: Forms, db: Session, messages: Messages) -> None:
    with transaction(db):
        for key in keys.every(db):
            db.delete(key)
    forms.desk.ring._known = Sealer(uuid.uuid4(), bytes(PrivateKey.generate().public_key))
    forms.desk.ring._until = float("inf")
    assert forms.send(text=TEXT).status_code == 200
    assert messages() == []
    assert len(forms.desk.spool.waiting()) == 1


def test_loose_files_go(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    (tmp_path / "loose").write_bytes(b"x")
    at = (tmp_path / "loose").stat().st_mtime
    spool.sweep(at - 1)
    assert (tmp_path / "loose").exists()
    spool.sweep(at + 1)
    assert not (tmp_path / "loose").exists()


@pytest.mark.parametrize("harm", ["changed", "gone", "no entry"])
def test_one_that_cannot_be_carried_holds_up_no_other(
    forms: Forms, away: AwayNow, messages: Messages, harm: str
) -> None:
    forms.send(text="first", files=(io.BytesIO(b"x" * 9_000), "a.jpg"))
    spoiled = next(
        path for path in forms.desk.spool.folder.iterdir() if (path.suffix == ".json") == (harm == "no entry")
    )
    spoiled.unlink() if harm == "gone" else spoiled.write_bytes(b"y")
    forms.send(text="second", files=(io.BytesIO(b"z"), "b.jpg"))
    away.away = False
    wait_until(lambda: len(forms.desk.spool.waiting()) == 1, 60, "the second is carried")
    assert len(messages()) == 1
    wait_until(lambda: not forms.desk.courier._busy(), 60, "nothing is tried again")
    assert receipt_of(forms.send(text="third").text)
    assert len(messages()) == 2
