"""What an account may do: roles, units and suspension, and that an administrator always remains; on both databases."""

import threading
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.database import Database, transaction, upgrade
from app.errors import AppError, Forbidden, NotFound, Refused
from app.identity import accounts, links, sessions, standing, units
from app.identity.accounts import SignInRefused
from app.settings import Settings
from models import Account, Role, utc_now
from tests.app.web import Browser, services
from tests.people import PASSWORD, Person, add_person


def again(db: Session, account: Account) -> Account:
    """The account as the records have it now."""
    db.rollback()
    db.expire_all()
    return accounts.get_account(db, account.id)


def test_roles_and_units_are_replaced_and_noted_for_the_mirror(db: Session, person: Person) -> None:
    admin, account = person(Role.ADMIN), person()
    first, second = units.add_unit(db, "First"), units.add_unit(db, "Second")
    with transaction(db):
        accounts.locked(db, account.id).claims_due_at = None
    standing.set_standing(db, admin, account, [Role.SUPERVISOR, Role.ADMIN], [first.id, second.id])
    changed = again(db, account)
    assert changed.roles == {Role.SUPERVISOR, Role.ADMIN}
    assert [unit.name for unit in changed.units] == ["First", "Second"]
    assert changed.claims_due_at is not None
    standing.set_standing(db, admin, account, [Role.INVESTIGATOR], [])
    changed = again(db, account)
    assert (set(changed.roles), changed.units) == ({Role.INVESTIGATOR}, [])


def test_a_new_account_waits_to_be_mirrored(db: Session) -> None:
    assert accounts.add_account(db, "a@example.org", "A", [Role.ADMIN]).claims_due_at is not None


@pytest.mark.parametrize("change", [standing.suspend, lambda db, by, one: standing.restore(db, one, by)])
def test_suspending_and_restoring_are_noted_for_the_mirror(
    db: Session, person: Person, change: Callable[[Session, Account, Account], None]
) -> None:
    admin, account = person(Role.ADMIN), person()
    with transaction(db):
        accounts.locked(db, account.id).claims_due_at = None
    change(db, admin, account)
    assert again(db, account).claims_due_at is not None


def test_an_account_keeps_at_least_one_role(db: Session, person: Person) -> None:
    admin, account = person(Role.ADMIN), person()
    with pytest.raises(Refused, match="at least one role"):
        standing.set_standing(db, admin, account, [], [])
    assert again(db, account).roles == {Role.INVESTIGATOR}


def test_a_unit_that_is_gone_changes_nothing(db: Session, person: Person) -> None:
    admin, account = person(Role.ADMIN), person()
    unit = units.add_unit(db, "Gone soon")
    units.remove_unit(db, unit.id)
    with pytest.raises(Refused, match="no such unit"):
        standing.set_standing(db, admin, account, [Role.SUPERVISOR], [unit.id])
    assert again(db, account).roles == {Role.INVESTIGATOR}


@pytest.mark.parametrize("roles", [[Role.SUPERVISOR], [Role.ADMIN, Role.INVESTIGATOR]])
def test_nobody_changes_their_own_roles(db: Session, person: Person, roles: list[Role]) -> None:
    admin, _other = person(Role.ADMIN), person(Role.ADMIN)
    with pytest.raises(Refused, match="your own roles"):
        standing.set_standing(db, admin, admin, roles, [])
    assert again(db, admin).roles == {Role.ADMIN}


def test_ones_own_units_can_be_changed(db: Session, person: Person) -> None:
    admin, unit = person(Role.ADMIN), units.add_unit(db, "Mine")
    standing.set_standing(db, admin, admin, [Role.ADMIN], [unit.id])
    assert [one.id for one in again(db, admin).units] == [unit.id]


def test_nobody_suspends_themselves(db: Session, person: Person) -> None:
    admin, _other = person(Role.ADMIN), person(Role.ADMIN)
    with pytest.raises(Refused, match="your own account"):
        standing.suspend(db, admin, admin)
    assert again(db, admin).suspended_at is None


def test_whoever_is_no_administrator_any_more_changes_nothing(db: Session, person: Person) -> None:
    admin, former, account = person(Role.ADMIN), person(Role.ADMIN), person()
    standing.set_standing(db, admin, former, [Role.INVESTIGATOR], [])
    actions: list[Callable[[], None]] = [
        lambda: standing.suspend(db, former, account),
        lambda: standing.restore(db, account, former),
        lambda: standing.set_standing(db, former, account, [Role.ADMIN], []),
    ]
    for action in actions:
        with pytest.raises(Forbidden):
            action()
    assert again(db, account).roles == {Role.INVESTIGATOR}
    assert again(db, account).suspended_at is None


def test_an_account_that_is_gone_is_not_there(db: Session, person: Person) -> None:
    admin, account = person(Role.ADMIN), person()
    db.delete(account)
    db.commit()
    with pytest.raises(NotFound):
        standing.suspend(db, admin, account)


def test_an_administrator_who_can_sign_in_remains(db: Session, person: Person) -> None:
    """The one who acts may have lost the password a moment ago: then the other is the last who can sign in."""
    admin, other = person(Role.ADMIN), person(Role.ADMIN)
    with transaction(db):
        accounts.locked(db, admin.id).password_hash = None
    actions: list[Callable[[], None]] = [
        lambda: standing.suspend(db, admin, other),
        lambda: standing.set_standing(db, admin, other, [Role.INVESTIGATOR], []),
    ]
    for action in actions:
        with pytest.raises(Refused, match="last administrator"):
            action()
    found = again(db, other)
    assert (found.suspended_at, set(found.roles)) == (None, {Role.ADMIN})


@pytest.mark.parametrize("how", ["demote", "suspend"])
def test_two_administrators_who_remove_each_other_leave_one(
    database: Database, db: Session, person: Person, how: str
) -> None:
    for _ in range(5):
        pair = [person(Role.ADMIN).id, person(Role.ADMIN).id]
        _others_leave(db, pair)
        outcomes = _at_once(database, how, pair)
        assert sorted(outcomes) == ["Forbidden", "done"]
        db.rollback()
        left = [one for one in pair if _is_admin(accounts.get_account(db, one))]
        assert len(left) == 1


def _others_leave(db: Session, pair: list[uuid.UUID]) -> None:
    """Those of the round before are no longer administrators."""
    with transaction(db):
        for account in db.query(Account).where(Account.id.not_in(pair)):
            account.set_roles([Role.INVESTIGATOR])


def _at_once(database: Database, how: str, pair: list[uuid.UUID]) -> list[str]:
    barrier, outcomes = threading.Barrier(2), []

    def act(by_id: uuid.UUID, other_id: uuid.UUID) -> None:
        with database.session() as own:
            by, other = accounts.get_account(own, by_id), accounts.get_account(own, other_id)
            barrier.wait()
            try:
                if how == "demote":
                    standing.set_standing(own, by, other, [Role.INVESTIGATOR], [])
                else:
                    standing.suspend(own, by, other)
                outcomes.append("done")
            except AppError as error:
                outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=act, args=two) for two in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _is_admin(account: Account) -> bool:
    return account.has_role(Role.ADMIN) and account.suspended_at is None


def test_the_operator_restores_without_being_anybody(db: Session, person: Person) -> None:
    admin, account = person(Role.ADMIN), person()
    standing.suspend(db, admin, account)
    with pytest.raises(SignInRefused):
        accounts.authenticate(db, account.email, PASSWORD)
    standing.restore(db, account)
    assert accounts.authenticate(db, account.email, PASSWORD).id == account.id


def test_sessions_go_on_after_a_change_of_roles_and_end_with_a_suspension(db: Session, person: Person) -> None:
    admin, account = person(Role.ADMIN), person()
    token = sessions.start(db, account).token
    standing.set_standing(db, admin, account, [Role.SUPERVISOR], [])
    found = sessions.find(db, token)
    assert found is not None
    assert found.account.roles == {Role.SUPERVISOR}
    standing.suspend(db, admin, account)
    assert sessions.find(db, token) is None


def test_a_reset_link_leaves_the_second_factor_unless_told(db: Session, person: Person) -> None:
    account = person()
    with transaction(db):
        held = accounts.locked(db, account.id)
        held.totp_secret, held.totp_confirmed_at, held.totp_last_step = "secret", utc_now(), 7
    links.issue_set_password(db, account)
    assert again(db, account).totp_secret == "secret"
    links.issue_set_password(db, account, clear_second_factor=True)
    cleared = again(db, account)
    assert (cleared.totp_secret, cleared.totp_confirmed_at, cleared.totp_last_step) == (None, None, None)


@pytest.fixture
def live_app(settings: Settings) -> Flask:
    upgrade(settings.database_url)
    return create_app(settings)


def test_the_very_next_request_sees_what_was_taken_away(live_app: Flask) -> None:
    with services(live_app).database.session() as db:
        admin = add_person(db, "admin@example.org", "Admin", Role.ADMIN)
        both = add_person(db, "both@example.org", "Both", Role.ADMIN, Role.INVESTIGATOR)
        browser = Browser(live_app)
        browser.sign_in(both)
        token = browser.token()
        assert browser.get("/admin/accounts").status_code == 200
        standing.set_standing(db, admin, both, [Role.INVESTIGATOR], [])
        assert browser.get("/admin/accounts").status_code == 403
        assert browser.get("/sketches").status_code == 200
        standing.suspend(db, admin, both)
        assert browser.client.post("/account", data={"csrf_token": token, "action": "name"}).status_code == 401
        assert browser.get("/sketches").headers["Location"].startswith("/sign-in")
