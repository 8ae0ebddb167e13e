"""The second factor of local accounts, on both databases: set up, asked for, used once, given up."""

import dataclasses
import datetime as dt

import pyotp
import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app import create_app
from app.accounts import reset_link
from app.database import Database, transaction
from app.identity import accounts, links, second_factor, sessions
from app.identity.accounts import MAX_FAILURES
from app.settings import Settings
from models import Account, Role, SignInSession, utc_now
from tests.app.firebase_people import together
from tests.app.web import Browser, forget_confirmations, services
from tests.people import PASSWORD, Person

PAGE = "/account/second-factor"
CODE = "/sign-in/code"


@pytest.fixture
def settings(settings: Settings, database_url: str) -> Settings:
    return dataclasses.replace(settings, database_url=database_url)


def key_of(app: Flask, account: Account) -> str:
    return second_factor.unseal(services(app).settings.secret_key, account)


def reload(db: Session, account: Account) -> None:
    db.rollback()
    db.refresh(account)


def code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(utc_now() + dt.timedelta(seconds=30 * steps))


def forget_last(db: Session) -> None:
    """As if the codes of now had not been used."""
    with transaction(db):
        db.execute(update(Account).values(totp_last_step=0))


@pytest.fixture
def account(person: Person) -> Account:
    return person()


@pytest.fixture
def secret(app: Flask, db: Session, account: Account) -> str:
    """The key of an account that has its second factor set up, and has used no code."""
    key = services(app).settings.secret_key
    second_factor.begin(db, key, account)
    made = second_factor.unseal(key, account)
    second_factor.finish(db, key, account, code(made))
    forget_last(db)
    return made


def test_setting_it_up(app: Flask, db: Session, account: Account) -> None:
    browser = Browser(app)
    browser.sign_in(account)
    assert "Set up" in browser.get(PAGE).text
    assert browser.post(PAGE, {"action": "begin"}).status_code == 303
    page = browser.get(PAGE).text
    reload(db, account)
    made = key_of(app, account)
    assert " ".join(made[at : at + 4] for at in range(0, 32, 4)) in page
    assert "<svg" in page
    assert made not in (account.totp_secret or "")
    wrong = browser.post(PAGE, {"action": "finish", "code": "000000" if code(made) != "000000" else "111111"})
    assert wrong.status_code == 403
    assert "That code is not right" in wrong.text
    reload(db, account)
    assert account.totp_confirmed_at is None
    assert Browser(app).sign_in(account).headers["Location"] == "/", "not asked for before it is confirmed"
    assert browser.post(PAGE, {"action": "finish", "code": code(made)}).headers["Location"].endswith("done=finish")
    done = browser.get(PAGE).text
    assert "It is set up" in done
    assert made[:4] not in done.partition("<main")[2]
    assert browser.post(PAGE, {"action": "begin"}).status_code == 409


def test_the_code_is_asked_for_after_the_password(app: Flask, account: Account, secret: str) -> None:
    browser = Browser(app)
    fields = {"email": account.email, "password": PASSWORD, "next": "/sketches?q=harbour"}
    assert browser.post("/sign-in", fields).headers["Location"] == CODE
    assert browser.client.get_cookie("semblance") is None
    assert browser.get("/sketches").status_code == 302
    assert "Six digits" in browser.get(CODE).text
    answer = browser.post(CODE, {"code": f"{code(secret)[:3]} {code(secret)[3:]}"})
    assert answer.headers["Location"] == "/sketches?q=harbour"
    assert browser.get("/sketches").status_code == 200
    assert browser.client.get_cookie("semblance_pending", path="/sign-in") is None


@pytest.mark.parametrize("steps, right", [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_wrong(
    app: Flask, account: Account, secret: str, monkeypatch: pytest.MonkeyPatch, steps: int, right: bool
) -> None:
    middle = dt.datetime.fromtimestamp(int(utc_now().timestamp()) // 30 * 30 + 15, dt.UTC)
    monkeypatch.setattr(second_factor, "utc_now", lambda: middle)
    browser = Browser(app)
    browser.sign_in(account)
    typed = pyotp.TOTP(secret).at(middle + dt.timedelta(seconds=30 * steps))
    assert browser.post(CODE, {"code": typed}).status_code == (303 if right else 403)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "٣٣٣٣٣٣", "-12345"])
def test_what_is_no_code_is_refused(app: Flask, account: Account, secret: str, typed: str) -> None:
    browser = Browser(app)
    browser.sign_in(account)
    answer = browser.post(CODE, {"code": typed})
    assert answer.status_code == 403
    assert "That code is not right" in answer.text


def test_a_code_works_once_and_so_does_none_before_it(app: Flask, account: Account, secret: str) -> None:
    first, second = Browser(app), Browser(app)
    first.sign_in(account)
    second.sign_in(account)
    used = code(secret)
    assert first.post(CODE, {"code": used}).status_code == 303
    assert second.post(CODE, {"code": used}).status_code == 403
    assert second.post(CODE, {"code": code(secret, -1)}).status_code == 403


def test_of_many_uses_of_one_code_at_once_one_wins(app: Flask, account: Account, secret: str) -> None:
    key, used = services(app).settings.secret_key, code(secret)
    database: Database = services(app).database

    def use() -> str:
        with database.session() as db:
            second_factor.check(db, key, db.get_one(Account, account.id), used)
        return "in"

    found = together(4, use)
    assert found.count("in") == 1
    assert sum(isinstance(one, second_factor.CodeRefused) for one in found) == 3


def test_wrong_codes_bring_the_account_to_rest(app: Flask, db: Session, account: Account, secret: str) -> None:
    browser = Browser(app)
    for _ in range(MAX_FAILURES):
        # A right password in between forgets none of them.
        assert browser.sign_in(account).headers["Location"] == CODE
        assert browser.post(CODE, {"code": "abc"}).status_code == 403
    reload(db, account)
    assert account.locked_until is not None
    assert browser.post(CODE, {"code": code(secret)}).status_code == 403
    assert browser.sign_in(account).status_code == 403


def test_a_right_code_forgets_the_wrong_ones(app: Flask, db: Session, account: Account, secret: str) -> None:
    browser = Browser(app)
    browser.sign_in(account)
    browser.post(CODE, {"code": "abc"})
    reload(db, account)
    assert account.failed_attempts == 1
    assert browser.post(CODE, {"code": code(secret)}).status_code == 303
    reload(db, account)
    assert account.failed_attempts == 0


def test_what_stands_between_the_two_is_no_session(app: Flask, db: Session, account: Account, secret: str) -> None:
    browser = Browser(app)
    browser.sign_in(account)
    pending = browser.client.get_cookie("semblance_pending", path="/sign-in")
    assert pending is not None
    assert pending.http_only
    for value in (pending.value, pending.value[:-2] + "xx", ""):
        other = Browser(app)
        other.client.set_cookie("semblance", value)
        assert other.get("/sketches").status_code == 302
    forged = Browser(app)
    forged.client.set_cookie("semblance_pending", pending.value[:-2] + "xx", path="/sign-in")
    assert forged.get(CODE).headers["Location"] == "/sign-in"
    assert forged.post(CODE, {"code": code(secret)}).status_code == 401
    assert db.query(SignInSession).count() == 0


@pytest.mark.parametrize("column", ["password_changed_at", "suspended_at", "totp_confirmed_at"])
def test_what_changes_meanwhile_ends_it(app: Flask, db: Session, account: Account, secret: str, column: str) -> None:
    browser = Browser(app)
    browser.sign_in(account)
    with transaction(db):
        db.execute(update(Account).values({column: utc_now()}))
    assert browser.post(CODE, {"code": code(secret)}).status_code == 401
    assert db.query(SignInSession).count() == 0


def test_it_is_given_up_with_the_password_and_a_code(app: Flask, db: Session, account: Account, secret: str) -> None:
    browser = Browser(app)
    browser.sign_in(account)
    browser.post(CODE, {"code": code(secret)})
    forget_last(db)
    right = {"action": "remove", "password": PASSWORD, "code": code(secret)}
    for wrong in ({"password": "wrong"}, {"code": "abc"}, {"password": ""}):
        answer = browser.post(PAGE, {**right, **wrong})
        assert answer.status_code == 422
        assert "The password or the code is not right." in answer.text
    assert browser.post(PAGE, right).headers["Location"].endswith("done=remove")
    reload(db, account)
    assert account.totp_secret is None
    assert Browser(app).sign_in(account).headers["Location"] == "/"


def test_a_link_for_a_new_password_alone_does_not_lead_past_it(
    app: Flask, db: Session, account: Account, secret: str
) -> None:
    token, new, browser = links.issue_set_password(db, account), "eleven grey paper moons", Browser(app)
    answer = browser.post(f"/set-password/{token}", {"password": new, "repeat": new})
    assert answer.headers["Location"] == CODE
    assert browser.get("/account").status_code == 302
    assert browser.post(CODE, {"code": code(secret)}).status_code == 303
    assert browser.get("/account").status_code == 200


def test_an_administrators_link_is_the_way_back(app: Flask, db: Session, account: Account, secret: str) -> None:
    settings = services(app).settings
    address = reset_link(services(app).database, settings, account.email, clear_second_factor=True)
    new, browser = "eleven grey paper moons", Browser(app)
    answer = browser.post(address.removeprefix(settings.address), {"password": new, "repeat": new})
    assert answer.headers["Location"] == "/"
    reload(db, account)
    assert account.totp_confirmed_at is None
    assert account.totp_secret is None


def test_setting_it_up_wants_a_confirmation(app: Flask, account: Account) -> None:
    browser = Browser(app)
    browser.sign_in(account)
    forget_confirmations(app)
    answer = browser.post(PAGE, {"action": "begin"})
    assert answer.status_code == 403
    assert "/confirm?next=/account/second-factor" in answer.text
    browser.post("/confirm", {"password": PASSWORD})
    assert browser.post(PAGE, {"action": "begin"}).status_code == 303


def test_confirming_asks_for_the_code_as_signing_in_does(
    app: Flask, db: Session, account: Account, secret: str
) -> None:
    browser = Browser(app)
    browser.sign_in(account)
    browser.post(CODE, {"code": code(secret)})
    assert 'name="code"' in browser.get("/confirm").text
    forget_confirmations(app)
    forget_last(db)
    for wrong in ({"password": PASSWORD}, {"password": PASSWORD, "code": "abc"}, {"code": code(secret)}):
        answer = browser.post("/confirm", wrong)
        assert answer.status_code == 403
        assert "That did not prove it is you." in answer.text
        assert not confirmed(db)
    reload(db, account)
    assert account.failed_attempts == 3
    used = {"password": PASSWORD, "code": code(secret)}
    assert browser.post("/confirm", used).status_code == 303
    assert confirmed(db)
    forget_confirmations(app)
    again = browser.post("/confirm", used)
    assert again.status_code == 403, "a code works once"


def test_a_code_that_cannot_be_checked_confirms_nobody(app: Flask, db: Session, account: Account, secret: str) -> None:
    browser = Browser(app)
    browser.sign_in(account)
    browser.post(CODE, {"code": code(secret)})
    forget_confirmations(app)
    with transaction(db):
        accounts.locked(db, account.id).totp_secret = "of another key"
    answer = browser.post("/confirm", {"password": PASSWORD, "code": code(secret)})
    assert answer.status_code == 409
    assert "secret key was changed" in answer.text
    assert not confirmed(db)


def test_a_new_password_confirms_nobody_who_has_a_second_factor(
    app: Flask, db: Session, account: Account, secret: str
) -> None:
    browser = Browser(app)
    browser.sign_in(account)
    browser.post(CODE, {"code": code(secret)})
    new = "eleven grey paper moons"
    answer = browser.post("/account", {"action": "password", "current": PASSWORD, "password": new, "repeat": new})
    assert answer.status_code == 303
    assert browser.get("/account").status_code == 200
    assert not confirmed(db), "it was changed with the old one alone"


def confirmed(db: Session) -> bool:
    db.rollback()
    return sessions.is_confirmed(db, db.query(SignInSession).one())


def test_another_secret_key_is_said_and_is_no_error_of_ours(
    app: Flask, settings: Settings, account: Account, secret: str
) -> None:
    changed = create_app(dataclasses.replace(settings, secret_key="f0e1d2c3b4a59687" * 4))
    browser = Browser(changed)
    assert browser.sign_in(account).headers["Location"] == CODE
    answer = browser.post(CODE, {"code": code(secret)})
    assert answer.status_code == 409
    assert "secret key was changed" in answer.text
    assert "that removes the second factor too" in answer.text


def test_a_secret_of_one_account_is_none_of_another(
    app: Flask, db: Session, account: Account, secret: str, person: Person
) -> None:
    other = person()
    with transaction(db):
        accounts.locked(db, other.id).totp_secret = account.totp_secret
    with pytest.raises(second_factor.SecretUnreadable):
        key_of(app, other)


@pytest.mark.parametrize(
    "wanted, role, missing",
    [
        ("no", Role.ADMIN, False),
        ("admins", Role.INVESTIGATOR, False),
        ("admins", Role.ADMIN, True),
        ("all", Role.INVESTIGATOR, True),
    ],
)
def test_who_must_have_one_is_led_to_it(
    database: Database, settings: Settings, person: Person, wanted: str, role: Role, missing: bool
) -> None:
    app = create_app(dataclasses.replace(settings, second_factor=wanted))
    browser = Browser(app)
    account = person(role)
    browser.sign_in(account)
    answer = browser.get("/account")
    assert answer.status_code == (302 if missing else 200)
    if not missing:
        return
    assert answer.headers["Location"] == PAGE
    assert "Needed for your account" in browser.get(PAGE).text
    token = browser.client.get(PAGE).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    refused = browser.client.post("/account", data={"csrf_token": token, "action": "name", "name": "X"})
    assert refused.status_code == 403
    browser.client.post(PAGE, data={"csrf_token": token, "action": "begin"})
    with services(app).database.session() as db:
        made = key_of(app, db.get_one(Account, account.id))
    browser.client.post(PAGE, data={"csrf_token": token, "action": "finish", "code": code(made)})
    assert browser.get("/account").status_code == 200


def test_changing_the_password_keeps_the_second_factor(app: Flask, db: Session, account: Account, secret: str) -> None:
    browser = Browser(app)
    browser.sign_in(account)
    browser.post(CODE, {"code": code(secret)})
    new = "eleven grey paper moons"
    browser.post("/account", {"action": "password", "current": PASSWORD, "password": new, "repeat": new})
    assert Browser(app).sign_in(account, new).headers["Location"] == CODE
