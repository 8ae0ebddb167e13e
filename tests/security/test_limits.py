"""How often somebody may ask, and that nobody is kept out by somebody else's tries."""

import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from limits import parse
from sqlalchemy import update
from sqlalchemy.orm import Session

from app import create_app, limits
from app.database import transaction
from app.identity import devices, second_factor
from app.limits import Limit
from models import Account
from tests.app.web import Browser, services
from tests.people import PASSWORD, add_person
from tests.security.conftest import settings_for
from tests.security.world import World


@pytest.fixture
def db(app: Flask) -> Iterator[Session]:
    with services(app).database.session() as session:
        yield session


@pytest.fixture
def account(db: Session) -> Account:
    return add_person(db, "person1@example.org", "Person 1")


def guess(browser: Browser, email: str, password: str = "wrong wrong wrong") -> int:
    return browser.post("/sign-in", {"email": email, "password": password}).status_code


def from_address(app: Flask, address: str) -> Browser:
    browser = Browser(app)
    browser.client.environ_base["REMOTE_ADDR"] = address
    return browser


@pytest.mark.usefixtures("windows_stand")
def test_guessing_one_name_is_stopped_from_wherever_it_comes(app: Flask, account: Account) -> None:
    answers = [guess(from_address(app, f"192.0.2.{number}"), account.email) for number in range(1, 25)]
    assert answers == [403] * 20 + [429] * 4


@pytest.mark.usefixtures("windows_stand")
def test_a_spray_over_many_names_is_stopped_by_its_address(app: Flask) -> None:
    spray = from_address(app, "192.0.2.1")
    answers = [guess(spray, f"person{number}@example.org") for number in range(64)]
    assert answers == [403] * 60 + [429] * 4
    assert guess(from_address(app, "192.0.2.2"), "person1@example.org") == 403


@pytest.mark.usefixtures("windows_stand")
def test_names_without_an_account_are_limited_alike(app: Flask, account: Account) -> None:
    """Or the limit would tell which accounts exist."""
    for email in (account.email, "nobody@example.org"):
        spray = [guess(from_address(app, f"198.51.100.{number}"), email) for number in range(1, 23)]
        assert spray == [403] * 20 + [429] * 2


def test_a_stranger_cannot_keep_a_person_out_of_a_browser_they_have_used(app: Flask, account: Account) -> None:
    own = from_address(app, "203.0.113.5")
    assert guess(own, account.email, PASSWORD) == 303
    own.post("/sign-out")
    for number in range(1, 40):
        guess(from_address(app, f"192.0.2.{number}"), account.email)
    assert guess(from_address(app, "203.0.113.6"), account.email, PASSWORD) == 429
    assert guess(own, account.email, PASSWORD) == 303


def test_the_mark_of_a_browser_helps_with_no_other_account(app: Flask, db: Session, account: Account) -> None:
    victim = add_person(db, "victim@example.org", "Person 2")
    own = Browser(app)
    assert guess(own, account.email, PASSWORD) == 303
    own.post("/sign-out")
    for _ in range(6):
        guess(own, victim.email)
    assert guess(own, victim.email, PASSWORD) == 403  # its rest after five wrong tries holds here too


@pytest.mark.parametrize("mark", ["", "x", "00.11.22", "é" * 40, "{id}.0000000000000000." + "0" * 64])
def test_a_made_up_mark_of_a_browser_is_worth_nothing(app: Flask, account: Account, mark: str) -> None:
    for number in range(1, 6):
        guess(from_address(app, f"192.0.2.{number}"), account.email)
    browser = Browser(app)
    browser.client.set_cookie("semblance_device", mark.format(id=account.id.hex))
    assert guess(browser, account.email, PASSWORD) == 403


def test_right_passwords_are_not_counted(app: Flask, account: Account) -> None:
    browser = Browser(app)
    assert [guess(browser, account.email, PASSWORD) for _ in range(70)] == [303] * 70


@pytest.mark.usefixtures("windows_stand")
def test_wrong_current_passwords_cannot_be_tried_for_ever(app: Flask, account: Account) -> None:
    """A session left open must not be a way to the password."""
    browser = Browser(app)
    browser.sign_in(account)
    fields = {"action": "password", "current": "wrong", "password": "eleven grey paper moons"}
    fields["repeat"] = fields["password"]
    assert [browser.post("/account", fields).status_code for _ in range(12)] == [422] * 10 + [429] * 2


@pytest.mark.usefixtures("windows_stand")
def test_one_time_links_cannot_be_tried_for_ever(app: Flask) -> None:
    browser = Browser(app)
    kinds = ("/first-account/", "/set-password/")
    answers = [browser.get(f"{kinds[number % 2]}guess-{number}").status_code for number in range(33)]
    assert answers == [410] * 30 + [429] * 3


@pytest.mark.usefixtures("windows_stand")
def test_a_refusal_says_when_to_come_back(app: Flask) -> None:
    browser = Browser(app)
    for number in range(30):
        browser.get(f"/set-password/{number}")
    page = browser.get("/set-password/x", Accept="text/html")
    seconds = int(page.headers["Retry-After"])
    assert 1 <= seconds <= 900
    assert "Too many tries" in page.text
    assert re.search(r"Wait \d+ (seconds|minutes), then try again", page.text)
    assert page.headers["RateLimit-Policy"] == '"links";q=30;w=900'
    assert page.headers["RateLimit"] == f'"links";r=0;t={seconds}'
    told = browser.get("/set-password/x", Accept="application/json")
    assert told.mimetype == "application/problem+json"
    assert json.loads(told.text)["status"] == 429


def test_the_room_comes_back(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    short = Limit("address", "3/second", limits.network)
    monkeypatch.setattr(limits, "EVERYTHING", (short,))
    browser = Browser(app)
    assert any(browser.get("/about").status_code == 429 for _ in range(200))  # four within one second come soon
    deadline = time.monotonic() + 5
    while browser.get("/about").status_code == 429:
        assert time.monotonic() < deadline
        threading.Event().wait(0.1)


def test_signed_in_people_behind_one_address_do_not_share_its_limit(app: Flask, db: Session) -> None:
    """Eight clients of one agency, each asking as often as a stranger's address may altogether."""
    browsers = []
    for number in range(8):
        browser = from_address(app, "192.0.2.1")
        assert browser.sign_in(add_person(db, f"agent{number}@example.org", "Agent")).status_code == 303
        browsers.append(browser)
    assert {browser.get("/account").status_code for _ in range(90) for browser in browsers} == {200}


@pytest.fixture
def a_day_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds for a minute holds for a day: however slow the machine is, all that is sent is within it."""
    days = (replace(limit, rate=limit.rate.replace("minute", "day")) for limit in limits.EVERYTHING)
    monkeypatch.setattr(limits, "EVERYTHING", tuple(days))


@pytest.mark.usefixtures("a_day_long")
def test_strangers_are_limited_by_address(app: Flask) -> None:
    stranger = from_address(app, "192.0.2.1")
    assert {stranger.get("/sketches").status_code for _ in range(600)} == {302}
    assert stranger.get("/sketches").status_code == 429
    assert stranger.get("/nothing-here").status_code == 429
    assert stranger.get("/livez").status_code == 200
    assert from_address(app, "192.0.2.2").get("/sketches").status_code == 302


@pytest.mark.usefixtures("a_day_long")
def test_a_made_up_cookie_does_not_make_a_stranger_an_account(app: Flask) -> None:
    stranger = from_address(app, "192.0.2.1")
    answers = []
    for number in range(601):
        stranger.client.set_cookie("semblance", f"made-up-{number}")
        answers.append(stranger.get("/about").status_code)
    assert answers[-1] == 429


@pytest.mark.parametrize(
    "address, counted",
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("no address", "unknown"),
    ],
)
def test_whose_address_counts(app: Flask, address: str, counted: str) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert limits.network() == counted


@pytest.mark.usefixtures("a_day_long")
def test_headers_cannot_change_the_address(app: Flask) -> None:
    stranger = from_address(app, "192.0.2.1")
    for number in range(601):
        answer = stranger.get("/about", **{"X-Forwarded-For": f"198.51.100.{number % 250}", "X-Real-IP": "10.0.0.1"})
    assert answer.status_code == 429


def test_every_limit_of_its_own_is_of_an_endpoint_that_is_there(app: Flask) -> None:
    known = {f"{method} {rule.endpoint}" for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    assert set(limits.STRICT) - known == set()


def test_whatever_takes_a_password_or_a_token_has_a_limit_of_its_own(world: World) -> None:
    """Also an endpoint that is yet to be written: its address or its page gives it away."""
    bare = []
    for method, rule in [*world.rules(safe=True), *world.rules(safe=False)]:
        key = f"{method} {rule.endpoint}"
        if "token" in rule.arguments and key not in limits.STRICT:
            bare.append(key)
        if method == "GET" and rule.endpoint.startswith(("identity.", "admin.")):
            takes = b'type="password"' in world.owner.get(world.path(rule)).data  # one of them is a picture
            posts = "POST" in (rule.methods or set())
            if takes and posts and f"POST {rule.endpoint}" not in limits.STRICT:
                bare.append(f"POST {rule.endpoint}")
    assert bare == []


def test_an_investigator_at_work_is_never_limited() -> None:
    """Ten pages of 24 thumbnails, five tabs that poll each second, three sketches a second, all in one minute."""
    asked = 10 * (24 + 2) + 5 * 60 + 3 * 60
    everything = {limit.name: parse(limit.rate).amount for limit in limits.EVERYTHING}
    assert everything["account"] >= 3 * asked
    assert parse(limits.ADDING[0].rate).amount >= 200


def test_limits_can_be_switched_off(tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path / "var", SEMBLANCE_RATE_LIMITS="off"))
    browser = Browser(app)
    assert {browser.get("/about").status_code for _ in range(700)} == {200}


def test_another_site_cannot_use_up_a_persons_tries(app: Flask, account: Account) -> None:
    browser = Browser(app)
    browser.sign_in(account)
    forged = {"Origin": "https://evil.example.com"}
    for _ in range(15):
        assert browser.post("/account", {"action": "password"}, **forged).status_code == 403
    assert browser.post("/account", {"action": "name", "name": "Still here"}).status_code == 303


def with_second_factor(app: Flask, db: Session, account: Account) -> str:
    """The account gets one; its secret."""
    key = services(app).settings.secret_key
    second_factor.begin(db, key, account)
    db.refresh(account)
    secret = second_factor.unseal(key, account)
    second_factor.finish(db, key, account, pyotp.TOTP(secret).now())
    forget_codes(db)
    return secret


def forget_codes(db: Session) -> None:
    """As if the code of now had not been used."""
    with transaction(db):
        db.execute(update(Account).values(totp_last_step=0))


@pytest.mark.usefixtures("windows_stand")
def test_codes_cannot_be_guessed_by_showing_the_password_again(app: Flask, db: Session, account: Account) -> None:
    with_second_factor(app, db, account)
    answers = []
    for number in range(14):
        browser = from_address(app, f"192.0.2.{number}")
        browser.client.set_cookie("semblance_device", mark_of(app, account))
        assert guess(browser, account.email, PASSWORD) == 303
        answers.append(browser.post("/sign-in/code", {"code": "000000"}).status_code)
    assert set(answers[:10]) <= {403, 422}
    assert answers[10:] == [429] * 4


def mark_of(app: Flask, account: Account) -> str:
    return devices.new_mark(services(app).settings.secret_key, account.id)


def test_a_stranger_cannot_keep_a_person_with_a_second_factor_out_either(
    app: Flask, db: Session, account: Account
) -> None:
    secret = with_second_factor(app, db, account)
    for number in range(1, 8):
        guess(from_address(app, f"192.0.2.{number}"), account.email)
    for known, status in ((False, 403), (True, 303)):
        browser = from_address(app, "203.0.113.5")
        if known:
            browser.client.set_cookie("semblance_device", mark_of(app, account))
        assert guess(browser, account.email, PASSWORD) == status
    assert browser.post("/sign-in/code", {"code": pyotp.TOTP(secret).now()}).status_code == 303
    assert browser.get("/account").status_code == 200
