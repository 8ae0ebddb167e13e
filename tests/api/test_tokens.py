"""Access tokens: made by somebody who is there, kept as a hash, and worth no more than their owner is."""

import dataclasses
import datetime as dt
import re
import uuid

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import create_app
from app.database import transaction
from app.errors import NotFound, Refused
from app.identity import access_tokens, accounts, links, standing
from app.identity.tokens import token_hash
from models import AccessToken, Account, CustodyEntry, Role, Scope, utc_now
from scripts.secret_scan import KINDS
from tests.api.conftest import Issue
from tests.api.program import Program
from tests.app.web import Browser, forget_confirmations, services
from tests.people import Person

PAGE = "/account/tokens"
FORM = {"name": "Importer", "scopes": ["sketches:read"], "days": "30"}


@pytest.fixture
def browser(app: Flask, account: Account) -> Browser:
    signed_in = Browser(app)
    assert signed_in.sign_in(account).status_code == 303
    return signed_in


def rows(db: Session) -> list[AccessToken]:
    db.rollback()
    return list(db.scalars(select(AccessToken).order_by(AccessToken.created_at)))


def shown(page: str) -> str:
    found = access_tokens.TOKEN.search(page)
    assert found is not None
    return found[0]


def test_a_token_is_shown_once_and_kept_as_a_hash(browser: Browser, db: Session) -> None:
    answer = browser.post(PAGE, FORM)
    assert answer.status_code == 200
    token = shown(answer.text)
    (row,) = rows(db)
    assert (row.token_hash, row.name, row.scopes) == (token_hash(token), "Importer", ["sketches:read"])
    assert dt.timedelta(days=29) < row.expires_at - utc_now() <= dt.timedelta(days=30)
    assert token not in browser.get(PAGE).text
    assert "Importer" in browser.get(PAGE).text
    assert all(token not in str(value) for value in vars(row).values())


@pytest.mark.parametrize(
    "change",
    [
        {"name": " "},
        {"name": "x" * 101},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"days": "366"},
        {"days": "0"},
        {"days": "x"},
    ],
)
def test_a_token_that_cannot_be_is_refused(browser: Browser, db: Session, change: dict[str, object]) -> None:
    answer = browser.post(PAGE, {**FORM, **change})
    assert (answer.status_code, rows(db)) == (422, [])
    assert 'role="alert"' in answer.text


def test_making_one_asks_who_it_is_and_ending_one_does_not(app: Flask, browser: Browser, db: Session) -> None:
    browser.post(PAGE, FORM)
    forget_confirmations(app)
    assert browser.post(PAGE, FORM).status_code == 403
    assert "Confirm that it is you" in browser.get(PAGE).text
    (row,) = rows(db)
    assert browser.post(f"{PAGE}/{row.id}/revoke").status_code == 303
    assert rows(db)[0].revoked_at is not None


def test_a_revoked_token_is_refused_at_the_next_request(
    program: Program, browser: Browser, db: Session, person: Person, app: Flask
) -> None:
    assert program.get("/me").status_code == 200
    path, other = f"{PAGE}/{rows(db)[0].id}/revoke", Browser(app)
    other.sign_in(person("Person 2"))
    assert other.post(path).status_code == 404
    assert program.get("/me").status_code == 200
    assert browser.post(path).status_code == 303
    assert program.get("/me").status_code == 401
    assert browser.post(path).status_code == 404


def test_an_administrator_sees_and_revokes_them(
    program: Program, app: Flask, db: Session, account: Account, person: Person
) -> None:
    browser = Browser(app)
    browser.sign_in(person("Admin", Role.ADMIN))
    page = f"/admin/accounts/{account.id}"
    assert "for a test" in browser.get(page).text
    assert browser.post(f"{page}/tokens/{rows(db)[0].id}/revoke").status_code == 303
    assert program.get("/me").status_code == 401
    assert "Revoked" in browser.get(page).text


def test_a_token_runs_out(program: Program, db: Session) -> None:
    with transaction(db):
        db.execute(update(AccessToken).values(expires_at=utc_now() - dt.timedelta(seconds=1)))
    assert program.get("/me").status_code == 401


@pytest.mark.parametrize("token", ["", "semb_", "semb_" + "0" * 64, "semb_" + "x" * 64, "semb_" + "0" * 10_000, "é"])
def test_what_is_no_token_is_nobody(app: Flask, program: Program, token: str) -> None:
    answer = Program(app, token, program.document).get("/me")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="semblance"'


def test_a_wrong_token_is_not_saved_by_a_cookie(browser: Browser) -> None:
    assert browser.get("/api/v1/me").status_code == 200
    assert browser.get("/api/v1/me", Authorization="Bearer semb_" + "0" * 64).status_code == 401


def test_suspending_ends_every_token_for_good(program: Program, db: Session, account: Account, person: Person) -> None:
    admin = person("Admin", Role.ADMIN)
    standing.suspend(db, admin, account)
    assert program.get("/me").status_code == 401
    standing.restore(db, account, admin)
    assert program.get("/me").status_code == 401


def test_a_suspension_that_did_not_end_it_keeps_it_out_too(program: Program, db: Session, account: Account) -> None:
    """Code of the version before, which runs beside this one during a deploy, knows no tokens."""
    with transaction(db):
        accounts.locked(db, account.id).suspended_at = utc_now()
    assert program.get("/me").status_code == 401


def test_a_role_that_is_taken_away_is_missed_at_the_next_request(
    program: Program, db: Session, account: Account
) -> None:
    assert program.get("/sketches").status_code == 200
    with transaction(db):
        accounts.locked(db, account.id).set_roles([Role.ADMIN])
    assert program.get("/sketches").status_code == 403
    assert program.get("/me").json["roles"] == ["admin"]  # type: ignore[index]


def test_a_new_password_ends_every_token(program: Program, db: Session, account: Account) -> None:
    assert program.get("/me").status_code == 200
    token = links.issue_set_password(db, account, clear_second_factor=False)
    links.set_password(db, token, "eleven grey paper moons")
    assert program.get("/me").status_code == 401


def test_who_must_have_a_second_factor_cannot_do_without_by_a_token(issue: Issue, app: Flask) -> None:
    program = issue()
    strict = create_app(dataclasses.replace(services(app).settings, second_factor="all"))
    answer = Program(strict, program.token, program.document).get("/me")
    assert answer.status_code == 403
    assert "second factor" in answer.json["detail"]  # type: ignore[index]


def test_its_use_is_noted_once_an_hour_also_when_it_only_reads(program: Program, db: Session) -> None:
    before = utc_now()
    program.get("/me")
    first = rows(db)[0].last_used_at
    assert first is not None
    assert before <= first <= utc_now()
    program.get("/me")
    assert rows(db)[0].last_used_at == first
    with transaction(db):
        rows(db)[0].last_used_at = first - dt.timedelta(hours=2)
    program.get("/me")
    again = rows(db)[0].last_used_at
    assert again is not None
    assert again >= first


def test_an_account_has_a_bounded_number(db: Session, account: Account) -> None:
    scopes = [Scope.SKETCHES_READ]
    made = [access_tokens.issue(db, account, f"Token {number}", scopes, 1) for number in range(access_tokens.MOST)]
    with pytest.raises(Refused, match="20 tokens"):
        access_tokens.issue(db, account, "One more", scopes, 1)
    access_tokens.revoke(db, account, made[0].row.id, account)
    access_tokens.issue(db, account, "One more", scopes, 1)


def test_who_works_on_no_sketch_has_nothing_for_a_token_to_do(app: Flask, db: Session, person: Person) -> None:
    admin, browser = person("Admin", Role.ADMIN), Browser(app)
    browser.sign_in(admin)
    assert "Your roles allow nothing" in browser.get(PAGE).text
    assert browser.post(PAGE, FORM).status_code == 422


def test_making_and_ending_are_in_the_agencys_chain(db: Session, account: Account, person: Person) -> None:
    row = access_tokens.issue(db, account, "Importer", [Scope.SKETCHES_READ], 30).row
    admin = person("Admin", Role.ADMIN)
    access_tokens.revoke(db, account, row.id, admin)
    with pytest.raises(NotFound):
        access_tokens.revoke(db, account, uuid.uuid4(), admin)
    entries = db.scalars(
        select(CustodyEntry).where(CustodyEntry.object_id == row.id).order_by(CustodyEntry.number)
    ).all()
    assert [(entry.action, entry.actor_id) for entry in entries] == [
        ("token.created", account.id),
        ("token.revoked", admin.id),
    ]
    assert entries[0].details["scopes"] == ["sketches:read"]


def test_scanners_for_secrets_find_one(db: Session, account: Account) -> None:
    token = access_tokens.issue(db, account, "Importer", [Scope.SKETCHES_READ], 30).token
    assert re.search(KINDS["an access token of Semblance"], f"TOKEN={token}\n")


def test_custody_names_the_token_by_which_something_was_done(
    app: Flask, db: Session, account: Account, browser: Browser, issue: Issue, png: bytes
) -> None:
    program = issue()
    path = program.hand_in(png).headers["Location"]
    page = f"/sketches/{path.rpartition('/')[2]}"
    # The same file within a quarter of an hour by two tokens and by hand: each of them looked.
    for asker in (program, program, issue()):
        assert asker.get(f"{path}/original").status_code == 200
    assert browser.get(f"{page}/original").status_code == 200
    assert browser.post(f"{page}/title", {"title": "Renamed by hand"}).status_code == 303
    own = select(CustodyEntry).where(CustodyEntry.object_kind == "sketch").order_by(CustodyEntry.number)
    found = [(one.action, one.actor_id, one.details.get("token")) for one in db.scalars(own)]
    first, second = (str(row.id) for row in rows(db))
    assert found == [
        ("sketch.added", account.id, first),
        ("evidence.downloaded", account.id, first),
        ("evidence.downloaded", account.id, second),
        ("evidence.downloaded", account.id, None),
        ("sketch.renamed", account.id, None),
    ]
    told = browser.get(f"{page}/custody").text
    assert f"{account.name} (access token “for a test”) handed in version 1 of the sketch." in told
    assert f"{account.name} gave the sketch another title." in told
