"""Bearer tokens for the JSON API alone, and what Firebase is told about roles and units."""

import dataclasses
import datetime as dt
import time
from typing import Any

import pyotp
import pytest

from app import create_app, gate
from app.database import Database, transaction
from app.identity import access_tokens, accounts, second_factor
from app.identity.firebase import claims
from app.identity.firebase.claims import Mirror, claims_of, mirror_due
from app.identity.firebase.client import FirebaseUnreachable
from models import AccessToken, Account, Role, Scope, Unit, utc_now
from tests.app.firebase_people import Agency
from tests.app.web import Browser, services
from tests.servers import wait_until

pytestmark = pytest.mark.firebase
ME = "/api/v1/me"


@pytest.fixture
def linked(agency: Agency) -> Account:
    """An account that has been signed in before."""
    account = agency.account()
    agency.user()
    agency.signed_in()
    agency.db.rollback()
    agency.db.refresh(account)
    return account


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_token_authenticates_at_the_api_without_cookies(agency: Agency, linked: Account) -> None:
    with transaction(agency.db):
        account = accounts.locked(agency.db, linked.id)
        account.units = [Unit(name="North")]
    answer = Browser(agency.app).get(ME, **bearer(agency.token()))
    assert answer.status_code == 200
    unit = account.units[0]
    assert answer.json == {
        "id": str(linked.id),
        "roles": ["investigator"],
        "units": [{"id": str(unit.id), "name": "North"}],
    }
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/account", "/sketches", "/admin/accounts", "/assets/../account"])
def test_a_token_is_ignored_elsewhere(agency: Agency, linked: Account, path: str) -> None:
    token = agency.token()
    assert Browser(agency.app).get(path, **bearer(token)).status_code in (302, 404)
    answer = Browser(agency.app).client.post("/account", data={"action": "name", "name": "X"}, headers=bearer(token))
    assert answer.status_code in (401, 403)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "bearer a.b.c"])
def test_what_is_no_token_is_nobody(agency: Agency, linked: Account, header: str) -> None:
    assert Browser(agency.app).get(ME, Authorization=header).status_code == 401


def test_a_bad_token_is_not_saved_by_a_cookie(agency: Agency, linked: Account) -> None:
    browser = agency.signed_in()
    assert browser.get(ME).status_code == 200
    assert browser.get(ME, **bearer("x")).status_code == 401


def test_a_cookie_alone_changes_nothing_at_the_api(agency: Agency, linked: Account) -> None:
    """There is no endpoint of the API that changes something yet, so one is added."""
    agency.app._got_first_request = False
    agency.app.add_url_rule("/api/v1/try", "try", gate.signed_in(lambda: {"done": True}), methods=["POST"])
    browser = agency.signed_in()
    assert browser.client.post("/api/v1/try").status_code == 403
    assert browser.client.post("/api/v1/try", headers=bearer("x")).status_code == 401
    assert Browser(agency.app).client.post("/api/v1/try", headers=bearer(agency.token())).json == {"done": True}


@pytest.mark.parametrize("what", ["disabled", "revoked", "suspended", "unlinked"])
def test_a_token_is_checked_every_time(agency: Agency, linked: Account, what: str) -> None:
    token, browser = agency.token(), Browser(agency.app)
    assert browser.get(ME, **bearer(token)).status_code == 200
    uid = linked.firebase_uid
    assert uid
    agency.next_second()
    if what == "disabled":
        agency.change_user(uid, disabled=True)
    elif what == "revoked":
        agency.revoke(uid)
    with transaction(agency.db):
        account = accounts.locked(agency.db, linked.id)
        account.suspended_at = utc_now() if what == "suspended" else None
        account.firebase_uid = None if what == "unlinked" else uid
    assert browser.get(ME, **bearer(token)).status_code == 401


@pytest.mark.parametrize("what", ["disabled", "revoked"])
def test_firebase_vouches_for_who_made_an_access_token(agency: Agency, linked: Account, what: str) -> None:
    """It works for months: whoever is shut out at Firebase must not go on by it here."""
    made = access_tokens.issue(agency.db, linked, "Importer", [Scope.SKETCHES_READ], 30)
    browser, uid = Browser(agency.app), linked.firebase_uid
    assert uid
    assert browser.get(ME, **bearer(made.token)).status_code == 200
    agency.next_second()
    if what == "disabled":
        agency.change_user(uid, disabled=True)
    else:
        agency.revoke(uid)
    with transaction(agency.db):  # what it said a minute ago is not relied on
        agency.db.get_one(AccessToken, made.row.id).vouched_at = utc_now() - dt.timedelta(seconds=61)
    assert browser.get(ME, **bearer(made.token)).status_code == 401
    agency.db.rollback()
    agency.db.refresh(made.row)
    assert made.row.revoked_at is not None


def test_a_token_shows_no_second_factor_of_ours(agency: Agency, linked: Account) -> None:
    key = services(agency.app).settings.secret_key
    second_factor.begin(agency.db, key, linked)
    code = pyotp.TOTP(second_factor.unseal(key, linked)).at(utc_now())
    second_factor.finish(agency.db, key, linked, code)
    assert Browser(agency.app).get(ME, **bearer(agency.token())).status_code == 401


def test_who_must_have_a_second_factor_cannot_do_without_by_a_token(agency: Agency, linked: Account) -> None:
    settings = dataclasses.replace(services(agency.app).settings, second_factor="all")
    answer = Browser(create_app(settings)).get(ME, **bearer(agency.token()))
    assert answer.status_code == 403
    assert answer.json
    assert "Set up your second factor first" in answer.json["detail"]


def test_the_api_says_so_while_firebase_is_away(agency: Agency, linked: Account) -> None:
    token = agency.token()
    agency.silence()
    assert Browser(agency.app).get(ME, **bearer(token)).status_code == 503


def due(agency: Agency, account: Account) -> bool:
    agency.db.rollback()
    agency.db.refresh(account)
    return account.claims_due_at is not None


def make_due(agency: Agency, account: Account, *roles: Role) -> None:
    with transaction(agency.db):
        account = accounts.locked(agency.db, account.id)
        account.set_roles(roles)
        account.claims_due_at = utc_now()


def test_roles_and_units_are_mirrored_soon_after_the_first_sign_in(agency: Agency, linked: Account) -> None:
    wait_until(lambda: not due(agency, linked), 60, "the first mirroring")
    assert linked.firebase_uid
    assert agency.claims(linked.firebase_uid) == {"roles": ["investigator"], "units": []}


def test_a_mirror_that_fails_is_made_up_for(agency: Agency, linked: Account) -> None:
    wait_until(lambda: not due(agency, linked), 60, "the first mirroring")
    assert linked.firebase_uid
    agency.silence()
    make_due(agency, linked, Role.ADMIN, Role.SUPERVISOR)
    with pytest.raises(FirebaseUnreachable):
        mirror_due(agency.db, agency.firebase)
    assert due(agency, linked)
    agency.emulator.resume()
    agency.rest()
    assert mirror_due(agency.db, agency.firebase) == 1
    assert not due(agency, linked)
    assert agency.claims(linked.firebase_uid)["roles"] == ["admin", "supervisor"]


def test_a_change_during_the_mirroring_is_mirrored_too(
    agency: Agency, linked: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_until(lambda: not due(agency, linked), 60, "the first mirroring")
    assert linked.firebase_uid
    make_due(agency, linked, Role.SUPERVISOR)
    tell = agency.firebase.set_claims
    database = Database(services(agency.app).settings.database_url)

    def change_meanwhile(uid: str, what: dict[str, Any]) -> bool:
        with database.session() as db, transaction(db):
            account = accounts.locked(db, linked.id)
            account.set_roles([Role.ADMIN])
            account.claims_due_at = utc_now()
        return tell(uid, what)

    with monkeypatch.context() as patch:
        patch.setattr(agency.firebase, "set_claims", change_meanwhile)
        mirror_due(agency.db, agency.firebase)
    assert due(agency, linked)
    agency.db.rollback()
    with database.session() as db:
        mirror_due(db, agency.firebase)
    database.close()
    assert agency.claims(linked.firebase_uid)["roles"] == ["admin"]


def test_the_thread_looks_when_it_is_told_to(agency: Agency, linked: Account) -> None:
    wait_until(lambda: not due(agency, linked), 60, "the first mirroring")
    mirror = Mirror(services(agency.app).database, agency.firebase, every=3600)
    mirror.start()
    make_due(agency, linked, Role.ADMIN)
    began = time.monotonic()
    mirror.kick()
    wait_until(lambda: not due(agency, linked), 60, "the mirroring")
    assert time.monotonic() - began < claims.EVERY / 2


def test_two_processes_may_mirror_at_once(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = []
    for number in (1, 2, 3):
        account = agency.account(f"{number}@example.org")
        with transaction(agency.db):
            account.firebase_uid = f"uid-{number}"
        ids.append(account.id)
    told: list[str] = []

    def tell(uid: str, claims: object) -> bool:
        told.append(uid)
        if uid == "uid-1":  # and meanwhile another process tells the second one's
            with agency.database.session() as other, transaction(other):
                accounts.locked(other, ids[1]).claims_due_at = None
        return True

    monkeypatch.setattr(agency.firebase, "set_claims", tell)
    assert mirror_due(agency.db, agency.firebase) == 2
    assert told == ["uid-1", "uid-3"]


def test_claims_fit_and_say_nothing_of_the_suspended(agency: Agency, linked: Account) -> None:
    with transaction(agency.db):
        account = accounts.locked(agency.db, linked.id)
        account.units = [Unit(name=f"Unit {number}") for number in range(20)]
    assert len(claims_of(account)["units"]) == 20
    with transaction(agency.db):
        account = accounts.locked(agency.db, linked.id)
        account.units += [Unit(name=f"More {number}") for number in range(10)]
    assert claims_of(account) == {"roles": ["investigator"], "units": [], "too_many_units": True}
    assert linked.firebase_uid
    assert agency.firebase.set_claims(linked.firebase_uid, claims_of(account))
    with transaction(agency.db):
        account = accounts.locked(agency.db, linked.id)
        account.suspended_at = utc_now()
    assert claims_of(account) == {"roles": [], "units": []}
