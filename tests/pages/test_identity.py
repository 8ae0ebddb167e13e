"""Signing in, one-time links and the account page, by plain forms."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.identity import accounts, links, sessions
from models import Role
from tests.app.web import Browser
from tests.pages.desk import Desk, words
from tests.people import PASSWORD, Person

NEW = "eleven grey paper moons"


def test_nobody_is_told_where_the_first_link_is(stranger: Browser, person: Person) -> None:
    assert "There is no account yet" in stranger.get("/sign-in").text
    person()
    assert "There is no account yet" not in stranger.get("/sign-in").text


def test_a_wrong_password_keeps_the_address_and_says_what_to_do(stranger: Browser, person: Person) -> None:
    account = person()
    answer = stranger.sign_in(account, "wrong")
    assert answer.status_code == 403
    assert f'value="{account.email}"' in answer.text
    assert "administrator can send you a link" in answer.text
    assert "wrong" not in answer.text.replace("five wrong tries", "")


def test_signing_in_leads_back_to_where_somebody_was_going(stranger: Browser, person: Person) -> None:
    account = person()
    sent = stranger.get("/sketches?q=harbour")
    assert sent.headers["Location"] == "/sign-in?next=%2Fsketches%3Fq%3Dharbour"
    assert 'name="next" value="/sketches?q=harbour"' in stranger.get(sent.headers["Location"]).text
    fields = {"email": account.email, "password": PASSWORD, "next": "/sketches?q=harbour"}
    assert stranger.post("/sign-in", fields).headers["Location"] == "/sketches?q=harbour"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil"])
def test_signing_in_never_leads_elsewhere(stranger: Browser, person: Person, target: str) -> None:
    fields = {"email": person().email, "password": PASSWORD, "next": target}
    assert stranger.post("/sign-in", fields).headers["Location"] == "/"


def test_the_start_page_leads_each_to_their_work(app: Flask, person: Person) -> None:
    def start(account_roles: tuple[Role, ...], name: str) -> str:
        browser = Browser(app)
        browser.sign_in(person(name, *account_roles), PASSWORD)
        return browser.get("/").headers["Location"]

    assert Browser(app).get("/").headers["Location"] == "/sign-in"
    assert start((Role.INVESTIGATOR,), "One") == "/cases"
    assert start((Role.ADMIN,), "Two") == "/admin"
    assert start((Role.ADMIN, Role.SUPERVISOR), "Three") == "/cases"


def test_the_first_account(stranger: Browser, db: Session) -> None:
    address = f"/first-account/{links.issue_first_admin(db)}"
    assert "Create the first account" in stranger.get(address).text
    fields = {"name": "First", "email": "First@Example.org", "password": "short", "repeat": "other"}
    answer = stranger.post(address, fields)
    assert answer.status_code == 422
    assert "at least 12 characters" in answer.text
    assert "The two passwords differ" in answer.text
    assert 'value="First@Example.org"' in answer.text
    assert "short" not in answer.text
    assert stranger.post(address, {**fields, "password": NEW, "repeat": NEW}).status_code == 303
    assert stranger.get("/").headers["Location"] == "/cases"
    account = accounts.by_email(db, "first@example.org")
    assert account is not None
    assert account.roles == set(Role)
    assert [unit.name for unit in account.units] == ["Investigations"]
    assert stranger.get(address).status_code == 410


def test_the_first_unit_has_the_name_that_is_given(stranger: Browser, db: Session) -> None:
    address = f"/first-account/{links.issue_first_admin(db)}"
    assert 'name="unit" type="text" value="Investigations"' in stranger.get(address).text
    fields = {"name": "First", "email": "first@example.org", "password": NEW, "repeat": NEW, "unit": " "}
    answer = stranger.post(address, fields)
    assert answer.status_code == 422
    assert "Give the unit a name" in answer.text
    stranger.post(address, {**fields, "unit": "Cold cases"})
    account = accounts.by_email(db, "first@example.org")
    assert account is not None
    assert [unit.name for unit in account.units] == ["Cold cases"]


def test_a_link_sets_a_password_once(stranger: Browser, db: Session, person: Person) -> None:
    account = person("Newcomer")
    address = f"/set-password/{links.issue_set_password(db, account)}"
    assert account.email in stranger.get(address).text
    assert stranger.post(address, {"password": NEW, "repeat": "x"}).status_code == 422
    assert stranger.post(address, {"password": NEW, "repeat": NEW}).status_code == 303
    assert stranger.get("/sketches").status_code == 200
    gone = stranger.get(address)
    assert gone.status_code == 410
    assert "This link no longer works" in gone.text
    assert "Ask an administrator for a new one." in gone.text


def test_a_new_name_is_shown_at_once(desk: Desk) -> None:
    answer = desk.browser.post("/account", {"action": "name", "name": "  Ada   Another "})
    assert answer.headers["Location"] == "/account?done=name"
    page = desk.browser.get("/account?done=name").text
    assert "Your name is saved." in page
    assert "Ada Another" in page
    wrong = desk.browser.post("/account", {"action": "name", "name": " "})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text


def test_the_password_is_changed_with_the_old_one_only(desk: Desk, app: Flask) -> None:
    fields = {"action": "password", "current": "wrong", "password": NEW, "repeat": NEW}
    answer = desk.browser.post("/account", fields)
    assert answer.status_code == 422
    assert "The current password is not right." in answer.text
    assert desk.browser.post("/account", {**fields, "current": PASSWORD}).status_code == 303
    assert desk.browser.get("/account").status_code == 200
    assert Browser(app).sign_in(desk.account, PASSWORD).status_code == 403
    assert Browser(app).sign_in(desk.account, NEW).status_code == 303


def test_other_browsers_are_signed_out(desk: Desk, app: Flask) -> None:
    other = Browser(app)
    other.sign_in(desk.account, PASSWORD)
    assert "in 1 other browser" in words(desk.browser.get("/account").text)
    desk.browser.post("/account", {"action": "sessions"})
    assert "Only here." in desk.browser.get("/account").text
    assert other.get("/sketches").status_code == 302


def test_each_session_is_listed_and_can_be_ended_from_another(desk: Desk, app: Flask) -> None:
    second, third = Browser(app), Browser(app)
    for browser in (second, third):
        browser.sign_in(desk.account, PASSWORD)
    page = desk.browser.get("/account").text
    assert "in 2 other browsers" in words(page)
    assert words(page).count("last used") == 3
    ids = re.findall(r'name="session_id" value="([^"]+)"', page)
    assert len(ids) == 2
    answer = desk.browser.post("/account", {"action": "session", "session_id": ids[0]})
    assert "That session is ended." in desk.browser.get(answer.headers["Location"]).text
    assert sorted(browser.get("/sketches").status_code for browser in (second, third)) == [200, 302]
    for session_id in (ids[0], "", "x"):
        answer = desk.browser.post("/account", {"action": "session", "session_id": session_id})
        assert (answer.status_code, "already ended" in answer.text) == (422, True)


def test_nobody_ends_anothers_session(desk: Desk, app: Flask, person: Person) -> None:
    other, account = Browser(app), person("Somebody Else")
    other.sign_in(account, PASSWORD)
    (theirs,) = sessions.of_account(desk.db, account)
    answer = desk.browser.post("/account", {"action": "session", "session_id": str(theirs.id)})
    assert answer.status_code == 422
    assert other.get("/sketches").status_code == 200


def test_guesses_at_the_old_password_are_counted(desk: Desk, app: Flask) -> None:
    fields = {"action": "password", "current": "wrong", "password": NEW, "repeat": NEW}
    for _ in range(5):
        desk.browser.post("/account", fields)
    answer = desk.browser.post("/account", {**fields, "current": PASSWORD})
    assert answer.status_code == 422
    assert Browser(app).sign_in(desk.account, PASSWORD).status_code == 403


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_appearance_is_kept_on_the_device(desk: Desk, theme: str) -> None:
    desk.browser.post("/account", {"action": "theme", "theme": theme})
    assert f'<html lang="en" data-theme="{theme}">' in desk.browser.get("/about").text
    desk.browser.post("/account", {"action": "theme", "theme": ""})
    assert '<html lang="en">' in desk.browser.get("/about").text


def test_an_invented_appearance_is_not_written_into_pages(stranger: Browser) -> None:
    stranger.client.set_cookie("semblance_theme", '"><b>')
    assert '<html lang="en">' in stranger.get("/about").text


def test_signing_out_says_so(desk: Desk) -> None:
    answer = desk.browser.post("/sign-out")
    assert "You are signed out." in desk.browser.get(answer.headers["Location"]).text
    assert desk.browser.get("/sketches").status_code == 302
