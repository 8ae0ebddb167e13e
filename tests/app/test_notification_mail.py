"""Mails to a real SMTP server: each once, tried again while it is surely not taken, with nothing of the case."""

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import notifications
from app.agency import settings as agency
from app.database import Database, transaction
from app.identity import accounts
from app.notifications.mail import BACKOFF, STALE, send_due
from app.settings import Settings, SettingsError
from models import Account, Notification, Role, utc_now
from tests.app.mail_server import Postbox, certificate, postbox
from tests.people import Person
from tests.servers import free_port

SECRET = {"by": "Ada Secret", "case": "CASE-77"}


def settings_with(tmp_path: Path, smtp: str, **more: str) -> Settings:
    environ = {"SEMBLANCE_VAR": str(tmp_path / "var"), "MAIL_FROM": "semblance@agency.example"}
    return Settings.from_env(environ | {"SMTP_URL": smtp, "PUBLIC_URL": "https://faces.agency.example"} | more)


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path, box: Postbox) -> Settings:
    return settings_with(tmp_path, f"smtp://127.0.0.1:{box.port}")


@pytest.fixture
def told(db: Session, person: Person) -> Account:
    """Somebody who was told something that goes by mail."""
    account = person()
    tell(db, account)
    return account


def tell(db: Session, account: Account, path: str = "/cases/1") -> None:
    with transaction(db):
        notifications.tell(db, [account.id], "assigned", path, SECRET)


def row(db: Session) -> Notification:
    db.rollback()
    return db.scalars(select(Notification)).one()


def make_due(db: Session) -> None:
    """As if the time until the next try had passed."""
    with transaction(db):
        waiting = update(Notification).where(Notification.mail_due_at.is_not(None))
        db.execute(waiting.values(mail_due_at=utc_now() - dt.timedelta(seconds=1)))


def test_a_mail_links_and_holds_nothing_of_the_case(
    database: Database, db: Session, settings: Settings, box: Postbox, told: Account
) -> None:
    assert send_due(database, settings) == 1
    letter = box.letters[0]
    assert (letter["To"], letter["From"]) == (told.email, "semblance@agency.example")
    assert letter["Subject"] == "Semblance: You were assigned to a case"
    assert "https://faces.agency.example/cases/1" in letter.get_content()
    assert "https://faces.agency.example/notifications" in letter.get_content()
    assert letter["Auto-Submitted"] == "auto-generated"
    for fact in SECRET.values():
        assert fact not in letter.as_string()
    assert row(db).mailed_at is not None
    assert send_due(database, settings) == 0
    assert len(box.letters) == 1


def test_a_mail_is_in_the_language_of_its_reader(
    database: Database, db: Session, settings: Settings, box: Postbox, told: Account
) -> None:
    with transaction(db):
        accounts.locked(db, told.id).language = "th"
    send_due(database, settings)
    assert "https://faces.agency.example/cases/1" in box.letters[0].get_content()


@pytest.mark.parametrize("answer", ["451 later", "552 full", "421 busy"])
def test_what_was_refused_is_tried_again_ever_later(
    database: Database, db: Session, settings: Settings, box: Postbox, told: Account, answer: str
) -> None:
    box.refusals = [answer]
    before = utc_now()
    assert send_due(database, settings) == 0
    waits = row(db).mail_due_at
    assert waits is not None
    assert BACKOFF[0] - dt.timedelta(seconds=5) <= waits - before <= BACKOFF[0] + dt.timedelta(seconds=30)
    assert send_due(database, settings) == 0  # not due yet
    make_due(db)
    assert send_due(database, settings) == 1
    assert len(box.letters) == 1
    assert row(db).mail_attempts == 2


def test_after_the_last_try_it_is_given_up(
    database: Database, db: Session, settings: Settings, box: Postbox, told: Account
) -> None:
    box.refusals = ["451 later"] * 20
    for _ in range(len(BACKOFF) + 3):
        send_due(database, settings)
        make_due(db)
    found = row(db)
    assert (found.mail_attempts, found.mail_due_at, found.mailed_at) == (len(BACKOFF) + 1, None, None)


def test_a_server_that_takes_it_and_dies_is_not_given_it_twice(
    database: Database, db: Session, settings: Settings, box: Postbox, told: Account
) -> None:
    box.refusals = ["drop"]
    send_due(database, settings)
    make_due(db)
    assert send_due(database, settings) == 0
    assert len(box.letters) == 1


def test_a_server_that_is_away_loses_nothing(
    database: Database, db: Session, tmp_path: Path, settings: Settings, box: Postbox, told: Account
) -> None:
    away = settings_with(tmp_path, f"smtp://127.0.0.1:{free_port()}")
    assert send_due(database, away) == 0
    assert row(db).mail_attempts == 0
    assert send_due(database, settings) == 1


def test_several_workers_send_each_once(
    database: Database, db: Session, settings: Settings, box: Postbox, person: Person
) -> None:
    account = person()
    for number in range(12):
        tell(db, account, f"/cases/{number}")
    senders = [threading.Thread(target=send_due, args=(database, settings)) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(box.letters) == 12
    assert len({letter["Message-ID"] for letter in box.letters}) == 12


def test_what_is_old_or_read_by_no_server_is_not_sent(
    database: Database, db: Session, settings: Settings, box: Postbox, told: Account
) -> None:
    with transaction(db):
        db.execute(update(Notification).values(created_at=utc_now() - STALE - dt.timedelta(hours=1)))
    assert send_due(database, settings) == 0
    assert row(db).mail_due_at is None
    assert box.letters == []


def test_without_smtp_nothing_is_sent(database: Database, tmp_path: Path, told: Account) -> None:
    assert send_due(database, Settings.from_env({"SEMBLANCE_VAR": str(tmp_path / "other")})) == 0


def test_a_login_goes_over_tls_alone(
    database: Database, db: Session, tmp_path: Path, told: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certificate(tmp_path)
    with postbox(context) as box:
        address = f"localhost:{box.port}"
        stranger = settings_with(tmp_path, f"smtp+starttls://mailer:correct%20horse@{address}")
        assert send_due(database, stranger) == 0  # nobody vouches for the server
        assert box.logins == []
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        wrong = settings_with(tmp_path, f"smtp+starttls://mailer:wrong@{address}")
        assert send_due(database, wrong) == 0
        assert row(db).mail_attempts == 0
        assert send_due(database, stranger) == 1
        assert len(box.letters) == 1


@pytest.mark.parametrize(
    "environ, words",
    [
        ({"SMTP_URL": "mail.example.org:25"}, "SMTP_URL must be an address"),
        ({"SMTP_URL": "http://mail.example.org"}, "SMTP_URL must be an address"),
        ({"SMTP_URL": "smtp://mail.example.org/path", "MAIL_FROM": "a@b.example"}, "SMTP_URL must be an address"),
        ({"SMTP_URL": "smtp://mail.example.org:99999", "MAIL_FROM": "a@b.example"}, "SMTP_URL must be an address"),
        ({"SMTP_URL": "smtp://mail.example.org"}, "MAIL_FROM must be set"),
        ({"SMTP_URL": "smtp://mail.example.org", "MAIL_FROM": "a@b.example\r\nBcc: x@y.example"}, "MAIL_FROM must be"),
        (
            {"SEMBLANCE_ENV": "production", "SMTP_URL": "smtp://u:Zk93hhs8dk@mail.example.org", "MAIL_FROM": "a@b.org"},
            "password readable",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path: Path, environ: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Settings.from_env({"SEMBLANCE_VAR": str(tmp_path), **environ})


def test_the_password_is_not_shown(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, "smtps://mailer:hunter22@mail.example.org")
    assert settings.mail is not None
    assert (settings.mail.port, settings.mail.security, settings.mail.password) == (465, "tls", "hunter22")
    assert "hunter22" not in repr(settings)


def test_whoever_chose_no_language_is_written_to_in_the_agencys(
    database: Database, db: Session, settings: Settings, box: Postbox, told: Account, person: Person
) -> None:
    form = {"languages": ["en", "th"], "language": ["th"]}
    agency.change(db, person(Role.ADMIN), "languages", 0, form)
    assert send_due(database, settings) == 1
    assert "\u0e04" in box.letters[0].get_content()
