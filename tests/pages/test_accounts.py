"""The administrators' pages of accounts and invitations."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.database import transaction
from app.identity import accounts, directory, invitations, units
from models import Account, Role, utc_now
from tests.app.web import Browser
from tests.pages.desk import words
from tests.people import PASSWORD, Person

INVITATION = re.compile(r'data-text="http://localhost(/invitation/[\w-]+)"')
RESET = re.compile(r'data-text="http://localhost(/set-password/[\w-]+)"')
NEW = "/admin/invitations/new"
HEAD = "email,name,roles,units\n"
SECRET = {"password": "eleven grey paper moons", "repeat": "eleven grey paper moons"}


@pytest.fixture
def admin(app: Flask, person: Person) -> Browser:
    browser = Browser(app)
    browser.sign_in(person("Head", Role.ADMIN), PASSWORD)
    return browser


def page_of(account: Account) -> str:
    return f"/admin/accounts/{account.id}"


def fresh(db: Session, account: Account) -> Account:
    db.rollback()
    db.expire_all()
    return accounts.get_account(db, account.id)


def test_the_only_unit_is_chosen_already(admin: Browser, db: Session) -> None:
    unit = units.add_unit(db, "Investigations")
    chosen = f'name="units" value="{unit.id}" checked'
    assert chosen in admin.get(NEW).text
    units.add_unit(db, "Cold cases")
    assert chosen not in admin.get(NEW).text


def test_somebody_is_invited_with_a_link_shown_once(admin: Browser, app: Flask, db: Session) -> None:
    unit = units.add_unit(db, "Investigations")
    fields = {"name": "New Person", "email": "New@example.org", "roles": "investigator", "units": str(unit.id)}
    answer = admin.post(NEW, fields)
    found = INVITATION.search(answer.text)
    assert found, answer.text
    listed = admin.get("/admin/invitations").text
    assert "new@example.org" in listed
    assert found[1] not in listed
    newcomer = Browser(app)
    sent = newcomer.get(found[1])
    assert sent.headers["Location"].startswith("/set-password/")
    assert "You have been invited to Semblance." in words(newcomer.get(sent.headers["Location"]).text)
    assert newcomer.post(sent.headers["Location"], SECRET).status_code == 303
    assert newcomer.get("/sketches").status_code == 200
    assert "Investigations" in newcomer.get("/account").text
    assert "No open invitations" in admin.get("/admin/invitations").text
    assert newcomer.get(found[1]).status_code == 410


@pytest.mark.parametrize(
    "fields, words_in_place",
    [
        ({"email": "no address", "roles": "admin"}, "not an e-mail address"),
        ({"name": "", "roles": "admin"}, "Give a name"),
        ({}, "Choose at least one role."),
        ({"roles": "emperor"}, "Choose at least one role."),
        ({"email": "head@example.org", "roles": "admin"}, "already an account"),
        ({"roles": "admin", "units": "00000000-0000-4000-8000-000000000000"}, "There is no such unit"),
        ({"roles": "admin", "units": "first"}, "Choose the units from the list."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    admin: Browser, db: Session, fields: dict[str, str], words_in_place: str
) -> None:
    filled = {"name": "Somebody", "email": "somebody@example.org", **fields}
    answer = admin.post(NEW, filled)
    assert answer.status_code == 422
    assert words_in_place in answer.text
    assert directory.search(db).total == 1


def test_an_invitation_is_renewed_and_revoked(admin: Browser, app: Flask, db: Session) -> None:
    account, former = invitations.invite(db, "new@example.org", "New Person", [Role.ADMIN])
    answer = admin.post(f"/admin/invitations/{account.id}/renew")
    found = INVITATION.search(answer.text)
    assert found
    assert Browser(app).get(f"/invitation/{former}").status_code == 410
    assert Browser(app).get(found[1]).status_code == 302
    answer = admin.post(f"/admin/invitations/{account.id}/revoke")
    assert "The invitation is revoked." in admin.get(answer.headers["Location"]).text
    assert Browser(app).get(found[1]).status_code == 410
    assert admin.get(page_of(account)).status_code == 404


def test_what_was_accepted_meanwhile_is_not_revoked(admin: Browser, person: Person) -> None:
    account = person("Somebody")
    for action in ("renew", "revoke"):
        answer = admin.post(f"/admin/invitations/{account.id}/{action}")
        assert (answer.status_code, "has accepted" in answer.text) == (409, True)


def test_roles_and_units_are_saved(admin: Browser, db: Session, person: Person) -> None:
    account, unit = person("Somebody"), units.add_unit(db, "Cold cases")
    page = admin.get(page_of(account)).text
    assert re.search(r'value="investigator" checked', page)
    answer = admin.post(f"{page_of(account)}/standing", {"roles": ["supervisor", "admin"], "units": str(unit.id)})
    assert "Roles and units are saved." in admin.get(answer.headers["Location"]).text
    changed = fresh(db, account)
    assert (set(changed.roles), [one.id for one in changed.units]) == ({Role.SUPERVISOR, Role.ADMIN}, [unit.id])
    answer = admin.post(f"{page_of(account)}/standing", {})
    assert (answer.status_code, "Choose at least one role." in answer.text) == (422, True)
    assert fresh(db, account).roles == {Role.SUPERVISOR, Role.ADMIN}


def test_ones_own_roles_are_not_in_the_form(admin: Browser, db: Session) -> None:
    me, unit = accounts.by_email(db, "head@example.org"), units.add_unit(db, "Cold cases")
    assert me is not None
    page = admin.get(page_of(me)).text
    assert 'name="roles"' not in page
    assert "Suspend the account" not in page
    admin.post(f"{page_of(me)}/standing", {"roles": "supervisor", "units": str(unit.id)})
    changed = fresh(db, me)
    assert (set(changed.roles), [one.id for one in changed.units]) == ({Role.ADMIN}, [unit.id])
    answer = admin.post(f"{page_of(me)}/suspend")
    assert (answer.status_code, "cannot suspend your own account" in answer.text) == (422, True)


def test_suspending_and_restoring(admin: Browser, app: Flask, person: Person) -> None:
    account, other = person("Somebody"), Browser(app)
    other.sign_in(account, PASSWORD)
    answer = admin.post(f"{page_of(account)}/suspend")
    page = admin.get(answer.headers["Location"]).text
    assert "The account is suspended and signed out everywhere." in page
    assert "Make a link" not in page
    assert other.get("/sketches").status_code == 302
    assert other.sign_in(account, PASSWORD).status_code == 403
    assert admin.post(f"{page_of(account)}/password-link").status_code == 409
    answer = admin.post(f"{page_of(account)}/restore")
    assert "The account can sign in again." in admin.get(answer.headers["Location"]).text
    assert other.sign_in(account, PASSWORD).status_code == 303


def test_all_sessions_are_ended(admin: Browser, app: Flask, person: Person) -> None:
    account, others = person("Somebody"), [Browser(app), Browser(app)]
    for browser in others:
        browser.sign_in(account, PASSWORD)
    assert "In 2 browsers" in words(admin.get(page_of(account)).text)
    answer = admin.post(f"{page_of(account)}/sign-out")
    assert "Signed in at present Nowhere" in words(admin.get(answer.headers["Location"]).text)
    assert [browser.get("/sketches").status_code for browser in others] == [302, 302]
    assert admin.get("/admin/accounts").status_code == 200


def test_a_link_for_a_new_password_is_shown_once(admin: Browser, app: Flask, db: Session, person: Person) -> None:
    account = person("Somebody")
    with transaction(db):
        held = accounts.locked(db, account.id)
        held.totp_secret, held.totp_confirmed_at = "kept", utc_now()
    answer = admin.post(f"{page_of(account)}/password-link")
    found = RESET.search(answer.text)
    assert found
    assert fresh(db, account).totp_secret == "kept"
    assert RESET.search(admin.get(page_of(account)).text) is None
    owner = Browser(app)
    assert owner.post(found[1], SECRET).status_code == 303
    assert 'name="clear_second_factor"' in answer.text
    admin.post(f"{page_of(account)}/password-link", {"clear_second_factor": "yes"})
    assert fresh(db, account).totp_secret is None


def test_the_list_is_searched_and_paged(admin: Browser, db: Session) -> None:
    for number in range(60):
        accounts.add_account(db, f"p{number}@example.org", f"Person {number:02}", [Role.INVESTIGATOR])
    first = admin.get("/admin/accounts").text
    assert "61 accounts, by name" in words(first)
    assert first.count('class="account-row"') == 50
    assert "Page 1 of 2" in words(first)
    second = admin.get("/admin/accounts?page=2").text
    assert second.count('class="account-row"') == 11
    assert "Person 49" in second
    assert "Person 07" in admin.get("/admin/accounts?q=person+07").text
    assert "Nobody has “&lt;b&gt;”" in admin.get("/admin/accounts?q=%3Cb%3E").text


@pytest.mark.parametrize("action", ["standing", "suspend", "restore", "sign-out", "password-link"])
def test_an_account_that_is_not_there(admin: Browser, action: str) -> None:
    assert admin.post(f"/admin/accounts/00000000-0000-4000-8000-000000000000/{action}").status_code == 404


def test_the_log_says_who_did_what_to_which_account_and_no_more(
    admin: Browser, person: Person, db: Session, caplog: pytest.LogCaptureFixture
) -> None:
    account, unit = person("Somebody"), units.add_unit(db, "Secret unit")
    caplog.clear()
    fields = {"name": "New Person", "email": "new@example.org", "roles": "admin", "units": str(unit.id)}
    invited = INVITATION.search(admin.post(NEW, fields).text)
    reset = RESET.search(admin.post(f"{page_of(account)}/password-link").text)
    admin.post(f"{page_of(account)}/standing", {"roles": "supervisor", "units": str(unit.id)})
    admin.post(f"{page_of(account)}/suspend")
    admin.post("/confirm", {"password": "wrong password typed"})
    text = HEAD + "listed@example.org,Listed Person,admin,Secret unit\n"
    admin.post("/admin/accounts/import", {"action": "import", "text": text})
    assert invited
    assert reset
    logged = caplog.text
    for event in (
        "invitation_issued",
        "password_link_issued",
        "standing_changed",
        "account_suspended",
        "accounts_imported",
    ):
        assert event in logged
    me = accounts.by_email(db, "head@example.org")
    assert me is not None
    assert f"'asker': '{me.id}'" in logged
    for secret in ("example.org", "Person", "Somebody", "Secret", "typed", invited[1][12:], reset[1][14:]):
        assert secret not in logged, secret
