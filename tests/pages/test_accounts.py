"""The administrator's page."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.identity import accounts
from models import Role
from tests.app.web import Browser
from tests.pages.desk import words
from tests.people import PASSWORD, Person

LINK = re.compile(r'data-text="http://localhost(/set-password/[\w-]+)"')
PAGE = "/admin/accounts"


@pytest.fixture
def admin(app: Flask, person: Person) -> Browser:
    browser = Browser(app)
    browser.sign_in(person("Head", Role.ADMIN), PASSWORD)
    return browser


def test_an_account_is_added_with_a_link_shown_once(admin: Browser, app: Flask) -> None:
    fields = {"action": "add", "name": "New Person", "email": "New@example.org", "roles": "investigator"}
    answer = admin.post(PAGE, fields)
    found = LINK.search(answer.text)
    assert found, answer.text
    assert "Link not used yet" in answer.text
    assert LINK.search(admin.get(PAGE).text) is None
    newcomer = Browser(app)
    secret = {"password": "eleven grey paper moons", "repeat": "eleven grey paper moons"}
    assert newcomer.post(found[1], secret).status_code == 303
    assert newcomer.get("/sketches").status_code == 200
    assert "Link not used yet" not in admin.get(PAGE).text


@pytest.mark.parametrize(
    "fields, words_in_place",
    [
        ({"email": "no address", "roles": "admin"}, "not an e-mail address"),
        ({"name": "", "roles": "admin"}, "Give a name"),
        ({}, "Choose at least one role."),
        ({"roles": "emperor"}, "Choose at least one role."),
        ({"email": "head@example.org", "roles": "admin"}, "already an account"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    admin: Browser, db: Session, fields: dict[str, str], words_in_place: str
) -> None:
    filled = {"action": "add", "name": "Somebody", "email": "somebody@example.org", **fields}
    answer = admin.post(PAGE, filled)
    assert answer.status_code == 422
    assert words_in_place in answer.text
    assert len(accounts.list_accounts(db)) == 1


def test_disabling_and_enabling(admin: Browser, app: Flask, person: Person) -> None:
    account, other = person("Somebody"), Browser(app)
    other.sign_in(account, PASSWORD)
    answer = admin.post(PAGE, {"action": "disable", "account_id": str(account.id)})
    assert "Somebody is disabled" in words(admin.get(answer.headers["Location"]).text)
    assert other.get("/sketches").status_code == 302
    assert other.sign_in(account, PASSWORD).status_code == 403
    answer = admin.post(PAGE, {"action": "enable", "account_id": str(account.id)})
    assert "Somebody can sign in again" in words(admin.get(answer.headers["Location"]).text)
    assert other.sign_in(account, PASSWORD).status_code == 303


def test_nobody_disables_themselves(admin: Browser, db: Session) -> None:
    me = accounts.by_email(db, "head@example.org")
    assert me is not None
    assert 'aria-label="Disable Head"' not in admin.get(PAGE).text
    answer = admin.post(PAGE, {"action": "disable", "account_id": str(me.id)})
    assert answer.status_code == 422
    assert "cannot disable your own account" in answer.text


@pytest.mark.parametrize("account_id", ["", "1", "00000000-0000-4000-8000-000000000000"])
def test_an_account_that_is_not_there(admin: Browser, account_id: str) -> None:
    assert admin.post(PAGE, {"action": "link", "account_id": account_id}).status_code == 404


def test_an_unknown_action_does_nothing(admin: Browser, person: Person) -> None:
    answer = admin.post(PAGE, {"action": "promote", "account_id": str(person("Somebody").id)})
    assert answer.status_code == 422
