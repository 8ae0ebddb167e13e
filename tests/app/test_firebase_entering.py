"""The first way in with Firebase: an operator's or administrator's link gives an account its user there."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.database import transaction
from app.identity import accounts, links, second_factor
from models import Account, Role, utc_now
from tests.app.firebase_people import PASSWORD, Agency
from tests.app.web import Browser, services

pytestmark = pytest.mark.firebase
EMAIL = "one@example.org"


def choose(agency: Agency, answer: TestResponse) -> None:
    """What the script on the next page does with the code that it was given."""
    assert answer.status_code == 303, answer.text
    address = urlsplit(answer.headers["Location"])
    assert address.path == "/firebase/action"
    code = parse_qs(address.query)["oobCode"][0]
    assert agency.emulator.ask("resetPassword", oobCode=code, newPassword=PASSWORD)["email"] == EMAIL


def test_the_first_administrator(agency: Agency) -> None:
    token, browser = links.issue_first_admin(agency.db), Browser(agency.app)
    page = browser.get(f"/first-account/{token}").text
    assert 'type="password"' not in page
    answer = browser.post(f"/first-account/{token}", {"name": "First", "email": " One@Example.org "})
    choose(agency, answer)
    assert agency.exchange(browser, agency.token()).status_code == 200
    account = accounts.by_email(agency.db, EMAIL)
    assert account is not None
    assert account.roles == set(Role)
    assert account.password_hash is None
    assert browser.get(f"/first-account/{token}").status_code == 410


def test_what_is_wrong_with_a_first_account_is_said(agency: Agency) -> None:
    token, browser = links.issue_first_admin(agency.db), Browser(agency.app)
    answer = browser.post(f"/first-account/{token}", {"name": "", "email": "x"})
    assert answer.status_code == 422
    assert "That is not an e-mail address" in answer.text
    assert agency.firebase.user_by_email("x@example.org") is None


@pytest.fixture
def link(agency: Agency) -> Callable[[], str]:
    account = agency.account()
    return lambda: f"/set-password/{links.issue_set_password(agency.db, account)}"


def reload(db: Session) -> Account:
    db.rollback()
    found = accounts.by_email(db, EMAIL)
    assert found is not None
    db.refresh(found)
    return found


def test_an_invitation_makes_the_user_and_works_once(agency: Agency, link: Callable[[], str]) -> None:
    address, browser = link(), Browser(agency.app)
    assert EMAIL in browser.get(address).text
    choose(agency, browser.post(address))
    assert agency.exchange(browser, agency.token()).status_code == 200
    user = agency.firebase.user_by_email(EMAIL)
    assert user is not None
    assert reload(agency.db).firebase_uid == user.uid
    assert browser.get(address).status_code == 410
    assert agency.emulator.codes(EMAIL) == [], "the code is used up"


def test_a_second_link_leads_the_same_user_back(agency: Agency, link: Callable[[], str]) -> None:
    choose(agency, Browser(agency.app).post(link()))
    first = reload(agency.db).firebase_uid
    choose(agency, Browser(agency.app).post(link()))
    assert reload(agency.db).firebase_uid == first


def test_a_verified_user_who_is_there_already_is_linked(agency: Agency, link: Callable[[], str]) -> None:
    uid = agency.user()
    choose(agency, Browser(agency.app).post(link()))
    assert reload(agency.db).firebase_uid == uid


def test_a_user_that_was_removed_is_made_again(agency: Agency, link: Callable[[], str]) -> None:
    choose(agency, Browser(agency.app).post(link()))
    first = reload(agency.db).firebase_uid
    assert first
    agency.delete_user(first)
    choose(agency, Browser(agency.app).post(link()))
    assert reload(agency.db).firebase_uid not in (None, first)


def test_a_user_whom_a_stranger_may_have_made_is_not_taken(agency: Agency, link: Callable[[], str]) -> None:
    agency.user(verified=False)
    address = link()
    answer = Browser(agency.app).post(address)
    assert answer.status_code == 409
    assert "that nobody verified" in answer.text
    assert reload(agency.db).firebase_uid is None
    assert Browser(agency.app).get(address).status_code == 200, "the link still works"


def test_a_disabled_user_is_not_let_in_by_a_link(agency: Agency, link: Callable[[], str]) -> None:
    agency.change_user(agency.user(), disabled=True)
    answer = Browser(agency.app).post(link())
    assert answer.status_code == 409
    assert "disabled at Firebase" in answer.text


def test_without_firebase_a_link_is_not_used_up(agency: Agency, link: Callable[[], str]) -> None:
    address, browser = link(), Browser(agency.app)
    agency.silence()
    assert browser.post(address).status_code == 503
    agency.emulator.resume()
    agency.rest()
    choose(agency, browser.post(address))


def test_a_second_factor_of_ours_is_asked_for_after_firebase(agency: Agency, link: Callable[[], str]) -> None:
    agency.user()
    browser, key = agency_signed_in(agency, link), services(agency.app).settings.secret_key
    browser.post("/account/second-factor", {"action": "begin"})
    secret = second_factor.unseal(key, reload(agency.db))
    assert secret in browser.get("/account/second-factor").text.replace(" ", "")
    browser.post("/account/second-factor", {"action": "finish", "code": pyotp.TOTP(secret).at(utc_now())})
    other = Browser(agency.app)
    answer = agency.exchange(other, agency.token(), next="/account")
    assert answer.json == {"location": "/sign-in/code"}
    assert other.get("/account").status_code == 302
    with transaction(agency.db):
        accounts.locked(agency.db, reload(agency.db).id).totp_last_step = 0
    done = other.post("/sign-in/code", {"code": pyotp.TOTP(secret).at(utc_now())})
    assert done.headers["Location"] == "/account"
    assert other.get("/account").status_code == 200


def test_confirming_asks_for_our_second_factor_too(agency: Agency, link: Callable[[], str]) -> None:
    agency.user()
    browser, key = agency_signed_in(agency, link), services(agency.app).settings.secret_key
    browser.post("/account/second-factor", {"action": "begin"})
    secret = second_factor.unseal(key, reload(agency.db))
    browser.post("/account/second-factor", {"action": "finish", "code": pyotp.TOTP(secret).at(utc_now())})
    page = browser.get("/confirm").text
    assert 'name="code"' in page
    assert 'name="id_token"' in page
    assert browser.post("/confirm", {"id_token": agency.token()}).status_code == 403
    with transaction(agency.db):
        accounts.locked(agency.db, reload(agency.db).id).totp_last_step = 0
    proof = {"id_token": agency.token(), "code": pyotp.TOTP(secret).at(utc_now())}
    assert browser.post("/confirm", proof).status_code == 303


def agency_signed_in(agency: Agency, link: Callable[[], str]) -> Browser:
    assert link()
    return agency.signed_in()
