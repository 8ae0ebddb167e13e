"""Pages of what is filed in a case: sketches, witness sessions, versions; what they say and how often they ask."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from app import notifications
from app.cases import service as cases
from app.cases.forms import CaseFacts
from app.database import transaction
from app.identity import accounts, units
from models import Account, Case, Sketch, WitnessSession
from tests.app.drawings import drawing_png
from tests.app.web import Browser, services
from tests.pages.desk import Desk, words
from tests.people import PASSWORD, Person

SESSION = {"artist": "Ada", "witness": "Witness 1", "hair": "black, short", "skin": "greenish", "age_from": "30"}
MOST = 8
"""Queries that a page may make."""


@pytest.fixture
def case(desk: Desk) -> Case:
    unit = units.add_unit(desk.db, "Investigations")
    with transaction(desk.db):
        accounts.locked(desk.db, desk.account.id).units = list(units.kept(desk.db, [unit.id]))
    return cases.create(desk.db, accounts.get_account(desk.db, desk.account.id), CaseFacts("Harbour case"))


def add_session(desk: Desk, case: Case, **fields: str) -> WitnessSession:
    answer = desk.browser.post(f"/cases/{case.id}/sessions/new", SESSION | fields)
    assert answer.status_code == 303, answer.text
    desk.db.rollback()
    return desk.db.query(WitnessSession).order_by(WitnessSession.number.desc()).first()  # type: ignore[return-value]


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    statements: list[str] = []
    engine = services(app).database.engine

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_a_session_is_written_shown_and_changed(desk: Desk, case: Case) -> None:
    row = add_session(desk, case, statement="He had a limp.")
    said = words(desk.browser.get(f"/cases/{case.id}/sessions").text)
    for part in ("Session 1", "Witness 1", "black, short", "30 or older", "He had a limp."):
        assert part in said
    place = f"/cases/{case.id}/sessions/{row.id}/edit"
    form = desk.browser.get(place).text
    assert 'value="black, short"' in form
    assert "Never a real name" in form
    fields = SESSION | {"witness": "Witness 7", "revision": "1"}
    assert desk.browser.post(place, fields).status_code == 303
    stale = desk.browser.post(place, SESSION | {"witness": "Witness 8", "revision": "1"})
    assert stale.status_code == 409
    assert "Somebody else has changed this session" in stale.text
    assert "On record now: Witness 7" in words(stale.text)
    assert 'name="revision" value="2"' in stale.text
    refused = desk.browser.post(place, SESSION | {"artist": "", "revision": "2"})
    assert (refused.status_code, "Say who drew." in refused.text) == (422, True)


def test_the_form_suggests_what_the_engine_knows(desk: Desk, case: Case) -> None:
    desk.worker()
    form = desk.browser.get(f"/cases/{case.id}/sessions/new").text
    suggested = form.partition('id="colours-hair"')[2].partition("</datalist>")[0]
    assert '<option value="black">' in suggested


def test_what_was_said_sets_the_controls_and_can_be_changed(desk: Desk, case: Case) -> None:
    row = add_session(desk, case)
    sketch = desk.add("Harbour", case=str(case.id), session=str(row.id))
    desk.work()
    page = desk.page(sketch)
    assert '<option value="black" data-colour="#1f1d1c" selected>' in page
    assert "From session 1, as the witness said." in words(page)
    assert page.count("selected>Light") == 0  # greenish skin is nothing that the engine knows
    desk.render(sketch, hair="brown")
    desk.work()
    after = desk.page(sketch)
    assert "From session 1" not in words(after)
    assert '<option value="brown" data-colour="#1f1d1c" selected>' in after


def test_a_sketch_without_a_session_is_preset_by_nothing(desk: Desk, case: Case) -> None:
    add_session(desk, case)
    sketch = desk.add("Harbour", case=str(case.id))
    desk.work()
    assert "From session" not in words(desk.page(sketch))


def test_a_case_shows_its_sketches_and_likenesses_large(desk: Desk, case: Case) -> None:
    empty = words(desk.browser.get(f"/cases/{case.id}/sketches").text)
    assert "No sketches in this case yet" in empty
    row = add_session(desk, case)
    sketch = desk.add("Man at the harbour", case=str(case.id), session=str(row.id))
    desk.work()
    desk.render(sketch)
    desk.work()
    page = desk.browser.get(f"/cases/{case.id}/sketches").text
    likeness = desk.likenesses(sketch)[0]
    assert f"/likenesses/{likeness.id}/image" in page
    assert f"/sketches/{sketch.id}/image" in page
    assert "Session 1" in words(page)
    assert f"/cases/{case.id}/sketches" in desk.page(sketch)


def test_a_quick_render_is_filed_later_from_either_side(desk: Desk, case: Case) -> None:
    one, two = desk.add("One", seed=1), desk.add("Two", seed=2)
    refused = desk.browser.post(f"/cases/{case.id}/sketches", {"sketch": ""})
    assert (refused.status_code, "Choose a sketch first." in refused.text) == (422, True)
    assert desk.browser.post(f"/cases/{case.id}/sketches", {"sketch": str(one.id)}).status_code == 303
    assert desk.browser.post(f"/sketches/{two.id}/case", {"number": case.number}).status_code == 303
    desk.db.rollback()
    assert {desk.db.get_one(Sketch, sketch.id).case_id for sketch in (one, two)} == {case.id}
    assert "No case that you work on has the number 1-1" in words(
        desk.browser.post(f"/sketches/{two.id}/case", {"number": "1-1"}).text
    )


def test_versions_stand_beside_each_other(desk: Desk, case: Case) -> None:
    first = desk.add("Harbour", case=str(case.id))
    answer = desk.browser.upload(drawing_png(9), "b.png", parent=str(first.id))
    second = desk.sketch(answer.headers["Location"])
    assert (second.case_id, second.version) == (case.id, 2)
    desk.work()
    desk.render(second)
    desk.work()
    page = desk.browser.get(f"/sketches/{first.id}/versions").text
    assert words(page).index("Version 1") < words(page).index("Version 2")
    for sketch in (first, second):
        assert f"/sketches/{sketch.id}/image" in page
    assert f"/likenesses/{desk.likenesses(second)[0].id}/image" in page
    assert f"/sketches/{second.id}/versions" in desk.page(second)


def test_who_is_told_sees_it_counted_and_can_read_it(desk: Desk, case: Case, person: Person) -> None:
    other = person("Somebody Else")
    with transaction(desk.db):
        facts = {"by": other.name, "case": case.number}
        notifications.tell(desk.db, [desk.account.id], "assigned", f"/cases/{case.id}", facts)
    page = desk.browser.get("/notifications").text
    said = words(page)
    assert f"Somebody Else assigned you to case {case.number}." in said
    assert "unread: 1" in said
    assert "This installation sends no e-mail" in said
    where = page.partition('class="notification-words"')[0].rpartition('action="')[2].partition('"')[0]
    opened = desk.browser.post(where)
    assert (opened.status_code, opened.headers["Location"]) == (303, f"/cases/{case.id}")
    assert "unread:" not in words(desk.browser.get("/notifications").text)
    stranger = Browser(desk.app)
    stranger.sign_in(other, PASSWORD)
    assert "Nothing to tell you" in stranger.get("/notifications").text


def test_what_comes_by_mail_is_ones_own_choice(desk: Desk) -> None:
    assert desk.browser.post("/notifications/mail", {"kinds": "rendered"}).status_code == 303
    page = desk.browser.get("/notifications").text
    assert 'value="rendered" checked' in page
    assert 'value="assigned" checked' not in page
    desk.db.expire_all()
    assert desk.db.get_one(Account, desk.account.id).mail_kinds == ["rendered"]


def many(desk: Desk, case: Case) -> list[str]:
    """Addresses of pages with a lot on them."""
    row = add_session(desk, case)
    add_session(desk, case)
    sketch = desk.add("Harbour", case=str(case.id), session=str(row.id))
    for number in (5, 6, 7):
        desk.browser.upload(drawing_png(number), "b.png", parent=str(sketch.id))
        desk.add(f"Another {number}", seed=number, case=str(case.id), session=str(row.id))
        desk.add(f"Quick {number}", seed=number + 20)
    desk.work()
    desk.render(sketch)
    desk.work()
    likeness = desk.likenesses(sketch)[0]
    for number in (30, 31):
        files = {"photo": (io.BytesIO(drawing_png(number)), "photo.png")}
        assert desk.browser.post(f"/likenesses/{likeness.id}/photo", files).status_code == 303
    return [
        "/notifications",
        f"/cases/{case.id}/sketches",
        f"/cases/{case.id}/sessions",
        f"/cases/{case.id}/sessions/new",
        f"/cases/{case.id}/sessions/{row.id}/edit",
        f"/sketches/{sketch.id}/versions",
        f"/sketches/new?case={case.id}",
        f"/likenesses/{likeness.id}/photo",
    ]


def test_no_page_asks_more_than_eight_times(desk: Desk, case: Case, db: Session) -> None:
    asked = {}
    for place in many(desk, case):
        with counted(desk.app) as statements:
            assert desk.browser.get(place).status_code == 200
        asked[place] = [one for one in statements if not one.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]
    too_many = {place: found for place, found in asked.items() if len(found) > MOST}
    assert not too_many, "\n\n".join(
        f"{place}: {len(found)}\n" + "\n".join(one[:200] for one in found) for place, found in too_many.items()
    )
