"""Looking at evidence is recorded: once for a person, a piece and a quarter of an hour; what cannot be is not shown."""

import datetime as dt
import hashlib
import uuid
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import custody
from app.custody import looking
from app.database import transaction
from app.identity import units
from app.settings import Settings
from models import Account, Case, CustodyEntry, Likeness, Sighting, Sketch, utc_now
from tests.app.conftest import settings_for
from tests.app.web import Browser, services, work
from tests.people import Person


class Clock:
    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = utc_now()
        patch.setattr(looking, "utc_now", lambda: self.now)

    def later(self) -> None:
        self.now += dt.timedelta(minutes=15)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_for(tmp_path / "var", DATABASE_URL=database_url)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def account(db: Session, person: Person) -> Account:
    return person()


@pytest.fixture
def at(app: Flask, account: Account, png: bytes) -> "At":
    browser = Browser(app)
    assert browser.sign_in(account).status_code == 303
    sketch = browser.upload(png).headers["Location"]
    work(app)
    browser.post(f"{sketch}/render", {"engine": "pix2pix", "seed": "0", "strength": "0.5"})
    work(app)
    with services(app).database.session() as db:
        return At(app, browser, sketch, f"/likenesses/{db.scalars(select(Likeness.id)).one()}")


class At:
    """Somebody with a sketch and its likeness, and the addresses of both."""

    def __init__(self, app: Flask, browser: Browser, sketch: str, likeness: str) -> None:
        self.app, self.browser, self.sketch, self.likeness = app, browser, sketch, likeness

    def looks(self) -> list[tuple[str, str, str]]:
        """Action, kind of object and part of every entry about evidence."""
        query = select(CustodyEntry).where(CustodyEntry.action.startswith("evidence.")).order_by(CustodyEntry.number)
        with services(self.app).database.session() as db:
            return [(one.action.partition(".")[2], one.object_kind, one.details["part"]) for one in db.scalars(query)]


def test_once_in_a_quarter_of_an_hour(at: At, clock: Clock) -> None:
    for _ in range(3):
        assert at.browser.get(f"{at.sketch}/image").status_code == 200
    assert at.looks() == [("viewed", "sketch", "picture")]
    clock.later()
    assert at.browser.get(f"{at.sketch}/image").status_code == 200
    assert at.looks() == [("viewed", "sketch", "picture")] * 2


def test_every_way_to_evidence(at: At) -> None:
    ways = {
        f"{at.sketch}/image": ("viewed", "sketch", "picture"),
        f"{at.sketch}/original": ("downloaded", "sketch", "original"),
        f"{at.likeness}/image": ("viewed", "likeness", "picture"),
        f"{at.likeness}/image?download": ("downloaded", "likeness", "picture"),
        f"{at.likeness}/provenance.json": ("viewed", "likeness", "provenance"),
        f"{at.likeness}/provenance.json?download": ("downloaded", "likeness", "provenance"),
    }
    for path, expected in ways.items():
        assert at.browser.get(path).status_code == 200
        assert at.looks()[-1] == expected
    assert len(at.looks()) == len(ways)


def test_the_entry_names_the_very_bytes(at: At, db: Session, account: Account) -> None:
    for path in (f"{at.likeness}/image", f"{at.likeness}/provenance.json", f"{at.sketch}/original"):
        digest = hashlib.sha256(at.browser.get(path).data).hexdigest()
        db.rollback()
        entry = db.scalars(select(CustodyEntry).order_by(CustodyEntry.at.desc()).limit(1)).one()
        assert (entry.before, entry.after, entry.actor_id) == (digest, digest, account.id)
    rendered = db.scalars(select(CustodyEntry).where(CustodyEntry.action == "likeness.rendered")).one()
    document = hashlib.sha256(at.browser.get(f"{at.likeness}/provenance.json").data).hexdigest()
    assert rendered.details["provenance"] == document


def test_an_unchanged_picture_and_a_head_are_looks_too(at: At, clock: Clock) -> None:
    etag = at.browser.get(f"{at.sketch}/image").headers["ETag"]
    clock.later()
    assert at.browser.get(f"{at.sketch}/image", **{"If-None-Match": etag}).status_code == 304
    clock.later()
    assert at.browser.client.head(f"{at.likeness}/image").status_code == 200
    assert at.looks() == [("viewed", "sketch", "picture")] * 2 + [("viewed", "likeness", "picture")]


def test_thumbnails_and_pages_are_none(at: At) -> None:
    for path in ("/sketches", at.sketch, f"{at.sketch}/thumbnail", f"{at.likeness}/thumbnail", f"{at.sketch}/custody"):
        assert at.browser.get(path).status_code == 200
    assert at.looks() == []


def test_whoever_may_not_see_it_leaves_no_entry(at: At, app: Flask, person: Person) -> None:
    other = Browser(app)
    other.sign_in(person())
    assert other.get(f"{at.sketch}/image").status_code == 404
    assert at.looks() == []


@pytest.mark.parametrize("part", ["/image", "/original"])
def test_what_cannot_be_recorded_is_not_shown(at: At, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no room for an entry")

    monkeypatch.setattr("app.custody.appending.digest", fails)
    answer = at.browser.get(at.sketch + part)
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    monkeypatch.undo()
    assert at.looks() == []
    assert at.browser.get(at.sketch + part).status_code == 200
    assert len(at.looks()) == 1


def test_after_filing_the_look_is_in_the_cases_chain(at: At, db: Session, account: Account) -> None:
    unit = units.add_unit(db, "Investigations")
    case = Case(id=uuid.uuid4(), number="2026-1", title="A case", unit_id=unit.id, created_by=account.id)
    with transaction(db):
        db.add(case)
        db.flush()
        sketch = db.scalars(select(Sketch).with_for_update()).one()
        custody.bind(db, sketch, case.id, account)
        sketch.case_id = case.id
    assert at.browser.get(f"{at.sketch}/image").status_code == 200
    chain = custody.of_case(case.id)
    rows = db.scalars(select(CustodyEntry).where(CustodyEntry.chain_id == chain.id).order_by(CustodyEntry.number))
    assert [row.action for row in rows] == ["sketch.filed", "evidence.viewed"]


def test_old_quarters_are_forgotten_and_entries_stay(at: At, db: Session, clock: Clock) -> None:
    at.browser.get(f"{at.sketch}/image")
    assert looking.forget_old(db) == 0
    for _ in range(looking.KEPT + 1):
        clock.later()
    assert looking.forget_old(db) == 1
    assert db.scalar(select(func.count()).select_from(Sighting)) == 0
    assert len(at.looks()) == 1
