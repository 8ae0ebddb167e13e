"""Proving again who one is, before something grave."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.database import transaction
from models import Role, SignInSession, utc_now
from tests.app.web import Browser, forget_confirmations
from tests.pages.desk import words
from tests.people import PASSWORD, Person

PAGE = "/admin/invitations/new"


@pytest.fixture
def admin(app: Flask, person: Person) -> Browser:
    browser = Browser(app)
    browser.sign_in(person("Head", Role.ADMIN), PASSWORD)
    return browser


def test_who_has_just_signed_in_is_not_asked_again(admin: Browser) -> None:
    assert admin.get(PAGE).status_code == 200


@pytest.mark.parametrize("ago, status", [(9, 200), (10, 302), (11, 302)])
def test_a_confirmation_holds_for_ten_minutes(admin: Browser, db: Session, ago: int, status: int) -> None:
    with transaction(db):
        db.execute(update(SignInSession).values(confirmed_at=utc_now() - dt.timedelta(minutes=ago)))
    assert admin.get(PAGE).status_code == status


def test_a_session_from_before_there_were_confirmations_is_asked(admin: Browser, db: Session) -> None:
    with transaction(db):
        db.execute(update(SignInSession).values(confirmed_at=None))
    assert admin.get(PAGE).status_code == 302


def test_a_page_is_reached_by_way_of_the_password(admin: Browser, app: Flask) -> None:
    forget_confirmations(app)
    sent = admin.get(PAGE + "?a=b").headers["Location"]
    assert sent == "/confirm?next=%2Fadmin%2Finvitations%2Fnew%3Fa%3Db"
    assert 'name="next" value="/admin/invitations/new?a=b"' in admin.get(sent).text
    wrong = admin.post("/confirm", {"next": PAGE, "password": "wrong"})
    assert wrong.status_code == 403
    assert "That did not prove it is you." in words(wrong.text)
    assert admin.get(PAGE).status_code == 302
    assert admin.post("/confirm", {"next": PAGE, "password": PASSWORD}).headers["Location"] == PAGE
    assert admin.get(PAGE).status_code == 200


def test_a_change_is_refused_with_the_way_there_and_back(admin: Browser, app: Flask, person: Person) -> None:
    account = person("Somebody")
    page = f"/admin/accounts/{account.id}"
    forget_confirmations(app)
    assert "Before you change this account" in admin.get(page).text
    answer = admin.post(f"{page}/suspend", Referer=f"http://localhost{page}")
    assert answer.status_code == 403
    assert "Nothing was changed." in answer.text
    assert f'href="/confirm?next={page.replace("/", "%2F")}"' in answer.text
    admin.post("/confirm", {"next": page, "password": PASSWORD})
    assert "Before you change this account" not in admin.get(page).text
    assert admin.post(f"{page}/suspend").status_code == 303


@pytest.mark.parametrize(
    "referrer", ["", "https://evil.example/a", "//evil.example/a", "http://localhost//evil.example"]
)
def test_the_way_back_never_leads_elsewhere(admin: Browser, app: Flask, person: Person, referrer: str) -> None:
    account = person("Somebody")
    forget_confirmations(app)
    answer = admin.post(f"/admin/accounts/{account.id}/suspend", Referer=referrer)
    assert 'href="/confirm?next=%2F"' in answer.text
    sent = admin.post("/confirm", {"next": "https://evil.example", "password": PASSWORD})
    assert sent.headers["Location"] == "/"


def test_five_wrong_tries_rest_the_account_here_too(admin: Browser, app: Flask, db: Session) -> None:
    forget_confirmations(app)
    for _ in range(5):
        admin.post("/confirm", {"password": "wrong"})
    assert admin.post("/confirm", {"password": PASSWORD}).status_code == 403
    assert admin.get(PAGE).status_code == 302


def test_a_confirmation_is_of_one_browser_alone(app: Flask, person: Person, db: Session) -> None:
    account = person("Head", Role.ADMIN)
    first, second = Browser(app), Browser(app)
    for browser in (first, second):
        browser.sign_in(account, PASSWORD)
    forget_confirmations(app)
    first.post("/confirm", {"password": PASSWORD})
    assert (first.get(PAGE).status_code, second.get(PAGE).status_code) == (200, 302)
    assert len(db.scalars(select(SignInSession)).all()) == 2
