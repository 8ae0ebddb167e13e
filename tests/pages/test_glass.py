"""Breaking the glass as people meet it: the form, the banner on every page of the case, the lists."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import service as cases
from app.cases.forms import CaseFacts
from app.database import transaction
from models import Case, EmergencyAccess, Role, Sketch
from tests.app.web import Browser, forget_confirmations
from tests.pages.desk import Desk, words
from tests.pages.test_units import join
from tests.people import PASSWORD, Person

REASON = "Wanted in our own case, asked by the prosecutor"
BANNER = "You broke the glass of this case."


@pytest.fixture
def case(desk: Desk) -> Case:
    join(desk.db, desk.account, "Homicide")
    return cases.create(desk.db, desk.account, CaseFacts("Harbour robbery"))


@pytest.fixture
def filed(desk: Desk, case: Case) -> Sketch:
    sketch = desk.add("A drawing")
    desk.work()
    with transaction(desk.db):
        sketch.case_id = case.id
    return sketch


@pytest.fixture
def admin(app: Flask, person: Person) -> Browser:
    browser = Browser(app)
    browser.sign_in(person("Head", Role.ADMIN), PASSWORD)
    return browser


def test_an_administrator_looks_and_the_page_says_until_when(
    admin: Browser, desk: Desk, case: Case, filed: Sketch
) -> None:
    pages = (f"/cases/{case.id}", f"/sketches/{filed.id}")
    assert [admin.get(page).status_code for page in pages] == [404, 404]
    answer = admin.post("/glass", {"number": case.number, "reason": REASON})
    assert (answer.status_code, answer.headers["Location"]) == (303, pages[0])
    for page in pages:
        shown = admin.get(page)
        assert shown.status_code == 200
        assert BANNER in words(shown.text)
    assert admin.get(f"/sketches/{filed.id}/image").status_code == 200
    looked_at = admin.get(pages[1]).text
    assert "Rename" not in looked_at
    assert "New version" not in looked_at
    assert 'action="/sketches' not in looked_at
    assert BANNER not in words(desk.browser.get(pages[0]).text)


def test_the_case_says_for_good_who_looked(admin: Browser, desk: Desk, case: Case) -> None:
    address = f"/cases/{case.id}"
    assert "Broken glass" not in desk.browser.get(address).text
    admin.post("/glass", {"number": case.number, "reason": REASON})
    page = words(admin.get("/glass").text)
    assert f"{case.number} Homicide, until" in page
    desk.db.rollback()  # what is read from here on is as it is now
    access = desk.db.scalars(select(EmergencyAccess.id)).one()
    answer = admin.post(f"/glass/{access}/close")
    assert "The case is closed to you again." in words(admin.get(answer.headers["Location"]).text)
    assert admin.get(address).status_code == 404
    page = words(desk.browser.get(address).text)
    assert REASON in page
    assert "Head" in page


def test_a_wrong_number_and_a_thin_reason_are_told(admin: Browser, case: Case) -> None:
    wrong = admin.post("/glass", {"number": "2020-00001", "reason": REASON})
    assert (wrong.status_code, "No case has exactly this number" in words(wrong.text)) == (404, True)
    thin = admin.post("/glass", {"number": case.number, "reason": "curious"})
    assert (thin.status_code, "Give a reason of 20 to 500 characters." in words(thin.text)) == (422, True)
    assert "curious" in thin.text
    assert "Harbour robbery" not in wrong.text + thin.text


@pytest.mark.usefixtures("windows_stand")
def test_wrong_numbers_run_out(admin: Browser, case: Case) -> None:
    answers = [admin.post("/glass", {"number": f"x-{number}", "reason": REASON}).status_code for number in range(11)]
    assert answers == [404] * 10 + [429]
    assert admin.post("/glass", {"number": case.number, "reason": REASON}).status_code == 429


def test_it_wants_to_know_again_who_it_is(admin: Browser, app: Flask, case: Case) -> None:
    forget_confirmations(app)
    assert admin.get("/glass").headers["Location"].startswith("/confirm")
    assert admin.post("/glass", {"number": case.number, "reason": REASON}).status_code == 403


def test_a_supervisor_reads_of_their_units_alone(
    admin: Browser, app: Flask, db: Session, desk: Desk, case: Case, person: Person
) -> None:
    admin.post("/glass", {"number": case.number, "reason": REASON})
    for unit, seen in (("Homicide", True), ("Fraud", False)):
        supervisor, account = Browser(app), person(f"Head of {unit}", Role.SUPERVISOR)
        join(db, account, unit)
        supervisor.sign_in(account, PASSWORD)
        assert (REASON in supervisor.get("/glass/record").text) == seen
    assert desk.browser.get("/glass/record").status_code == 403
    assert REASON in admin.get("/glass/record").text
