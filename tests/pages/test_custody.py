"""The pages of custody: in plain words, page by page, verified and exported, for those who may see it."""

import hashlib
import json
import re
import uuid

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app import custody
from app.cases import service as cases
from app.cases.forms import CaseFacts
from app.custody import ACTIONS, words
from app.custody.canonical import HASHED, digest
from app.custody.presenting import PER_PAGE
from app.database import transaction
from app.identity import units
from models import NOTHING, CustodyEntry, Role, Unit
from tests.app.web import Browser, forget_confirmations, services
from tests.pages.desk import Desk
from tests.pages.desk import words as said
from tests.people import Person


@pytest.fixture
def admin(app: Flask, person: Person) -> Browser:
    browser = Browser(app)
    browser.sign_in(person("Somchai Dee", Role.ADMIN))
    return browser


def test_every_action_and_every_fault_has_its_words() -> None:
    assert set(words.ACTIONS) == ACTIONS
    assert {action for action, _, _ in words.EXACTLY} <= ACTIONS
    for action in ACTIONS:
        entry = CustodyEntry(action=action, object_kind="x", actor="Somchai Dee", actor_id=uuid.uuid4(), details={})
        assert words.sentence(entry).startswith("Somchai Dee ")
        assert words.sentence(entry).endswith((".", "…"))  # some end with what people gave as their reason


def test_a_sketchs_chain_in_plain_words(desk: Desk) -> None:
    sketch = desk.add("Harbour")
    desk.work()
    desk.render(sketch)
    desk.work()
    (likeness,) = desk.likenesses(sketch)
    desk.browser.get(f"/likenesses/{likeness.id}/image?download")
    desk.browser.post(f"/likenesses/{likeness.id}/keep")
    page = desk.browser.get(f"/sketches/{sketch.id}/custody").text
    told = re.findall(r'<span class="chain-words">(.*?)</span>', page)
    assert [one.strip() for one in told] == [
        "Investigator kept likeness 1.",
        "Investigator downloaded the likeness.",
        "The program rendered likeness 1.",
        "Investigator asked for a likeness by pix2pix.",
        "The program marked the eyes.",
        "Investigator handed in version 1 of the sketch.",
    ]
    assert likeness.image_sha256 in page
    assert 'href="/sketches/' + str(sketch.id) in page
    assert f"/sketches/{sketch.id}/custody" in desk.page(sketch)


def test_a_long_chain_comes_in_parts(app: Flask, db: Session, admin: Browser) -> None:
    for number in range(2 * PER_PAGE):
        units.add_unit(db, f"Unit {number}")
    first = admin.get("/admin/custody").text
    total = 2 * PER_PAGE + 1  # and the administrator
    assert f"{total} entries" in said(first)
    numbers = [int(one) for one in re.findall(r'class="chain-number">(\d+)<', first)]
    assert numbers == list(range(total, total - PER_PAGE, -1))
    second = admin.get(f"/admin/custody?before={numbers[-1]}").text
    third = admin.get(f"/admin/custody?before={numbers[-1] - PER_PAGE}").text
    assert re.findall(r'class="chain-number">(\d+)<', third) == ["1"]
    assert ("Older" in first, "Older" in second, "Older" in third) == (True, True, False)
    assert ("Newest" in first, "Newest" in second, "Newest" in third) == (False, True, True)
    assert "Unit 0" in said(second)


def test_a_page_takes_few_queries(app: Flask, admin: Browser) -> None:
    statements: list[str] = []
    engine = services(app).database.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_: statements.append(statement))
    assert admin.get("/admin/custody").status_code == 200
    assert len([one for one in statements if one.startswith("SELECT")]) <= 8


def test_verifying_says_that_all_is_well_and_is_an_entry(admin: Browser) -> None:
    page = said(admin.post("/admin/custody/verify").text)
    assert "This chain is as it was written" in page
    assert "Entries verified: 1. Anchors compared: 0." in page
    assert "Somchai Dee verified this chain." in page


def test_verifying_names_what_is_not_as_it_was_written(app: Flask, db: Session, admin: Browser) -> None:
    units.add_unit(db, "North")
    with services(app).database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER custody_entry_update"))
        connection.execute(text("UPDATE custody_entry SET actor = 'Nobody' WHERE number = 2"))
    page = admin.post("/admin/custody/verify").text
    assert "This chain is not as it was written" in said(page)
    assert "Entry 2 is not what it was when it was written" in said(page)
    assert page.count("Not as it was written") == 1


def test_an_empty_chain_says_so(desk: Desk, db: Session) -> None:
    sketch = desk.add("Harbour")
    with transaction(db):
        db.execute(text("DROP TRIGGER custody_entry_delete"))
        db.execute(text("DELETE FROM custody_entry"))
        db.execute(text("DELETE FROM custody_chain"))
    page = desk.browser.get(f"/sketches/{sketch.id}/custody").text
    assert "Nothing is recorded here yet." in page
    assert "/custody/verify" not in page


def test_the_exported_chain_can_be_verified_without_the_product(app: Flask, db: Session, admin: Browser) -> None:
    units.add_unit(db, "North")
    answer = admin.post("/admin/custody/export")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=custody-")
    *lines, last = answer.data.splitlines(keepends=True)
    end = json.loads(last)
    assert end["sha256"] == hashlib.sha256(b"".join(lines)).hexdigest()
    previous = NOTHING
    for number, line in enumerate(lines, start=1):
        facts = json.loads(line)
        own = facts.pop("hash")
        assert (facts["number"], facts["previous"], set(facts)) == (number, previous, set(HASHED))
        assert digest(facts) == own
        previous = own
    assert (end["entries"], end["head"]) == (len(lines), previous)
    assert json.loads(lines[-1])["action"] == "chain.exported"


def test_exporting_wants_a_confirmation(app: Flask, admin: Browser) -> None:
    forget_confirmations(app)
    assert admin.post("/admin/custody/export").status_code == 403


def test_a_case_has_its_custody_on_a_tab(desk: Desk, db: Session) -> None:
    unit = units.add_unit(db, "North")
    with transaction(db):
        desk.account.units = [db.get_one(Unit, unit.id)]
    case = cases.create(db, desk.account, CaseFacts("Harbour"))
    page = desk.browser.get(f"/cases/{case.id}/custody").text
    assert "Investigator opened the case." in said(page)
    assert f'href="/cases/{case.id}/custody" aria-current="page"' in page
    verified = said(desk.browser.post(f"/cases/{case.id}/custody/verify").text)
    assert "This chain is as it was written" in verified
    assert "Investigator verified this chain." in verified


def test_verifying_a_case_looks_at_what_is_filed_in_it(app: Flask, desk: Desk, db: Session) -> None:
    unit = units.add_unit(db, "North")
    with transaction(db):
        desk.account.units = [db.get_one(Unit, unit.id)]
    sketch = desk.add("Harbour")
    case = cases.create(db, desk.account, CaseFacts("Harbour"))
    with transaction(db):
        custody.bind(db, sketch, case.id, desk.account)
        sketch.case_id = case.id
    page = said(desk.browser.get(f"/sketches/{sketch.id}/custody").text)
    assert "This sketch is filed in a case" in page
    with services(app).database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER custody_entry_update"))
        connection.execute(text("UPDATE custody_entry SET actor = 'Nobody' WHERE action = 'sketch.added'"))
    verified = said(desk.browser.post(f"/cases/{case.id}/custody/verify").text)
    assert "In the chain of a sketch that is filed here: Entry 1 is not what it was when it was written" in verified
    assert "Not as it was written" not in verified
