"""IDENTITY=firebase against the real Auth emulator: tokens for sessions, and who is refused."""

import base64
import json
import time
import uuid
from typing import Any

import pytest
import requests
from sqlalchemy import func, select, update

from app import idempotency
from app.database import transaction
from app.errors import Refused
from app.identity import accounts
from app.identity.firebase import linking
from app.identity.firebase.backend import FRESH
from app.identity.firebase.proof import NotLetIn
from models import Account, IdempotentRequest, Role, SignInSession, utc_now
from tests.app.firebase_people import JSON, PASSWORD, Agency, claims_of, together
from tests.app.web import Browser

pytestmark = pytest.mark.firebase
EMAIL = "one@example.org"


def reload(agency: Agency, account: Account) -> Account:
    agency.db.rollback()
    agency.db.refresh(account)
    return account


def test_a_token_is_exchanged_for_a_session_and_the_account_is_linked(agency: Agency) -> None:
    account, uid = agency.account(), agency.user()
    browser = Browser(agency.app)
    answer = agency.exchange(browser, agency.token(), next="/sketches?q=harbour")
    assert answer.json == {"location": "/sketches?q=harbour"}
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("semblance="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert browser.get("/sketches").status_code == 200
    assert reload(agency, account).firebase_uid == uid


def test_signing_in_again_changes_the_session(agency: Agency) -> None:
    agency.account()
    agency.user()
    browser = agency.signed_in()
    first = browser.client.get_cookie("semblance")
    assert agency.exchange(browser, agency.token()).status_code == 200
    assert browser.client.get_cookie("semblance") != first
    assert agency.db.scalar(select(func.count()).select_from(SignInSession)) == 1


def test_a_token_is_taken_once(agency: Agency) -> None:
    agency.account()
    agency.user()
    token = agency.token()
    assert agency.exchange(Browser(agency.app), token).status_code == 200
    again = agency.exchange(Browser(agency.app), token)
    assert again.status_code == 403
    # The same claims in other letters are the same token.
    header, claims, signature = token.split(".")
    spaced = json.dumps(json.loads(base64.urlsafe_b64decode(claims + "==")), indent=1).encode()
    other = f"{header}.{base64.urlsafe_b64encode(spaced).decode().rstrip('=')}.{signature}"
    assert other != token
    assert agency.exchange(Browser(agency.app), other).status_code == 403


def test_no_clients_key_can_be_that_of_a_token(agency: Agency) -> None:
    """Both are kept in one table, and the other is of the client's own choosing."""
    agency.account()
    agency.user()
    agency.signed_in()
    key = agency.db.scalars(select(IdempotentRequest.key)).one()
    with pytest.raises(Refused):
        idempotency.asked(uuid.uuid4(), key)


def test_of_many_exchanges_of_one_token_at_once_one_wins(agency: Agency) -> None:
    agency.account()
    agency.user()
    token = agency.token()
    database = agency.database

    def exchange() -> object:
        with database.session() as db:
            return agency.identity.exchange(db, token)

    found = together(6, exchange)
    assert sum(isinstance(one, Account) for one in found) == 1
    assert sum(isinstance(one, NotLetIn) for one in found) == 5


def forged(token: str, **changed: Any) -> str:
    """The emulator signs nothing, so a token may be made to say anything."""
    header, _, signature = token.split(".")
    claims = json.dumps({**claims_of(token), **changed}).encode()
    return f"{header}.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.{signature}"


@pytest.mark.parametrize("seconds, status", [(FRESH.total_seconds() - 30, 200), (FRESH.total_seconds() + 30, 403)])
def test_only_a_fresh_sign_in_starts_a_session(agency: Agency, seconds: float, status: int) -> None:
    agency.account()
    uid = agency.user()
    token = agency.token()
    then = int(time.time() - seconds)
    make_valid_since(agency, uid, then - 60)
    assert agency.exchange(Browser(agency.app), forged(token, auth_time=then)).status_code == status


def make_valid_since(agency: Agency, uid: str, seconds: int) -> None:
    address = f"http://{agency.emulator.host}/identitytoolkit.googleapis.com/v1/projects/demo-semblance/accounts:update"
    body = {"localId": uid, "validSince": str(seconds)}
    requests.post(address, json=body, headers={"Authorization": "Bearer owner"}, timeout=20).raise_for_status()


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another-project"},
        {"iss": "https://securetoken.google.com/another-project"},
        {"sub": ""},
        {"sub": "nobody"},
        {"auth_time": "yesterday"},
        {"firebase": {}},
        {"firebase": {"sign_in_provider": "anonymous"}},
        {"firebase": {"sign_in_provider": "google.com"}},
        {"firebase": {"sign_in_provider": "custom"}},
    ],
)
def test_a_token_of_something_else_is_refused(agency: Agency, changed: dict[str, Any]) -> None:
    agency.account()
    agency.user()
    answer = agency.exchange(Browser(agency.app), forged(agency.token(), **changed))
    assert answer.status_code == 403
    assert answer.json
    assert "made by invitation" in answer.json["detail"]


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é" * 10, "x" * 9000])
def test_what_is_no_token_is_refused(agency: Agency, token: str) -> None:
    assert agency.exchange(Browser(agency.app), token).status_code == 403


def test_nobody_signs_up_by_themselves(agency: Agency) -> None:
    agency.user("stranger@example.org")
    answer = agency.exchange(Browser(agency.app), agency.token("stranger@example.org"))
    assert answer.status_code == 403
    assert agency.db.scalar(select(func.count()).select_from(Account)) == 0


def test_an_address_that_nobody_verified_is_not_believed(agency: Agency) -> None:
    account = agency.account()
    agency.user(verified=False)
    answer = agency.exchange(Browser(agency.app), agency.token())
    assert answer.status_code == 403
    assert answer.json
    assert "Verify your e-mail address first" in answer.json["detail"]
    assert reload(agency, account).firebase_uid is None


def test_an_account_that_is_linked_is_never_given_to_another_user(agency: Agency) -> None:
    account = agency.account()
    with transaction(agency.db):
        agency.db.execute(update(Account).values(firebase_uid="somebody-else"))
    agency.user()
    assert agency.exchange(Browser(agency.app), agency.token()).status_code == 403
    assert reload(agency, account).firebase_uid == "somebody-else"


def test_of_two_users_who_claim_an_account_at_once_one_gets_it(agency: Agency) -> None:
    account = agency.account()
    uid = agency.user()
    proofs = [agency.firebase.verify(agency.token()) for _ in range(4)]
    database = agency.database

    def claim() -> object:
        proof = proofs.pop()
        with database.session() as db, transaction(db):
            return linking.account_for(db, proof).id

    assert together(4, claim) == [account.id] * 4
    assert reload(agency, account).firebase_uid == uid


@pytest.mark.parametrize("column", ["suspended_at", "locked_until"])
def test_a_suspended_or_resting_account_is_refused(agency: Agency, column: str) -> None:
    agency.account()
    agency.user()
    with transaction(agency.db):
        agency.db.execute(update(Account).values({column: utc_now() + FRESH}))
    assert agency.exchange(Browser(agency.app), agency.token()).status_code == 403


def test_a_token_needs_the_token_of_the_form(agency: Agency) -> None:
    agency.account()
    agency.user()
    answer = Browser(agency.app).client.post("/sign-in/firebase", data={"id_token": agency.token()}, headers=JSON)
    assert answer.status_code == 403
    assert agency.db.scalar(select(func.count()).select_from(SignInSession)) == 0


def test_no_password_is_taken(agency: Agency) -> None:
    agency.account()
    agency.user()
    answer = Browser(agency.app).post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 403
    assert 'value="nine' not in answer.text


def test_suspended_and_demoted_here_ends_at_the_next_request(agency: Agency) -> None:
    account = agency.account(EMAIL, Role.ADMIN)
    agency.user()
    browser = agency.signed_in()
    assert browser.get("/admin/accounts").status_code == 200
    with transaction(agency.db):
        accounts.locked(agency.db, account.id).set_roles([Role.INVESTIGATOR])
    assert browser.get("/admin/accounts").status_code == 403
    with transaction(agency.db):
        accounts.locked(agency.db, account.id).suspended_at = utc_now()
    assert browser.get("/account").status_code == 302


def test_proving_again_who_one_is_takes_a_fresh_token_of_the_same_person(agency: Agency) -> None:
    account, other = agency.account(), agency.account("two@example.org")
    agency.user()
    agency.user("two@example.org")
    token = agency.token()
    agency.identity.confirm(agency.db, account, {"id_token": token})
    for form in ({"id_token": token}, {"id_token": agency.token("two@example.org")}, {}):
        with pytest.raises(NotLetIn):
            agency.identity.confirm(agency.db, account, form)
    assert other.id != account.id
