"""Cookies, tokens and where a change may come from."""

import io

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.context import cookie_name
from app.settings import Settings
from models import SignInSession
from tests.app.web import Browser, sketches_in
from tests.people import PASSWORD, Person

JSON = {"Accept": "application/json"}


@pytest.fixture
def database_url(settings: Settings) -> str:
    """These tests look at the web, on SQLite; the records are tested on both databases elsewhere."""
    return settings.database_url


def test_the_session_cookie_is_out_of_reach_of_scripts(app: Flask, person: Person) -> None:
    answer = Browser(app).sign_in(person())
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("semblance="))
    for flag in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie


def test_signing_in_again_changes_the_token(app: Flask, db: Session, person: Person) -> None:
    account, browser = person(), Browser(app)

    def cookie() -> str:
        with app.test_request_context():
            name = cookie_name()
        found = browser.client.get_cookie(name)
        assert found is not None
        return found.value

    browser.sign_in(account)
    first = cookie()
    browser.sign_in(account)
    assert cookie() != first
    assert db.scalar(select(func.count()).select_from(SignInSession)) == 1
    stolen = Browser(app)
    stolen.client.set_cookie("semblance", first)
    assert stolen.get("/sketches").status_code == 302


def test_signing_out_forgets_what_the_browser_kept(signed_in: Browser) -> None:
    answer = signed_in.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert signed_in.client.get_cookie("semblance") is None


def test_a_password_change_signs_out_everywhere_else(app: Flask, person: Person) -> None:
    account = person()
    here, there = Browser(app), Browser(app)
    here.sign_in(account)
    there.sign_in(account)
    fields = {"action": "password", "current": PASSWORD, "password": "eleven grey paper moons"}
    answer = here.post("/account", {**fields, "repeat": fields["password"]})
    assert answer.status_code == 303
    assert here.get("/sketches").status_code == 200
    assert there.get("/sketches").status_code == 302


@pytest.mark.parametrize(
    "headers, fields",
    [
        ({}, {}),
        ({}, {"csrf_token": "guess"}),
        ({}, {"csrf_token": ""}),
        ({"X-CSRF-Token": "guess"}, {}),
        ({"X-CSRF-Token": "ünïcode"}, {}),
    ],
)
def test_a_change_without_the_right_token_is_refused(
    signed_in: Browser, db: Session, png: bytes, headers: dict[str, str], fields: dict[str, str]
) -> None:
    data = {"files": (io.BytesIO(png), "a.png"), **fields}
    answer = signed_in.client.post("/sketches/new", data=data, headers=headers)
    assert answer.status_code == 403
    assert sketches_in(db) == 0


@pytest.mark.parametrize(
    "header, value",
    [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://localhost:8001"),
    ],
)
def test_a_change_from_another_site_is_refused_even_with_the_token(
    signed_in: Browser, db: Session, png: bytes, header: str, value: str
) -> None:
    data = {"files": (io.BytesIO(png), "a.png"), "csrf_token": signed_in.token()}
    assert signed_in.client.post("/sketches/new", data=data, headers={header: value}).status_code == 403
    assert sketches_in(db) == 0


def test_the_token_may_come_in_a_header(signed_in: Browser, db: Session, png: bytes) -> None:
    headers = {
        "X-CSRF-Token": signed_in.token(),
        "Origin": "http://localhost",
        "Sec-Fetch-Site": "same-origin",
    }
    data = {"files": (io.BytesIO(png), "a.png")}
    assert signed_in.client.post("/sketches/new", data=data, headers=headers).status_code == 303
    assert sketches_in(db) == 1


def test_one_person_cannot_use_the_token_of_another(app: Flask, person: Person) -> None:
    first, second = Browser(app), Browser(app)
    first.sign_in(person())
    second.sign_in(person())
    fields = {"csrf_token": first.token(), "action": "name", "name": "Stolen"}
    assert second.post("/account", fields).status_code == 403


def test_signing_in_needs_the_token_of_the_visit(app: Flask, person: Person) -> None:
    account, visitor, other = person(), Browser(app), Browser(app)
    fields = {"email": account.email, "password": PASSWORD}
    assert visitor.client.post("/sign-in", data=fields).status_code == 403
    assert visitor.post("/sign-in", {**fields, "csrf_token": other.token()}).status_code == 403
    assert visitor.post("/sign-in", fields).status_code == 303
