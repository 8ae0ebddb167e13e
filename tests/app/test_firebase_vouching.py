"""Disabled, revoked or unreachable at Firebase, while somebody is signed in."""

import time

import pytest

from app.identity.firebase.client import User
from app.storage import breaker
from models import SignInSession
from tests.app.firebase_people import LATE, Agency, together
from tests.app.web import Browser
from tests.servers import free_port, wait_until

pytestmark = pytest.mark.firebase
NAME = {"action": "name", "name": "Another"}


@pytest.fixture
def signed(agency: Agency) -> tuple[Browser, str]:
    agency.account()
    uid = agency.user()
    return agency.signed_in(), uid


@pytest.fixture(params=["disabled", "removed", "revoked"])
def ended(request: pytest.FixtureRequest, agency: Agency, signed: tuple[Browser, str]) -> Browser:
    """A browser whose user at Firebase has just been stopped; it was vouched for a moment ago."""
    browser, uid = signed
    agency.next_second()
    assert browser.get("/account").status_code == 200
    token = browser.token()
    if request.param == "disabled":
        agency.change_user(uid, disabled=True)
    elif request.param == "removed":
        agency.delete_user(uid)
    else:
        agency.revoke(uid)
    browser.client.environ_base["HTTP_X_CSRF_TOKEN"] = token
    return browser


def test_the_next_write_is_refused(agency: Agency, ended: Browser) -> None:
    answer = ended.client.post("/account", data=NAME)
    assert answer.status_code == 401
    assert agency.db.query(SignInSession).count() == 0
    assert ended.get("/account").status_code == 302


def test_reads_go_on_for_a_minute_and_no_longer(agency: Agency, ended: Browser) -> None:
    agency.age_vouching(50)
    assert ended.get("/account").status_code == 200
    agency.age_vouching(61)
    assert ended.get("/account").headers["Location"] == "/sign-in?next=/account"
    assert agency.db.query(SignInSession).count() == 0


def test_an_enabled_user_goes_on_and_is_asked_for_once_a_minute(
    agency: Agency,
    signed: tuple[Browser, str],
) -> None:
    browser, _ = signed
    agency.age_vouching(61)
    assert browser.get("/account").status_code == 200
    agency.db.rollback()
    vouched = agency.db.query(SignInSession).one().vouched_at
    assert browser.get("/account").status_code == 200
    agency.db.rollback()
    assert agency.db.query(SignInSession).one().vouched_at == vouched


def test_a_page_of_many_pictures_asks_once(
    agency: Agency, signed: tuple[Browser, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, _ = signed
    agency.age_vouching(61)
    asked: list[str] = []
    ask = agency.firebase.user

    def noted(uid: str) -> User | None:
        asked.append(uid)
        return ask(uid)

    monkeypatch.setattr(agency.firebase, "user", noted)
    cookie = browser.client.get_cookie("semblance")
    assert cookie is not None

    def read() -> int:
        client = agency.app.test_client()
        client.set_cookie("semblance", cookie.value)
        return client.get("/account").status_code

    assert together(6, read) == [200] * 6
    assert len(asked) == 1


@pytest.fixture(params=["silent", "gone"])
def unreachable(request: pytest.FixtureRequest, agency: Agency, signed: tuple[Browser, str]) -> Browser:
    """A browser that was vouched for a moment ago, and a Firebase that answers no more."""
    browser, _ = signed
    assert browser.get("/account").status_code == 200
    browser.client.environ_base["HTTP_X_CSRF_TOKEN"] = browser.token()
    if request.param == "silent":
        agency.silence()
    else:
        agency.move(f"127.0.0.1:{free_port()}")
    return browser


def test_without_firebase_reads_have_their_minute_and_writes_a_clear_page(
    agency: Agency, unreachable: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "REST", 3600.0)
    assert unreachable.get("/account").status_code == 200
    began = time.monotonic()
    answer = unreachable.client.post("/account", data=NAME)
    assert answer.status_code == 503
    assert "Firebase, which says who may work here, does not answer" in answer.text
    assert "Nothing was changed" in answer.text
    assert time.monotonic() - began < LATE
    monkeypatch.setattr(agency.firebase, "_pool", None)  # not asked at all: not everybody waits to find out
    assert unreachable.client.post("/account", data=NAME).status_code == 503
    agency.age_vouching(61)
    assert unreachable.get("/account").status_code == 503
    assert agency.db.query(SignInSession).count() == 1, "nobody is signed out by a silence"


def test_leaving_needs_nobodys_word(agency: Agency, unreachable: Browser) -> None:
    assert unreachable.client.post("/sign-out").status_code == 303
    assert agency.db.query(SignInSession).count() == 0


def test_all_goes_on_when_it_is_back(agency: Agency, signed: tuple[Browser, str]) -> None:
    browser, _ = signed
    agency.silence()
    assert browser.post("/account", NAME).status_code == 503
    agency.emulator.resume()
    wait_until(lambda: browser.post("/account", NAME).status_code == 303, 60, "the first write after it")


def test_signing_in_without_firebase_is_refused_in_words(agency: Agency) -> None:
    agency.account()
    agency.user()
    token, browser = agency.token(), Browser(agency.app)
    agency.silence()
    answer = agency.exchange(browser, token)
    assert answer.status_code == 503
    agency.emulator.resume()
    agency.rest()
    assert agency.exchange(browser, token).status_code == 200, "the token was not used up"
