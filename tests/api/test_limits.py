"""Limits are told before they are reached, and a program that runs wild does not keep its owner out."""

import datetime as dt
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import limits
from app.agency import limiting
from app.agency.quotas import OPEN, RENDERS, STORED
from app.limits import Limit
from models import Account, Role, utc_now
from tests.api.conftest import Issue
from tests.api.program import Program
from tests.app.web import Browser
from tests.people import Person

FIELD = re.compile(r'"(\w[\w-]*)";r=(\d+);t=(\d+)')


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One is enough here."""
    return f"sqlite:///{tmp_path / 'records.db'}"


def left(answer_headers: object) -> dict[str, int]:
    return {name: int(count) for name, count, _ in FIELD.findall(str(answer_headers))}


@pytest.mark.usefixtures("windows_stand")
def test_every_answer_says_how_many_requests_are_left(program: Program) -> None:
    first, second = program.get("/me"), program.get("/me")
    for answer in (first, second):
        assert answer.headers["RateLimit-Policy"] == '"account";q=3000;w=60, "token";q=1200;w=60'
    before, after = (left(answer.headers["RateLimit"]) for answer in (first, second))
    assert {name: before[name] - after[name] for name in before} == {"account": 1, "token": 1}
    assert "Retry-After" not in first.headers


def test_a_stranger_is_told_too(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/me")
    assert (answer.status_code, left(answer.headers["RateLimit"])) == (401, {"address": 599})


def test_pages_do_not_tell(app: Flask) -> None:
    assert "RateLimit" not in Browser(app).get("/sign-in").headers


@pytest.mark.usefixtures("windows_stand")
def test_a_program_that_runs_wild_is_stopped_and_its_owner_and_their_other_programs_are_not(
    app: Flask, issue: Issue, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = tuple(Limit(one.name, "5/minute", one.by) if one.name == "token" else one for one in limits.EVERYTHING)
    monkeypatch.setattr(limits, "EVERYTHING", strict)
    wild, other, browser = issue(), issue(), Browser(app)
    browser.sign_in(account)
    answers = [wild.get("/me") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    refused = answers[-1]
    assert refused.mimetype == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert left(refused.headers["RateLimit"]) == {"token": 0}
    assert other.get("/me").status_code == 200
    assert browser.get("/sketches").status_code == 200


@pytest.mark.usefixtures("windows_stand")
def test_sketches_and_renders_count_with_those_from_the_pages(
    app: Flask, issue: Issue, account: Account, png: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    adding = (Limit("uploads", "2/minute", limits.ADDING[0].by, limits.ADDING[0].counts),)
    for endpoint in ("POST api.create_sketch", "POST studio.new"):
        monkeypatch.setitem(limits.STRICT, endpoint, adding)
    program, browser = issue(), Browser(app)
    browser.sign_in(account)
    assert browser.upload(png).status_code == 303
    assert program.hand_in(png).status_code == 201
    assert program.hand_in(png).status_code == browser.upload(png).status_code == 429
    assert limits.STRICT["POST api.create_render"] is limits.RENDERING


def test_a_quota_says_when_to_come_back_where_a_time_says_so(
    issue: Issue, db: Session, account: Account, person: Person, png: bytes
) -> None:
    program, sketch = issue(), issue().hand_in(png).headers["Location"]
    head = person("Head", Role.ADMIN)
    limiting.set_limits(db, head, "account", account.id, 0, {RENDERS: 0})
    refused = program.post(f"{sketch}/renders", json={"engine": "pix2pix"})
    assert refused.json is not None
    assert (refused.status_code, refused.json["code"]) == (429, "quota_reached")
    midnight = (utc_now() + dt.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert abs(int(refused.headers["Retry-After"]) - (midnight - utc_now()).total_seconds()) < 120
    for revision, limit in enumerate(({OPEN: 0}, {STORED: 0}), 1):
        limiting.set_limits(db, head, "account", account.id, revision, limit)
        asking = {"engine": "pix2pix"}
        refused = program.hand_in(png) if STORED in limit else program.post(f"{sketch}/renders", json=asking)
        assert (refused.status_code, "Retry-After" in refused.headers) == (429, False)


def test_every_answer_can_be_asked_after(program: Program) -> None:
    ids = {program.get("/me").headers["X-Request-ID"] for _ in range(2)}
    refusal = program.get("/sketches?limit=0")
    assert len(ids) == 2
    assert refusal.json["request_id"] == refusal.headers["X-Request-ID"]  # type: ignore[index]
