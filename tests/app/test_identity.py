"""Accounts, sign-in and its lock, sessions and one-time links, on both databases."""

import datetime as dt
import statistics
import threading
import time

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.database import Database, transaction
from app.errors import Conflict, Gone, NotFound, Refused
from app.identity import accounts, links, passwords, sessions, standing
from app.identity.accounts import SignInRefused
from app.identity.backend import open_identity
from app.identity.tokens import token_hash
from app.settings import Settings
from models import Account, LinkPurpose, OneTimeLink, Role, SignInSession, utc_now
from tests.people import PASSWORD, Person

NEW = "eleven grey paper moons"


def refused(db: Session, email: str, password: str) -> str:
    with pytest.raises(SignInRefused) as caught:
        accounts.authenticate(db, email, password)
    return str(caught.value)


def test_the_right_password_signs_in_whatever_the_case_of_the_email(db: Session, person: Person) -> None:
    account = person()
    assert accounts.authenticate(db, " Person1@Example.ORG ", PASSWORD).id == account.id


def test_every_refusal_has_the_same_words(db: Session, person: Person) -> None:
    admin, account, empty = person(Role.ADMIN), person(), person()
    with transaction(db):
        accounts.locked(db, empty.id).password_hash = None
    words = {
        refused(db, "nobody@example.org", PASSWORD),
        refused(db, account.email, "wrong"),
        refused(db, empty.email, PASSWORD),
    }
    standing.suspend(db, admin, account)
    words.add(refused(db, account.email, PASSWORD))
    for _ in range(5):
        refused(db, admin.email, "wrong")
    words.add(refused(db, admin.email, PASSWORD))
    assert len(words) == 1


def test_every_refusal_takes_as_long(db: Session, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = PasswordHasher(time_cost=2, memory_cost=2**14, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", slow)
    monkeypatch.setattr(passwords, "_NOBODY", slow.hash("nobody"))
    account = person()
    with transaction(db):
        accounts.locked(db, account.id).password_hash = slow.hash(PASSWORD)

    def seconds(email: str, password: str) -> float:
        began = time.process_time()  # what else runs on the machine does not count
        refused(db, email, password)
        return time.process_time() - began

    known = statistics.median(seconds(account.email, "wrong") for _ in range(3))
    unknown = statistics.median(seconds("nobody@example.org", "wrong") for _ in range(3))
    for _ in range(2):
        refused(db, account.email, "wrong")
    locked_out = statistics.median(seconds(account.email, PASSWORD) for _ in range(3))
    assert unknown > known / 4
    assert locked_out > known / 4


def test_five_failures_rest_the_account_for_a_while(db: Session, person: Person) -> None:
    account = person()
    for _ in range(4):
        refused(db, account.email, "wrong")
    accounts.authenticate(db, account.email, PASSWORD)
    for _ in range(5):
        refused(db, account.email, "wrong")
    refused(db, account.email, PASSWORD)
    db.refresh(account)
    assert account.locked_until is not None
    left = account.locked_until - utc_now()
    assert dt.timedelta(minutes=14) < left <= dt.timedelta(minutes=15)
    with transaction(db):
        accounts.locked(db, account.id).locked_until = utc_now() - dt.timedelta(seconds=1)
    accounts.authenticate(db, account.email, PASSWORD)


def test_guesses_at_the_same_moment_are_all_counted(database: Database, db: Session, person: Person) -> None:
    account = person()
    email = account.email

    def guess() -> None:
        with database.session() as own:
            refused(own, email, "wrong")

    threads = [threading.Thread(target=guess) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused(db, email, PASSWORD)


def test_the_operator_can_end_the_rest(db: Session, person: Person) -> None:
    account = person()
    for _ in range(5):
        refused(db, account.email, "wrong")
    standing.restore(db, account)
    accounts.authenticate(db, account.email, PASSWORD)


def test_an_account_needs_an_email_a_name_and_a_role(db: Session) -> None:
    for email, name, roles in (
        ("no address", "Name", [Role.ADMIN]),
        ("a@b\n.org", "Name", [Role.ADMIN]),
        ("a@example.org", "  ", [Role.ADMIN]),
        ("a@example.org", "n" * 201, [Role.ADMIN]),
        ("a@example.org", "Name", []),
    ):
        with pytest.raises(Refused):
            accounts.add_account(db, email, name, roles)
    assert not accounts.any_account(db)


def test_an_email_has_one_account(db: Session) -> None:
    accounts.add_account(db, "A@example.org", "Name", [Role.ADMIN])
    with pytest.raises(Conflict):
        accounts.add_account(db, "a@EXAMPLE.org", "Other", [Role.INVESTIGATOR])


def test_a_session_is_known_by_its_token_alone(db: Session, person: Person) -> None:
    account = person()
    started = sessions.start(db, account)
    found = sessions.find(db, started.token)
    assert found is not None
    assert found.account_id == account.id
    assert found.token_hash == token_hash(started.token)
    assert started.token not in (found.token_hash, found.csrf_token)
    assert found.expires_at - found.created_at == dt.timedelta(hours=8)
    for other in ("", started.token[:-1], found.token_hash):
        assert sessions.find(db, other) is None


def test_a_session_ends_after_its_time(db: Session, person: Person) -> None:
    started = sessions.start(db, person())
    with transaction(db):
        db.execute(update(SignInSession).values(expires_at=utc_now() - dt.timedelta(seconds=1)))
    assert sessions.find(db, started.token) is None
    sessions.start(db, person())
    assert db.scalar(select(func.count()).select_from(SignInSession)) == 1


def test_signing_in_again_rotates_the_session(db: Session, person: Person) -> None:
    account = person()
    old = sessions.start(db, account)
    new = sessions.start(db, account, replacing=old.row)
    assert sessions.find(db, old.token) is None
    assert sessions.find(db, new.token) is not None


def test_sessions_can_be_ended_one_by_one_and_all_others(db: Session, person: Person) -> None:
    account, other = person(), person()
    mine, second, third, theirs = (sessions.start(db, who) for who in (account, account, account, other))
    assert {row.id for row in sessions.of_account(db, account)} == {mine.row.id, second.row.id, third.row.id}
    sessions.end_one(db, account, second.row.id)
    with pytest.raises(NotFound):
        sessions.end_one(db, account, theirs.row.id)
    assert sessions.end_others(db, mine.row) == 1
    assert [sessions.find(db, one.token) is not None for one in (mine, second, third, theirs)] == [
        True,
        False,
        False,
        True,
    ]
    sessions.end(db, mine.row)
    assert sessions.find(db, mine.token) is None


def test_use_is_noted_once_a_minute(db: Session, person: Person) -> None:
    row = sessions.start(db, person()).row
    first = row.last_seen_at
    sessions.touch(db, row)
    assert row.last_seen_at == first
    with transaction(db):
        row.last_seen_at = first - dt.timedelta(minutes=2)
    sessions.touch(db, row)
    assert row.last_seen_at >= first


def test_suspending_ends_everything_at_once(db: Session, person: Person) -> None:
    admin, account = person(Role.ADMIN), person()
    started = sessions.start(db, account)
    token = links.issue_set_password(db, account)
    standing.suspend(db, admin, account)
    assert sessions.find(db, started.token) is None
    with pytest.raises(Gone):
        links.find(db, token, LinkPurpose.SET_PASSWORD)
    with pytest.raises(Conflict):
        links.issue_set_password(db, account)
    with pytest.raises(SignInRefused):
        sessions.start(db, account)
    standing.restore(db, account, admin)
    assert sessions.find(db, started.token) is None
    accounts.authenticate(db, account.email, PASSWORD)


def test_nobody_suspends_themselves(db: Session, person: Person) -> None:
    admin = person(Role.ADMIN)
    with pytest.raises(Refused):
        standing.suspend(db, admin, admin)


def test_changing_the_password_ends_every_session_and_link(db: Session, person: Person) -> None:
    account = person()
    before = sessions.start(db, account)
    token = links.issue_set_password(db, account)
    with pytest.raises(Refused):
        accounts.change_password(db, account, "wrong", NEW)
    with pytest.raises(Refused):
        accounts.change_password(db, account, PASSWORD, "short")
    assert sessions.find(db, before.token) is not None
    accounts.change_password(db, account, PASSWORD, NEW)
    assert sessions.find(db, before.token) is None
    with pytest.raises(Gone):
        links.set_password(db, token, NEW)
    refused(db, account.email, PASSWORD)
    accounts.authenticate(db, account.email, NEW)


def test_a_sign_in_overtaken_by_a_password_change_gets_no_session(
    database: Database, db: Session, person: Person
) -> None:
    account = person()
    with database.session() as slow:
        signing_in = accounts.authenticate(slow, account.email, PASSWORD)
        accounts.change_password(db, account, PASSWORD, NEW)
        with pytest.raises(SignInRefused):
            sessions.start(slow, signing_in)


def test_the_first_link_makes_one_account_with_every_role(db: Session) -> None:
    token = links.issue_first_admin(db)
    assert token is not None
    account = links.create_first_account(db, token, "First@example.org", "First", PASSWORD)
    assert account.roles == frozenset(Role)
    with pytest.raises(Gone):
        links.create_first_account(db, token, "second@example.org", "Second", PASSWORD)
    assert links.issue_first_admin(db) is None
    accounts.authenticate(db, "first@example.org", PASSWORD)


def test_a_new_first_link_ends_the_former(db: Session) -> None:
    former, newer = links.issue_first_admin(db), links.issue_first_admin(db)
    assert former is not None
    assert newer is not None
    with pytest.raises(Gone):
        links.find(db, former, LinkPurpose.FIRST_ADMIN)
    links.find(db, newer, LinkPurpose.FIRST_ADMIN)


def test_two_people_with_the_first_link_make_one_account(database: Database, db: Session) -> None:
    token = links.issue_first_admin(db)
    assert token is not None
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def create(email: str) -> None:
        barrier.wait()
        try:
            with database.session() as own:
                links.create_first_account(own, token, email, "Name", PASSWORD)
            outcomes.append("made")
        except Gone:
            outcomes.append("gone")

    threads = [threading.Thread(target=create, args=(f"{name}@example.org",)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["gone", "made"]
    db.rollback()
    assert db.scalar(select(func.count()).select_from(Account)) == 1


def test_a_weak_password_does_not_use_the_link_up(db: Session) -> None:
    token = links.issue_first_admin(db)
    assert token is not None
    with pytest.raises(Refused):
        links.create_first_account(db, token, "a@example.org", "Name", "password1234")
    links.create_first_account(db, token, "a@example.org", "Name", PASSWORD)


def test_a_link_sets_the_password_once_and_ends_sessions(db: Session, person: Person) -> None:
    account = person()
    before = sessions.start(db, account)
    former, token = links.issue_set_password(db, account), links.issue_set_password(db, account)
    with pytest.raises(Gone):
        links.set_password(db, former, NEW)
    with pytest.raises(Refused):
        links.set_password(db, token, "short")
    assert links.set_password(db, token, NEW).id == account.id
    assert sessions.find(db, before.token) is None
    with pytest.raises(Gone):
        links.set_password(db, token, NEW)
    accounts.authenticate(db, account.email, NEW)


@pytest.mark.parametrize("purpose, hours", [(LinkPurpose.FIRST_ADMIN, 24), (LinkPurpose.SET_PASSWORD, 72)])
def test_links_run_out(db: Session, person: Person, purpose: LinkPurpose, hours: int) -> None:
    if purpose == LinkPurpose.FIRST_ADMIN:
        token = links.issue_first_admin(db)
    else:
        token = links.issue_set_password(db, person())
    assert token is not None
    link = links.find(db, token, purpose)
    assert link.expires_at - link.created_at == dt.timedelta(hours=hours)
    with transaction(db):
        db.execute(update(OneTimeLink).values(expires_at=utc_now() - dt.timedelta(seconds=1)))
    with pytest.raises(Gone):
        links.find(db, token, purpose)


def test_a_link_is_good_for_its_purpose_alone(db: Session, person: Person) -> None:
    first = links.issue_first_admin(db)
    token = links.issue_set_password(db, person())
    assert first is not None
    for wrong, purpose in ((token, LinkPurpose.FIRST_ADMIN), (first, LinkPurpose.SET_PASSWORD)):
        with pytest.raises(Gone):
            links.find(db, wrong, purpose)
    with pytest.raises(Gone):  # there is an account now
        links.find(db, first, LinkPurpose.FIRST_ADMIN)


def test_the_records_keep_no_token(db: Session, person: Person) -> None:
    account = person()
    kept = sessions.start(db, account)
    link = links.issue_set_password(db, account)
    for table in (SignInSession, OneTimeLink):
        for row in db.execute(select(*table.__table__.columns)).all():
            assert kept.token not in str(row)
            assert link not in str(row)


def test_local_accounts_are_an_identity_backend(db: Session, person: Person, settings: Settings) -> None:
    account = person()
    backend = open_identity(settings)
    assert (backend.name, backend.keeps_passwords) == ("local", True)
    assert backend.authenticate(db, account.email, PASSWORD).id == account.id
