"""Transactions on both databases: whole or not at all, and writers that wait for each other."""

import sqlite3
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import Database, announce_work, clock, transaction, upgrade
from app.settings import Settings
from models import Account, AccountRole, Role, utc_now


def add(db: Session, email: str) -> Account:
    account = Account(email=email, name="Somebody")
    db.add(account)
    return account


def emails(database: Database) -> set[str]:
    with database.session() as db:
        return set(db.scalars(select(Account.email)))


def add_and_fail(db: Session) -> None:
    with transaction(db):
        with transaction(db):
            add(db, "inner@example.org")
        announce_work(db, "align")
        raise RuntimeError("half way")


def test_a_transaction_that_fails_writes_nothing_even_of_those_inside(database: Database) -> None:
    with database.session() as db, pytest.raises(RuntimeError, match="half way"):
        add_and_fail(db)
    assert emails(database) == set()


def test_a_session_that_only_reads_cannot_write(database: Database) -> None:
    with (
        database.session(read_only=True) as db,
        pytest.raises(RuntimeError, match="only reads"),
        transaction(db),
    ):
        add(db, "a@example.org")


def test_changes_outside_a_transaction_are_refused(database: Database) -> None:
    with database.session() as db:
        add(db, "a@example.org")
        with pytest.raises(RuntimeError, match="outside"), transaction(db):
            pass


def test_a_new_file_that_another_process_is_writing_is_waited_for(tmp_path: Path) -> None:
    """Several processes that start for the first time at once all make the file."""
    file = tmp_path / "records.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    database = Database(f"sqlite:///{file}")
    with ThreadPoolExecutor(1) as pool, database.session() as db:
        mode = pool.submit(lambda: db.scalar(text("PRAGMA journal_mode")))
        with pytest.raises(TimeoutError):
            mode.result(timeout=0.5)
        other.execute("COMMIT")
        assert mode.result(timeout=15) == "wal"
    other.close()
    database.close()


def test_work_is_announced_after_the_commit_and_only_then(database_url: str) -> None:
    upgrade(database_url)
    seen: list[tuple[set[str], set[str]]] = []
    database = Database(database_url, on_work=lambda kinds: seen.append((kinds, emails(database))))
    with database.session() as db:
        with transaction(db):
            add(db, "a@example.org")
            announce_work(db, "render")
            assert seen == []
        with pytest.raises(RuntimeError, match="half way"):
            add_and_fail(db)
        with transaction(db):
            add(db, "b@example.org")
    assert seen == [({"render"}, {"a@example.org"})]
    database.close()


def test_writers_that_read_first_wait_for_each_other(database: Database) -> None:
    """A reader that turns into a writer fails in SQLite when another has written meanwhile."""
    with database.session() as db, transaction(db):
        account_id = uuid.uuid4()
        add(db, "count@example.org").id = account_id
    failures: list[BaseException] = []

    def count_up() -> None:
        try:
            for _ in range(10):
                with database.session() as db:
                    db.scalars(select(Account)).one()
                    with transaction(db):
                        query = select(Account).where(Account.id == account_id).with_for_update()
                        db.scalars(query.execution_options(populate_existing=True)).one().failed_attempts += 1
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.session() as db:
        assert db.scalars(select(Account.failed_attempts)).one() == 40


def test_foreign_keys_hold(database: Database) -> None:
    with database.session() as db, pytest.raises(IntegrityError), transaction(db):
        db.add(AccountRole(account_id=uuid.uuid4(), role=Role.ADMIN))


def test_words_outside_the_list_are_refused(database: Database) -> None:
    with database.session() as db, transaction(db):
        account = add(db, "a@example.org")
        account.set_roles([Role.ADMIN])
    with database.session() as db, pytest.raises(IntegrityError), transaction(db):
        db.execute(text("UPDATE account_role SET role = 'emperor'"))


def test_times_come_back_with_their_zone(db: Session) -> None:
    now = utc_now()
    with transaction(db):
        add(db, "a@example.org").created_at = now
    db.expire_all()
    assert db.scalars(select(Account.created_at)).one() == now


def test_a_time_without_a_zone_is_refused(db: Session) -> None:
    with pytest.raises(Exception, match="time zone"), transaction(db):
        add(db, "a@example.org").created_at = utc_now().replace(tzinfo=None)


def test_the_clock_is_about_now(db: Session) -> None:
    assert abs((clock(db) - utc_now()).total_seconds()) < 5


def test_errors_do_not_show_what_was_written(database: Database) -> None:
    with database.session() as db, transaction(db):
        add(db, "private@example.org")
    with database.session() as db, pytest.raises(IntegrityError) as caught, transaction(db):
        add(db, "private@example.org")
    assert "parameters hidden" in str(caught.value)


def test_sqlite_writes_ahead_and_starts_writers_as_writers(settings: Settings) -> None:
    upgrade(settings.database_url)
    database = Database(settings.database_url)
    begun: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        begun.append(statement)

    with database.session() as db:
        assert db.scalar(text("PRAGMA journal_mode")) == "wal"
        with transaction(db):
            add(db, "a@example.org")
    database.close()
    assert [line for line in begun if line.startswith("BEGIN")] == ["BEGIN DEFERRED", "BEGIN IMMEDIATE"]
